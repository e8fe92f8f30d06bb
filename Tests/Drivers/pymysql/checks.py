import dbapi
import pymysql
from pymysql.constants import CLIENT
import tap


class Checks(dbapi.Checks):
    error = pymysql.err.MySQLError

    def connect(self, user=tap.USER, password=tap.PASSWORD):
        tls = {"ssl_ca": tap.TLS_CA, "ssl_verify_identity": True} if tap.TLS_CA else {"ssl_disabled": True}
        return pymysql.connect(
            host=tap.HOST, port=tap.PORT, user=user, password=password, database=tap.DATABASE, charset="utf8mb4",
            client_flag=CLIENT.MULTI_STATEMENTS, max_allowed_packet=64 * 1024 * 1024, **tls)

    def ping(self, connection):
        connection.ping(reconnect=True)
        return connection


Checks().run()
