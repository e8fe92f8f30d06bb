"""What the Python clients have in common: settings, the values that are sent, and the output."""

import datetime
import decimal
import os
import sys
import traceback

ENV = os.environ
HOST = ENV["PILOTFISH_TEST_HOST"]
PORT = int(ENV["PILOTFISH_TEST_PORT"])
USER = ENV["PILOTFISH_TEST_USER"]
PASSWORD = ENV["PILOTFISH_TEST_PASSWORD"]
FRESH_USER = ENV["PILOTFISH_TEST_FRESH_USER"]
DATABASE = ENV["PILOTFISH_TEST_DATABASE"]
TLS_CA = ENV["PILOTFISH_TEST_TLS_CA"] if ENV.get("PILOTFISH_TEST_TLS") == "1" else None
SIDECAR = ENV.get("PILOTFISH_TEST_SIDECAR") == "1"
IS_MYSQL = ENV.get("PILOTFISH_TEST_SERVER") == "mysql9"

CHECKS = [
    "login", "first-login", "types", "prepared", "transactions", "multi-results", "blob", "errors", "reconnect",
    "virtual-text", "virtual-prepared",
]
#: What a read-only server's refusal of a write has to say; the only check then.
REFUSAL = ENV.get("PILOTFISH_TEST_REFUSAL")
if REFUSAL:
    CHECKS = ["refused-write"]

TYPES_TABLE = """CREATE TABLE types (id INT PRIMARY KEY, i8 TINYINT, u8 TINYINT UNSIGNED, i16 SMALLINT,
    u16 SMALLINT UNSIGNED, i24 MEDIUMINT, i32 INT, u32 INT UNSIGNED, i64 BIGINT, u64 BIGINT UNSIGNED,
    de DECIMAL(30,10), db DOUBLE, da DATE, ti TIME(6), dt DATETIME(6), tx VARCHAR(100) CHARACTER SET utf8mb4,
    bl BLOB, nu INT, js JSON, bi BIT(10))"""
COLUMNS = "i8, u8, i16, u16, i24, i32, u32, i64, u64, de, db, da, ti, dt, tx, bl, nu, js, bi"
NAMES = COLUMNS.split(", ")
TEXT = "Grüße, 世界 🐟"
BYTES = bytes(range(256))
VALUES = [
    -128, 255, -32768, 65535, -8388608, -2147483648, 4294967295, -9223372036854775808, 18446744073709551615,
    decimal.Decimal("-12345678901234567890.0123456789"), 0.1, datetime.date(2024, 2, 29),
    datetime.time(12, 34, 56, 789012), datetime.datetime(2024, 2, 29, 23, 59, 59, 123456), TEXT, BYTES, None,
    '{"fish": ["🐟", 1, 2.5, null]}', 682,
]
BLOB = BYTES * 80_000  # 20 MB: more than one packet of 16 MiB

VIRTUAL_SELECT = "SELECT member_name, sql_host, sql_port, role, state FROM cluster_schema.members"
VIRTUAL_COUNT = "SELECT COUNT(*) FROM information_schema.cluster_members"


class Skip(Exception):
    pass


def equal(found, expected, what="value"):
    if found != expected:
        raise AssertionError(f"{what}: {short(found)}, expected {short(expected)}")


def short(value):
    text = repr(value)
    return text if len(text) < 200 else f"{text[:100]}… ({len(text)} characters)"


def equal_row(row, values=None):
    """Compares a row of the table types, whichever of the usual Python types the client gives for a column."""
    equal(len(row), len(NAMES), "columns")
    for name, found, value in zip(NAMES, row, values or VALUES):
        if isinstance(found, (bytearray, memoryview)):
            found = bytes(found)
        if isinstance(found, datetime.timedelta) and isinstance(value, datetime.time):
            found = (datetime.datetime.min + found).time()
        if name == "bi" and isinstance(found, bytes):
            found = int.from_bytes(found, "big")
        if name == "js" and isinstance(found, bytes):
            found = found.decode()
        equal(found, value, name)
        if value is not None and name not in ("bi", "js"):
            kinds = (int, decimal.Decimal) if isinstance(value, (int, decimal.Decimal)) else type(value)
            is_kind = isinstance(found, kinds)
            equal(is_kind, True, f"{name} is a {type(value).__name__}, not {type(found).__name__}")


def equal_refusal(number, error):
    equal(number, 1290, "error")
    equal(REFUSAL in str(error), True, f"the text of {error}, which should have {REFUSAL}")


def equal_member(row):
    row = [value.decode() if isinstance(value, (bytes, bytearray)) else value for value in row]
    equal(row[1:], [HOST, PORT, "PRIMARY", "ONLINE"], "sql_host, sql_port, role, state")


def report(number, name, error=None):
    if error is None:
        print(f"ok {number} - {name}", flush=True)
    elif isinstance(error, Skip):
        print(f"ok {number} - {name} # SKIP {error}", flush=True)
    else:
        print(f"not ok {number} - {name}", flush=True)
        where = traceback.extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
        text = " ".join(f"{type(error).__name__}: {error}".split())[:500]
        print(f"# {text}" + (f" ({os.path.basename(where.filename)}:{where.lineno})" if where else ""), flush=True)
        if ENV.get("PILOTFISH_TEST_VERBOSE"):
            traceback.print_exception(error, file=sys.stderr)


def is_left_out(name):
    return name.startswith("virtual-") and not SIDECAR


def run(checks, after_failure=lambda: None):
    """Carries out `checks`, functions by name, in the order of CHECKS."""
    failed = False
    for number, name in enumerate(CHECKS, 1):
        error = None
        try:
            if is_left_out(name):
                raise Skip("only against the sidecar")
            checks[name]()
        except Exception as caught:  # pylint: disable=broad-except
            error = caught
            if not isinstance(caught, Skip):
                failed = True
                after_failure()
        report(number, name, error)
    print(f"1..{len(CHECKS)}")
    sys.exit(1 if failed else 0)
