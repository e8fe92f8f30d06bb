"""SQLAlchemy on PyMySQL: its own types, pool, transactions and disconnect handling."""

import decimal

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
import tap
from tap import equal


def make_engine(user=tap.USER, password=tap.PASSWORD, **options):
    arguments = {"client_flag": 1 << 16, "max_allowed_packet": 64 * 1024 * 1024}
    arguments |= {"ssl_ca": tap.TLS_CA} if tap.TLS_CA else {"ssl_disabled": True}
    url = sa.URL.create(
        "mysql+pymysql", user, password, tap.HOST, tap.PORT, tap.DATABASE, query={"charset": "utf8mb4"})
    return sa.create_engine(url, connect_args=arguments, **options)


engine = make_engine(pool_pre_ping=True)
metadata = sa.MetaData()
types_table = sa.Table(
    "types", metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("i8", mysql.TINYINT), sa.Column("u8", mysql.TINYINT(unsigned=True)),
    sa.Column("i16", mysql.SMALLINT), sa.Column("u16", mysql.SMALLINT(unsigned=True)),
    sa.Column("i24", mysql.MEDIUMINT), sa.Column("i32", sa.Integer), sa.Column("u32", mysql.INTEGER(unsigned=True)),
    sa.Column("i64", sa.BigInteger), sa.Column("u64", mysql.BIGINT(unsigned=True)),
    sa.Column("de", sa.Numeric(30, 10)), sa.Column("db", mysql.DOUBLE(asdecimal=False)),
    sa.Column("da", sa.Date), sa.Column("ti", mysql.TIME(fsp=6)), sa.Column("dt", mysql.DATETIME(fsp=6)),
    sa.Column("tx", mysql.VARCHAR(100, charset="utf8mb4")), sa.Column("bl", sa.LargeBinary),
    sa.Column("nu", sa.Integer), sa.Column("js", sa.JSON), sa.Column("bi", mysql.BIT(10)),
)
blobs_table = sa.Table(
    "blobs", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("bl", mysql.LONGBLOB))
numbers_table = sa.Table("numbers", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))


def number_of_error(function):
    try:
        function()
    except sa.exc.DBAPIError as error:
        return error.orig.args[0]
    raise AssertionError("no error")


def rows_of(connection, statement, **parameters):
    return [tuple(row) for row in connection.execute(sa.text(statement), parameters)]


