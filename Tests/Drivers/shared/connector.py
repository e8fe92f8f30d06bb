"""The checks for MySQL Connector/Python, whose two implementations have the same interface."""

import dbapi
import mysql.connector
import tap


class Checks(dbapi.Checks):
    error = mysql.connector.Error
    use_pure = True
    needs_tls_for_sha2 = True

    def connect(self, user=tap.USER, password=tap.PASSWORD):
        tls = {"ssl_ca": tap.TLS_CA, "ssl_verify_cert": True} if tap.TLS_CA else {"ssl_disabled": True}
        return mysql.connector.connect(
            host=tap.HOST, port=tap.PORT, user=user, password=password, database=tap.DATABASE, charset="utf8mb4",
            collation="utf8mb4_general_ci", use_pure=self.use_pure, autocommit=False, **tls)

    def error_number(self, error):
        return error.errno

    def binary_cursor(self, connection):
        return connection.cursor(prepared=True)

    def ping(self, connection):
        connection.reconnect(attempts=1)
        return connection
