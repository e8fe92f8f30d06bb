"""What a writing client prints, one line a write, for the harness that started it."""

import time


def ok(server, number):
    """The write with this number was acknowledged by the server with this server_id."""
    print("ok", time.clock_gettime(time.CLOCK_MONOTONIC), server, number, flush=True)


def error(exception):
    """A write failed; the client goes on."""
    text = " ".join(f"{type(exception).__name__}: {exception}".split())
    print("error", time.clock_gettime(time.CLOCK_MONOTONIC), text[:300], flush=True)


def note(*words):
    """Anything else, for people."""
    print("note", time.clock_gettime(time.CLOCK_MONOTONIC), *words, flush=True)


INSERT = "INSERT INTO app.writes (server, writer, n) VALUES (@@server_id, %s, %s) RETURNING server"