def login():
    with engine.connect() as connection:
        equal(rows_of(connection, "SELECT DATABASE(), 1"), [(tap.DATABASE, 1)])
        rows = rows_of(connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        equal(bool(rows[0][1]), bool(tap.TLS_CA), "TLS cipher")


def first_login():
    fresh = make_engine(user=tap.FRESH_USER)
    with fresh.connect() as connection:
        equal(rows_of(connection, "SELECT 1"), [(1,)])
    fresh.dispose()


def types():
    metadata.drop_all(engine)
    metadata.create_all(engine)
    equal(sorted(sa.inspect(engine).get_table_names()) != [], True, "reflected tables")
    document = {"fish": ["🐟", 1, 2.5, None]}
    values = dict(zip(tap.NAMES, tap.VALUES)) | {"js": document}
    with engine.begin() as connection:
        connection.execute(types_table.insert(), [{"id": 0} | values, {"id": 1} | values])
    with engine.connect() as connection:
        rows = connection.execute(sa.select(types_table).order_by(types_table.c.id)).all()
        equal(len(rows), 2, "rows")
        for row in rows:
            tap.equal_row(row[1:], [values[name] for name in tap.NAMES])
            equal(isinstance(row.de, decimal.Decimal), True, "decimal")


def prepared():
    with engine.connect() as connection:
        connection.execute(sa.text("PREPARE s FROM 'SELECT CAST(? AS SIGNED) + 1, ?'"))
        connection.execute(sa.text("SET @a = 41, @b = :text"), {"text": tap.TEXT})
        equal(rows_of(connection, "EXECUTE s USING @a, @b"), [(42, tap.TEXT)])
        connection.execute(sa.text("DEALLOCATE PREPARE s"))


def transactions():
    with engine.begin() as connection:
        connection.execute(numbers_table.delete())
    with engine.connect() as connection:
        with connection.begin() as transaction:
            connection.execute(numbers_table.insert(), {"id": 1})
            with connection.begin_nested() as savepoint:
                connection.execute(numbers_table.insert(), {"id": 2})
                savepoint.rollback()
            equal(rows_of(connection, "SELECT id FROM numbers"), [(1,)], "after the savepoint")
            transaction.rollback()
        equal(rows_of(connection, "SELECT id FROM numbers"), [], "after rollback")
    with engine.begin() as connection:
        connection.execute(numbers_table.insert(), {"id": 3})
    with engine.connect() as connection:
        equal(rows_of(connection, "SELECT id FROM numbers"), [(3,)], "after commit")


def multi_results():
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("DROP PROCEDURE IF EXISTS several")
        cursor.execute("CREATE PROCEDURE several() BEGIN SELECT 1; SELECT 2 UNION ALL SELECT 3; END")
        results = []
        cursor.execute("SELECT 0; CALL several()")
        while True:
            if cursor.description:
                results.append(list(cursor.fetchall()))
            if not cursor.nextset():
                break
        equal(results, [[(0,)], [(1,)], [(2,), (3,)]])
    finally:
        connection.close()


def blob():
    with engine.begin() as connection:
        connection.execute(blobs_table.delete())
        connection.execute(blobs_table.insert(), {"id": 1, "bl": tap.BLOB})
    with engine.connect() as connection:
        found = connection.execute(sa.select(blobs_table.c.bl)).scalar()
        equal(len(found), len(tap.BLOB), "length")
        equal(found == tap.BLOB, True, "same bytes")


def errors():
    with engine.connect() as connection:
        equal(number_of_error(lambda: rows_of(connection, "SELEC 1")), 1064, "syntax")
        connection.rollback()
        equal(number_of_error(lambda: rows_of(connection, "SELECT * FROM missing")), 1146, "missing table")
        connection.rollback()
        connection.execute(numbers_table.delete())
        connection.execute(numbers_table.insert(), {"id": 1})
        insert = lambda: connection.execute(numbers_table.insert(), {"id": 1})
        equal(number_of_error(insert), 1062, "duplicate")
        connection.rollback()
        equal(rows_of(connection, "SELECT 1"), [(1,)], "after them")
    wrong = make_engine(password="wrong")
    equal(number_of_error(wrong.connect), 1045, "wrong password")


def reconnect():
    with engine.connect() as connection, engine.connect() as other:
        number = rows_of(connection, "SELECT CONNECTION_ID()")[0][0]
        other.execute(sa.text(f"KILL CONNECTION {number}"))
        try:
            rows_of(connection, "SELECT 1")
        except sa.exc.DBAPIError as error:
            equal(error.connection_invalidated, True, "recognized as a lost connection")
        else:
            raise AssertionError("the killed session still answers")
        connection.rollback()
        equal(rows_of(connection, "SELECT CONNECTION_ID()")[0][0] != number, True, "another connection id")


def virtual_text():
    with engine.connect() as connection:
        rows = rows_of(connection, tap.VIRTUAL_SELECT + " WHERE state = :state", state="ONLINE")
        equal(len(rows), 1, "members")
        tap.equal_member(rows[0])
        equal(rows_of(connection, tap.VIRTUAL_COUNT), [(1,)], "information_schema")
        equal(rows_of(connection, "SELECT 6"), [(6,)], "after them")


def virtual_prepared():
    with engine.connect() as connection:
        # By PREPARE there are none.
        prepare = sa.text(f"PREPARE v FROM '{tap.VIRTUAL_SELECT} WHERE state = ?'")
        equal(number_of_error(lambda: connection.execute(prepare)), 1235, "error")


def refused_write():
    with engine.connect() as connection:
        number = rows_of(connection, "SELECT CONNECTION_ID()")[0][0]
        try:
            rows_of(connection, "INSERT INTO refused VALUES (:id)", id=1)
        except sa.exc.DBAPIError as error:
            tap.equal_refusal(error.orig.args[0], error)
            equal(error.connection_invalidated, False, "invalidated")
        else:
            raise AssertionError("no error")
        connection.rollback()
        rows = rows_of(connection, "SELECT COUNT(*), CONNECTION_ID() FROM refused")
        equal(rows, [(0, number)], "after it")


tap.run({name: globals()[name.replace("-", "_")] for name in tap.CHECKS})
