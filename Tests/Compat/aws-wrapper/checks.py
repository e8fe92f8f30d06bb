"""The AWS Advanced Python wrapper: an application on it goes on writing whatever happens to the primary."""

import importlib.metadata
import os
import sys

from cluster import NODES, Failure, now
from writers import Writer

HERE = os.path.dirname(os.path.abspath(__file__))
# Seconds from the new primary's first moment in which it takes writes: what is allowed, and after which nobody waits.
ALLOWED = 1
LIMIT = 10


def missing():
    try:
        importlib.metadata.version("aws-advanced-python-wrapper")
        importlib.metadata.version("mysql-connector-python")
    except importlib.metadata.PackageNotFoundError as error:
        return f"Python module {error.name} is not installed"
    return None


def start(cluster, script, *arguments, host=None):
    return Writer(
        [sys.executable, "-u", os.path.join(HERE, script), host or cluster.hosts[cluster.primary], str(cluster.port),
         *arguments],
        {**os.environ, "APP_PASSWORD": cluster.password},
    )


def other(cluster):
    return cluster.primary % len(NODES) + 1


def in_time(delay):
    text = f"{delay * 1000:.0f} ms after the new primary was writable"
    if delay >= ALLOWED:
        raise Failure(f"the next write came {text}, and {ALLOWED} s are allowed")
    return text


def follows_move(cluster, *arguments):
    with start(cluster, "writer.py", *arguments) as writer:
        writer.wait_until_running(cluster.primary)
        node = other(cluster)
        writable = cluster.move_primary(node)
        delay = writer.wait_for(node, writable, LIMIT)
        until = now()
    lost = writer.numbers(until) - cluster.written(writer_name(writer, arguments[0]))
    if lost:
        raise Failure(f"{len(lost)} acknowledged writes are not there after a planned move")
    return f"{in_time(delay)}, nothing lost"


def writer_name(writer, plugins):
    return f"{plugins}-{writer.process.pid}"


def follows_death(cluster, *arguments):
    with start(cluster, "writer.py", *arguments) as writer:
        writer.wait_until_running(cluster.primary)
        cluster.kill_primary()
        writable = cluster.promote(other(cluster))
        delay = writer.wait_for(cluster.primary, writable, LIMIT)
    return in_time(delay)


def splits_reads(cluster):
    """read_only = True leads to a replica, False back to the primary."""
    with start(cluster, "splitter.py", "read_write_splitting,failover_v2") as writer:
        writer.process.wait(30)
        writer.reader.join(5)
    if writer.process.returncode != 0:
        raise Failure(" | ".join(writer.other[-6:]))
    servers = [int(line.split()[1]) % 10 for line in writer.other if line.startswith("server ")]
    if len(servers) != 3 or servers[0] != cluster.primary or servers[2] != cluster.primary:
        raise Failure(f"statements went to {servers}, and db{cluster.primary} is the primary")
    if servers[1] == cluster.primary:
        raise Failure("a read went to the primary")
    return f"writes to db{servers[0]}, reads to db{servers[1]}"


V2 = "failover_v2"
SPLITTING = "read_write_splitting,failover_v2"
# This plugin looks for the new writer, sleeps for that long, and looks again: the time to the next write is as much and a
# tenth of a second. The setting takes fractions; 2 is its default.
FAST = ("failover_cluster_topology_refresh_rate_sec=0.5", "failover_writer_reconnect_interval_sec=0.5")

CHECKS = (
    ("failover_v2, strict_writer: a planned move", lambda c: follows_move(c, V2, "failover_mode=strict_writer")),
    ("failover_v2, strict_writer: the primary's death", lambda c: follows_death(c, V2, "failover_mode=strict_writer")),
    ("read/write splitting", splits_reads),
    ("read/write splitting: the primary's death", lambda c: follows_death(c, SPLITTING)),
    # This plugin does nothing at a read-only error, so that a planned move without an end of sessions passes it by.
    ("failover: the primary's death (it asks twice a second)", lambda c: follows_death(c, "failover", *FAST)),
)
