"""An application that writes without end: writer.py HOST PORT PLUGINS [option=value …]"""

import os
import sys
import time

import mysql.connector
from aws_advanced_python_wrapper.pep249 import Error as WrapperError
from connecting import connect

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import reporting  # noqa: E402


def main():
    host, port, plugins, *rest = sys.argv[1:]
    connection = connect(host, port, plugins, dict(option.split("=", 1) for option in rest))
    reporting.note("connected")
    number = 0
    while True:
        number += 1
        try:
            with connection.cursor() as cursor:
                cursor.execute(reporting.INSERT, (f"{plugins}-{os.getpid()}", number))
                reporting.ok(cursor.fetchone()[0], number)
        except (WrapperError, mysql.connector.Error) as error:
            # The wrapper has led this connection to the new writer, or has not; what was under way is done again.
            reporting.error(error)
        time.sleep(0.01)


main()
