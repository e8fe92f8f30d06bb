import dbapi
import MySQLdb
from MySQLdb.constants import CLIENT
import tap


class Checks(dbapi.Checks):
    error = MySQLdb.MySQLError

    def connect(self, user=tap.USER, password=tap.PASSWORD):
        tls = {"ssl": {"ca": tap.TLS_CA}, "ssl_mode": "REQUIRED"} if tap.TLS_CA else {"ssl_mode": "DISABLED"}
        return MySQLdb.connect(
            host=tap.HOST, port=tap.PORT, user=user, passwd=password, db=tap.DATABASE, charset="utf8mb4",
            client_flag=CLIENT.MULTI_STATEMENTS, **tls)


Checks().run()
