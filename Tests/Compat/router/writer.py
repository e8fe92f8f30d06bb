"""An application behind MySQL Router that writes without end: writer.py PORT"""

import os
import sys
import time

import pymysql

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import reporting  # noqa: E402


def main():
    connection = None
    number = 0
    while True:
        number += 1
        try:
            connection = connection or pymysql.connect(
                host="127.0.0.1", port=int(sys.argv[1]), user="app", password=os.environ["APP_PASSWORD"],
                autocommit=True, connect_timeout=5, read_timeout=5,
            )
            with connection.cursor() as cursor:
                cursor.execute(reporting.INSERT, (f"router-{os.getpid()}", number))
                reporting.ok(cursor.fetchone()[0], number)
        except (pymysql.Error, OSError) as error:
            reporting.error(error)
            # Router never moves a session: the application connects again.
            if connection and connection.open:
                connection.close()
            connection = None
        time.sleep(0.01)


main()
