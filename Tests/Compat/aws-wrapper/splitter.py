"""Asks who answers: as it is, with read_only on, and with read_only off again. splitter.py HOST PORT PLUGINS"""

import sys

from connecting import connect


def server(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@server_id")
        return cursor.fetchone()[0]


def main():
    host, port, plugins = sys.argv[1:]
    connection = connect(host, port, plugins, {})
    print("server", server(connection), flush=True)
    connection.read_only = True
    print("server", server(connection), flush=True)
    connection.read_only = False
    print("server", server(connection), flush=True)


main()
