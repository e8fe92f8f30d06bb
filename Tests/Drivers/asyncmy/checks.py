"""asyncmy: asynchronous, with prepared and bulk statements of its own in the binary protocol."""

import asyncio

import asyncmy
import asyncmy.errors
import tap
from tap import equal


class Checks:
    error = asyncmy.errors.MySQLError

    def __init__(self):
        self._session = None

    async def connect(self, user=tap.USER, password=tap.PASSWORD):
        context = None
        if tap.TLS_CA:
            import ssl

            context = ssl.create_default_context(cafile=tap.TLS_CA)
        return await asyncmy.connect(
            host=tap.HOST, port=tap.PORT, user=user, password=password, db=tap.DATABASE, charset="utf8mb4",
            client_flag=1 << 16, ssl=context)

    async def session(self):
        if self._session is None:
            self._session = await self.connect()
        return self._session

    def forget_session(self):
        self._session = None

    async def query(self, connection, statement, parameters=None):
        return (await self.result_sets(connection, statement, parameters) or [[]])[0]

    async def result_sets(self, connection, statement, parameters=None):
        async with connection.cursor() as cursor:
            await cursor.execute(statement, parameters)
            results = []
            while True:
                if cursor.description:
                    results.append(list(await cursor.fetchall()))
                if not await cursor.nextset():
                    return results

    async def number_of_error(self, awaitable):
        try:
            await awaitable
        except self.error as error:
            return error.args[0]
        raise AssertionError("no error")

    # --- checks ------------------------------------------------------------------------------------------------------

    async def login(self):
        connection = await self.connect()
        equal(await self.query(connection, "SELECT DATABASE(), 1"), [(tap.DATABASE, 1)])
        rows = await self.query(connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        equal(bool(rows[0][1]), bool(tap.TLS_CA), "TLS cipher")
        connection.close()

    async def first_login(self):
        connection = await self.connect(user=tap.FRESH_USER)
        equal(await self.query(connection, "SELECT 1"), [(1,)])
        connection.close()

    async def types(self):
        connection = await self.session()
        await self.query(connection, "DROP TABLE IF EXISTS types")
        await self.query(connection, tap.TYPES_TABLE)
        marks = ", ".join(["%s"] * len(tap.VALUES))
        await self.query(connection, f"INSERT INTO types (id, {tap.COLUMNS}) VALUES (0, {marks})", tap.VALUES)
        await connection.commit()
        rows = await self.query(connection, f"SELECT {tap.COLUMNS} FROM types")
        equal(len(rows), 1, "rows")
        tap.equal_row(rows[0])
        rows = await self.query(connection, "SELECT HEX(tx), HEX(bl), bi + 0 FROM types")
        equal(rows, [(tap.TEXT.encode().hex().upper(), tap.BYTES.hex().upper(), 682)], "as the server sees them")

    async def prepared(self):
        connection = await self.session()
        async with await connection.prepare("SELECT ? + 1, ?") as statement:
            for number in range(3):
                rows = list((await statement.execute((number, tap.TEXT))).rows)
                equal(rows, [(number + 1, tap.TEXT)])
        async with await connection.prepare(f"SELECT {tap.COLUMNS} FROM types WHERE id = ?") as statement:
            rows = list((await statement.execute((0,))).rows)
            equal(len(rows), 1, "rows")
            tap.equal_row(rows[0])
        await self.query(connection, "DROP TABLE IF EXISTS prepared")
        create = "CREATE TABLE prepared (id INT PRIMARY KEY, tx VARCHAR(100) CHARACTER SET utf8mb4)"
        await self.query(connection, create)
        numbers = [(number, f"{number} {tap.TEXT}") for number in range(1000)]
        async with await connection.prepare("INSERT INTO prepared VALUES (?, ?)") as statement:
            try:
                await statement.execute_bulk(numbers)
            except (asyncmy.errors.NotSupportedError, asyncmy.errors.OperationalError) as error:
                # COM_STMT_BULK_EXECUTE is MariaDB's alone, and over TLS asyncmy forgets to ask for it.
                if not tap.IS_MYSQL and not tap.TLS_CA:
                    raise AssertionError("no bulk") from error
                for row in numbers:
                    await statement.execute(row)
        equal(await self.query(connection, "SELECT * FROM prepared ORDER BY id"), numbers)
        equal(await self.number_of_error(connection.prepare("SELEC ?")), 1064, "error")

    async def transactions(self):
        connection = await self.session()
        await self.query(connection, "DROP TABLE IF EXISTS transactions")
        await self.query(connection, "CREATE TABLE transactions (id INT PRIMARY KEY) ENGINE=InnoDB")
        await self.query(connection, "INSERT INTO transactions VALUES (1)")
        await connection.rollback()
        equal(await self.query(connection, "SELECT COUNT(*) FROM transactions"), [(0,)], "after rollback")
        await self.query(connection, "INSERT INTO transactions VALUES (2)")
        await connection.commit()
        await connection.rollback()
        equal(await self.query(connection, "SELECT id FROM transactions"), [(2,)], "after commit")
        await connection.commit()

    async def multi_results(self):
        connection = await self.session()
        results = await self.result_sets(connection, "SELECT 1; SET @a = 1; SELECT 2, 3")
        equal(results, [[(1,)], [(2, 3)]], "multiple statements")
        await self.query(connection, "DROP PROCEDURE IF EXISTS several")
        await self.query(connection, "CREATE PROCEDURE several() BEGIN SELECT 1; SELECT 2 UNION ALL SELECT 3; END")
        equal(await self.result_sets(connection, "CALL several()"), [[(1,)], [(2,), (3,)]], "procedure")
        equal(await self.query(connection, "SELECT 4"), [(4,)], "after them")

    async def blob(self):
        connection = await self.session()
        await self.query(connection, "DROP TABLE IF EXISTS blobs")
        await self.query(connection, "CREATE TABLE blobs (id INT PRIMARY KEY, bl LONGBLOB)")
        await self.query(connection, "INSERT INTO blobs VALUES (1, %s)", [tap.BLOB])
        await connection.commit()
        # In two columns: asyncmy takes a row that begins with a value of 16 MiB and more for the end of the result.
        half = len(tap.BLOB) // 2
        rows = await self.query(connection, f"SELECT LEFT(bl, {half}), SUBSTR(bl, {half} + 1) FROM blobs")
        found = rows[0][0] + rows[0][1]
        equal(len(found), len(tap.BLOB), "length")
        equal(found == tap.BLOB, True, "same bytes")
        equal(await self.query(connection, "SELECT 5"), [(5,)], "after it")

    async def errors(self):
        connection = await self.session()
        await self.query(connection, "DROP TABLE IF EXISTS errors")
        await self.query(connection, "CREATE TABLE errors (id INT PRIMARY KEY)")
        await self.query(connection, "INSERT INTO errors VALUES (1)")
        await connection.commit()
        for statement, number in [
            ("SELEC 1", 1064), ("SELECT * FROM missing", 1146), ("INSERT INTO errors VALUES (1)", 1062),
        ]:
            equal(await self.number_of_error(self.query(connection, statement)), number, statement)
        equal(await self.number_of_error(self.connect(password="wrong")), 1045, "wrong password")
        equal(await self.query(connection, "SELECT id FROM errors"), [(1,)], "after them")

    async def reconnect(self):
        connection, other = await self.connect(), await self.connect()
        number = (await self.query(connection, "SELECT CONNECTION_ID()"))[0][0]
        await self.query(other, f"KILL CONNECTION {number}")
        try:
            await self.query(connection, "SELECT 1")
        except (self.error, ConnectionError, asyncio.IncompleteReadError):
            pass
        else:
            raise AssertionError("the killed session still answers")
        await connection.ping(reconnect=True)
        rows = await self.query(connection, "SELECT CONNECTION_ID(), DATABASE()")
        equal(rows[0][0] != number, True, "another connection id")
        equal(rows[0][1], tap.DATABASE, "database")
        connection.close()
        other.close()

    async def virtual_text(self):
        connection = await self.session()
        rows = await self.query(connection, tap.VIRTUAL_SELECT)
        equal(len(rows), 1, "members")
        tap.equal_member(rows[0])
        equal(await self.query(connection, tap.VIRTUAL_COUNT), [(1,)], "information_schema")
        equal(await self.query(connection, "SELECT 6"), [(6,)], "after them")

    async def virtual_prepared(self):
        connection = await self.session()
        async with await connection.prepare(tap.VIRTUAL_SELECT + " WHERE state = ?") as statement:
            for _ in range(2):
                rows = list((await statement.execute(("ONLINE",))).rows)
                equal(len(rows), 1, "members")
                tap.equal_member(rows[0])
        async with await connection.prepare(tap.VIRTUAL_COUNT + " WHERE sql_port = ?") as statement:
            equal(list((await statement.execute((tap.PORT,))).rows), [(1,)], "information_schema")

    async def refused_write(self):
        connection = await self.session()
        number = await self.query(connection, "SELECT CONNECTION_ID()")
        try:
            await self.query(connection, "INSERT INTO refused VALUES (%s)", [1])
            raise AssertionError("no error")
        except self.error as error:
            tap.equal_refusal(error.args[0], error)
        try:
            async with await connection.prepare("INSERT INTO refused VALUES (?)") as statement:
                await statement.execute((1,))
            raise AssertionError("no error")
        except self.error as error:
            tap.equal_refusal(error.args[0], error)
        equal(await self.query(connection, "SELECT COUNT(*) FROM refused"), [(0,)], "after them")
        equal(await self.query(connection, "SELECT CONNECTION_ID()"), number, "connection id")

    def run(self):
        with asyncio.Runner() as runner:
            tap.run({
                name: lambda name=name: runner.run(getattr(self, name.replace("-", "_"))()) for name in tap.CHECKS
            }, self.forget_session)


Checks().run()
