"""Follows the primary by long poll, and reads from the replica that is least behind and least busy."""
import os
import time

import pymysql

# One statement: the version is that of the topology which the two addresses come from.
LOOK = """SELECT topology_version, (SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.primary_member),
    (SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.members
     WHERE state = 'ONLINE' AND role IN ('PRIMARY', 'REPLICA') AND IFNULL(replication_lag_ms, 0) < 1000
     ORDER BY role = 'PRIMARY', threads_running, queries_per_second LIMIT 1) FROM cluster_schema.cluster"""


def connect(node):
    host, port = node.rsplit(":", 1)
    return pymysql.connect(host=host, port=int(port), user=os.environ["PILOTFISH_USER"], connect_timeout=3,
                           password=os.environ["PILOTFISH_PASSWORD"], read_timeout=40, autocommit=True)


def ask(connection, statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()


def follow(node):
    with connect(node) as watcher:
        while True:
            version, primary, reader = ask(watcher, LOOK)
            if primary and reader:
                with connect(primary) as writer, connect(reader) as replica:
                    ask(writer, "INSERT INTO app.note (text) VALUES (%s)", "python")
                    ask(replica, "SELECT COUNT(*) FROM app.note")
                print(f"primary {primary}, read from {reader}", flush=True)
            ask(watcher, "SELECT cluster_schema.wait_for_change(%s, 30)", version)


while True:
    for node in os.environ["PILOTFISH_NODES"].split(","):
        try:
            follow(node)
        except pymysql.Error as error:
            print(f"lost {node}: {error}", flush=True)
            time.sleep(0.2)
