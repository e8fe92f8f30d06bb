import decimal

import dbapi
import pyodbc
import tap


class Checks(dbapi.Checks):
    mark = "?"
    error = pyodbc.Error
    # pyodbc sends integers as signed ones of 64 bits at most.
    values = [decimal.Decimal(value) if value == 2**64 - 1 else value for value in tap.VALUES]

    # Nor does it know that an integer of 32 bits is unsigned, that times have fractions, or what
    # MySQL's JSON is.
    values[tap.NAMES.index("ti")] = "12:34:56.789012"
    values[tap.NAMES.index("dt")] = "2024-02-29 23:59:59.123456"
    selected = tap.COLUMNS.replace("u32", "u32 + 0")
    for _name in ("ti", "dt", "js"):
        selected = selected.replace(f"{_name},", f"CAST({_name} AS CHAR),")

    def connect(self, user=tap.USER, password=tap.PASSWORD):
        tls = f"SSLCA={tap.TLS_CA};FORCETLS=1;SSLVERIFY=1;" if tap.TLS_CA else ""
        # OPTION 67108864: several statements in one string.
        return pyodbc.connect(
            f"DRIVER={{MariaDB Unicode}};SERVER={tap.HOST};PORT={tap.PORT};UID={user};PWD={password};"
            f"DATABASE={tap.DATABASE};CHARSET=utf8mb4;OPTION=67108864;{tls}")

    def error_number(self, error):
        # pyodbc gives the number in the text alone: "… (1064) (SQLExecDirectW)".
        numbers = [part.split(")")[0] for part in str(error).split("(")]
        return next((int(number) for number in numbers if number.isdigit()), None)

    def binary_cursor(self, connection):
        return connection.cursor()


Checks().run()
