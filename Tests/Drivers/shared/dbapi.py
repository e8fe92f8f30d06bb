"""The checks for clients that follow Python's DB-API (PEP 249)."""

import tap
from tap import equal


class Checks:
    """A client states how it differs by overriding what is above the checks."""

    #: The placeholder of a parameter.
    mark = "%s"
    #: Raised by the client for errors of the server; its first argument is the error number.
    error = Exception

    def connect(self, user=tap.USER, password=tap.PASSWORD):
        raise NotImplementedError

    def error_number(self, error):
        return error.args[0]

    def binary_cursor(self, connection):
        """A cursor that uses the binary protocol; None if the client has none."""
        return None

    def ping(self, connection):
        """Has the client connect again by its own means; None if it has none."""
        return None

    def result_sets(self, connection, statement):
        """All result sets of multiple statements or a CALL, each a list of tuples."""
        cursor = connection.cursor()
        cursor.execute(statement)
        results = []
        while True:
            if cursor.description:
                results.append([tuple(row) for row in cursor.fetchall()])
            if not cursor.nextset():
                break
        cursor.close()
        return results

    #: What is sent as the values of the table types.
    values = tap.VALUES

    def sent(self, value):
        """What is sent for one of them, where that is something else than what comes back."""
        return value

    #: How the columns of that table are read.
    selected = tap.COLUMNS

    #: The client cannot encrypt a password for caching_sha2_password with the server's public key.
    needs_tls_for_sha2 = False

    #: The client understands rows of more than one packet in the binary protocol.
    reads_long_binary_rows = True

    # --- helpers -----------------------------------------------------------------------------------------------------

    def query(self, connection, statement, parameters=None, cursor=None):
        own = cursor is None
        cursor = cursor or connection.cursor()
        if parameters is None:
            cursor.execute(statement)
        else:
            cursor.execute(statement.replace("?", self.mark), parameters)
        rows = [tuple(row) for row in cursor.fetchall()] if cursor.description else []
        if own:
            cursor.close()
        return rows

    def number_of_error(self, function, *arguments):
        try:
            function(*arguments)
        except self.error as error:
            return self.error_number(error)
        raise AssertionError(f"no error from {arguments[1:]}")

    _session = None

    def session(self):
        """The session that the checks share."""
        if self._session is None:
            self._session = self.connect()
        return self._session

    def forget_session(self):
        self._session = None

    # --- checks ------------------------------------------------------------------------------------------------------

    def is_full_authentication_possible(self):
        return not (self.needs_tls_for_sha2 and tap.IS_MYSQL and not tap.TLS_CA)

    def login(self):
        connection = self.connect()
        equal(self.query(connection, "SELECT DATABASE(), 1"), [(tap.DATABASE, 1)])
        cipher = self.query(connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0][1]
        equal(bool(cipher), bool(tap.TLS_CA), "TLS cipher")
        connection.close()

    def first_login(self):
        if not self.is_full_authentication_possible():
            raise tap.Skip("this client needs TLS for the first login by caching_sha2_password")
        connection = self.connect(user=tap.FRESH_USER)
        equal(self.query(connection, "SELECT 1"), [(1,)])
        connection.close()

    def types(self):
        connection = self.session()
        self.query(connection, "DROP TABLE IF EXISTS types")
        self.query(connection, tap.TYPES_TABLE)
        cursors = [None, self.binary_cursor(connection)] if self.binary_cursor(connection) else [None]
        for row, cursor in enumerate(cursors):
            marks = ", ".join(["?"] * (len(self.values) + 1))
            statement = f"INSERT INTO types (id, {tap.COLUMNS}) VALUES ({marks})"
            self.query(connection, statement, [row, *map(self.sent, self.values)], cursor)
        connection.commit()
        for row in range(len(cursors)):
            for cursor in cursors:
                rows = self.query(connection, f"SELECT {self.selected} FROM types WHERE id = ?", [row], cursor)
                equal(len(rows), 1, "rows")
                tap.equal_row(rows[0], self.values)
        rows = self.query(connection, "SELECT HEX(tx), HEX(bl), bi + 0 FROM types")
        as_stored = (tap.TEXT.encode().hex().upper(), tap.BYTES.hex().upper(), 682)
        equal(rows, [as_stored] * len(cursors), "as the server sees them")

    def prepared(self):
        connection = self.session()
        cursor = self.binary_cursor(connection)
        if cursor:
            statement = "SELECT ? + 1, ?, CAST(? AS BINARY)"
            for number in range(3):
                rows = self.query(connection, statement, [number, tap.TEXT, b"\0\xff"], cursor)
                equal(int(rows[0][0]), number + 1, "sum")
                equal(rows[0][1], tap.TEXT)
                equal(bytes(rows[0][2]), b"\0\xff")
            number = self.number_of_error(self.query, connection, "SELEC ?", [1], self.binary_cursor(connection))
            equal(number, 1064, "error")
        else:
            self.query(connection, "PREPARE s FROM 'SELECT CAST(? AS SIGNED) + 1, ?'")
            self.query(connection, "SET @a = 41, @b = ?", [tap.TEXT])
            equal(self.query(connection, "EXECUTE s USING @a, @b"), [(42, tap.TEXT)])
            self.query(connection, "DEALLOCATE PREPARE s")
            equal(self.number_of_error(self.query, connection, "EXECUTE s USING @a, @b"), 1243, "error")

    def transactions(self):
        connection = self.session()
        self.query(connection, "DROP TABLE IF EXISTS transactions")
        self.query(connection, "CREATE TABLE transactions (id INT PRIMARY KEY) ENGINE=InnoDB")
        connection.commit()
        self.query(connection, "INSERT INTO transactions VALUES (1)")
        connection.rollback()
        equal(self.query(connection, "SELECT COUNT(*) FROM transactions"), [(0,)], "after rollback")
        self.query(connection, "INSERT INTO transactions VALUES (2)")
        connection.commit()
        connection.rollback()
        equal(self.query(connection, "SELECT id FROM transactions"), [(2,)], "after commit")
        connection.commit()

    def multi_results(self):
        connection = self.session()
        results = self.result_sets(connection, "SELECT 1; SET @a = 1; SELECT 2, 3")
        equal(results, [[(1,)], [(2, 3)]], "multiple statements")
        self.query(connection, "DROP PROCEDURE IF EXISTS several")
        self.query(connection, "CREATE PROCEDURE several() BEGIN SELECT 1; SELECT 2 UNION ALL SELECT 3; END")
        equal(self.result_sets(connection, "CALL several()"), [[(1,)], [(2,), (3,)]], "procedure")
        equal(self.query(connection, "SELECT 4"), [(4,)], "after them")

    def blob(self):
        connection = self.session()
        self.query(connection, "DROP TABLE IF EXISTS blobs")
        self.query(connection, "CREATE TABLE blobs (id INT PRIMARY KEY, bl LONGBLOB)")
        cursors = [None, self.binary_cursor(connection)] if self.binary_cursor(connection) else [None]
        for row, cursor in enumerate(cursors):
            self.query(connection, "INSERT INTO blobs VALUES (?, ?)", [row, tap.BLOB], cursor)
        connection.commit()
        if not self.reads_long_binary_rows:
            cursors = [None, None]
        for row, cursor in enumerate(cursors):
            found = self.query(connection, "SELECT bl FROM blobs WHERE id = ?", [row], cursor)[0][0]
            equal(len(found), len(tap.BLOB), "length")
            equal(bytes(found) == tap.BLOB, True, "same bytes")
        equal(self.query(connection, "SELECT 5"), [(5,)], "after it")

    def errors(self):
        connection = self.session()
        self.query(connection, "DROP TABLE IF EXISTS errors")
        self.query(connection, "CREATE TABLE errors (id INT PRIMARY KEY)")
        self.query(connection, "INSERT INTO errors VALUES (1)")
        connection.commit()
        equal(self.number_of_error(self.query, connection, "SELEC 1"), 1064, "syntax")
        equal(self.number_of_error(self.query, connection, "SELECT * FROM missing"), 1146, "missing table")
        equal(self.number_of_error(self.query, connection, "INSERT INTO errors VALUES (1)"), 1062, "duplicate")
        if self.is_full_authentication_possible():
            equal(self.number_of_error(self.connect, tap.USER, "wrong"), 1045, "wrong password")
        equal(self.query(connection, "SELECT id FROM errors"), [(1,)], "after them")

    def reconnect(self):
        connection, other = self.connect(), self.connect()
        number = self.query(connection, "SELECT CONNECTION_ID()")[0][0]
        self.query(other, f"KILL CONNECTION {int(number)}")
        try:
            self.query(connection, "SELECT 1")
        except self.error:
            pass
        else:
            raise AssertionError("the killed session still answers")
        connection = self.ping(connection) or self.connect()
        rows = self.query(connection, "SELECT CONNECTION_ID(), DATABASE()")
        equal(rows[0][0] != number, True, "another connection id")
        equal(rows[0][1], tap.DATABASE, "database")
        connection.close()
        other.close()

    def virtual_text(self):
        connection = self.session()
        rows = self.query(connection, tap.VIRTUAL_SELECT)
        equal(len(rows), 1, "members")
        tap.equal_member(rows[0])
        equal(self.query(connection, tap.VIRTUAL_COUNT), [(1,)], "information_schema")
        equal(self.query(connection, "SELECT 6"), [(6,)], "after them")
        # What double quotes mean is the session's own choice.
        quoted = 'SELECT "state" FROM cluster_schema.members'
        for mode, value in (("ANSI_QUOTES", "ONLINE"), ("", "state"), ("ANSI", "ONLINE")):
            self.query(connection, f"SET sql_mode = '{mode}'")
            equal(self.query(connection, quoted), [(value,)], f"sql_mode '{mode}'")
            if self.binary_cursor(connection):
                found = self.query(connection, quoted + " WHERE 1 = ?", [1], self.binary_cursor(connection))
                equal(found, [(value,)], f"sql_mode '{mode}', prepared")
        equal(self.query(connection, 'SELECT "state" FROM cluster_schema."members"'), [("ONLINE",)], "a table's name")
        self.query(connection, "SET sql_mode = DEFAULT")

    def virtual_prepared(self):
        connection = self.session()
        cursor = self.binary_cursor(connection)
        if cursor:
            rows = self.query(connection, tap.VIRTUAL_SELECT + " WHERE state = ?", ["ONLINE"], cursor)
            equal(len(rows), 1, "members")
            tap.equal_member(rows[0])
            cursor = self.binary_cursor(connection)
            rows = self.query(connection, tap.VIRTUAL_COUNT + " WHERE sql_port = ?", [tap.PORT], cursor)
        else:
            # By PREPARE there are none.
            statement = f"PREPARE v FROM '{tap.VIRTUAL_SELECT} WHERE state = ?'"
            equal(self.number_of_error(self.query, connection, statement), 1235, "error")
            return
        equal(rows, [(1,)], "information_schema")

    def refused_write(self):
        connection = self.session()
        for cursor in (None, self.binary_cursor(connection)):
            try:
                self.query(connection, "INSERT INTO refused VALUES (?)", [1], cursor)
            except self.error as error:
                tap.equal_refusal(self.error_number(error), error)
            else:
                raise AssertionError("no error")
        connection.rollback()
        equal(self.query(connection, "SELECT COUNT(*), 7 FROM refused"), [(0, 7)], "after them")

    def run(self):
        tap.run({name: getattr(self, name.replace("-", "_")) for name in tap.CHECKS}, self.forget_session)
