"""A worker that runs once in the cluster: of all that are started one leads, and that one alone works."""
import os
import signal
import sys
import threading
import time

import pymysql

TTL = 6  # Seconds. Whoever leads asks again far within a third of it.
PRIMARY = "SELECT CONCAT(sql_host, ':', sql_port) FROM cluster_schema.primary_member"
SERVICE, ME = sys.argv[1:]
stopping = threading.Event()


def connect(node):
    host, port = node.rsplit(":", 1)
    return pymysql.connect(host=host, port=int(port), user=os.environ["PILOTFISH_USER"], connect_timeout=3,
                           password=os.environ["PILOTFISH_PASSWORD"], read_timeout=40, autocommit=True)


def ask(connection, statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
        return row and row[0]


def elect(watcher):
    """The term, 0 if another leads, and until when it lasts: counted from before the question."""
    until = time.monotonic() + TTL
    return ask(watcher, "SELECT cluster_schema.elect(%s, %s, %s)", SERVICE, ME, TTL), until


def lead(watcher, term, until):
    primary = ask(watcher, PRIMARY)
    if not primary:
        raise pymysql.DataError("there is no primary")
    with connect(primary) as writer:
        # From now on this session's statements reach the server only while the term lasts.
        ask(writer, "SELECT cluster_schema.fence_by(%s, %s)", SERVICE, term)
        signal.signal(signal.SIGTERM, lambda *_: stopping.set())
        print(f"leads, term {term}", flush=True)
        try:
            now = term
            while now == term and time.monotonic() < until and not stopping.is_set():
                ask(writer, "INSERT INTO app.work (term, id) VALUES (%s, %s)", term, ME)
                stopping.wait(1)
                now, until = elect(watcher)
        finally:
            print(f"leads no more, term {term}", flush=True)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if stopping.is_set():
        ask(watcher, "SELECT cluster_schema.resign(%s, %s)", SERVICE, ME)


def serve(node):
    known = 0
    with connect(node) as watcher:
        while not stopping.is_set():
            term, until = elect(watcher)
            if term:
                lead(watcher, term, until)
            else:
                known = ask(watcher, "SELECT cluster_schema.wait_for_leader(%s, %s, 30)", SERVICE, known)


while not stopping.is_set():
    for node in os.environ["PILOTFISH_NODES"].split(","):
        try:
            serve(node)
        except pymysql.Error as error:
            print(f"lost {node}: {error}", flush=True)
        if stopping.wait(1):
            break
