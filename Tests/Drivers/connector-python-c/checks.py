# First of all: the extension brings its own, newer OpenSSL, which has to be in the process before Python's ssl loads the
# system's under the same name.
import _mysql_connector  # noqa: F401, isort: skip

import decimal

import connector
import tap


class Checks(connector.Checks):
    use_pure = False
    # The extension sends integers as signed ones of 64 bits at most, and doubles as floats.
    values = [decimal.Decimal(value) if value == 2**64 - 1 else value for value in tap.VALUES]
    values[tap.NAMES.index("db")] = 0.5
    selected = tap.COLUMNS.replace("u64", "CAST(u64 AS DECIMAL(20))")

    def sent(self, value):
        # For a Decimal among the second half of a prepared statement's parameters the extension (26.10.0) writes behind
        # its array of bindings: mbind[i] where mbind is the i-th already, in MySQLPrepStmt_execute.
        return str(value) if isinstance(value, decimal.Decimal) else value


Checks().run()
