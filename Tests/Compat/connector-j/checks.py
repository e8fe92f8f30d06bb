"""MariaDB Connector/J 2.7 in its aurora mode (Debian's libmariadb-java); it was dropped from 3.0 on."""

import os
import shutil
import subprocess

from cluster import NODES, Failure
from writers import Writer

HERE = os.path.dirname(os.path.abspath(__file__))
JAR = "/usr/share/java/mariadb-java-client.jar"
LIMIT = 60


def missing():
    if not os.path.exists(JAR):
        return f"Debian package libmariadb-java is not installed (no {JAR})"
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "libmariadb-java"], capture_output=True, text=True)
    if done.returncode != 0 or not done.stdout.startswith("2."):
        return f"libmariadb-java is of version {done.stdout or 'unknown'}, and the aurora mode ends with 2.7"
    for program in ("java", "javac"):
        if not shutil.which(program):
            return f"no {program}: Debian package default-jdk-headless is not installed"
    return None


def name(cluster, node):
    return f"{cluster.hosts[node]}.cluster"


def start(cluster):
    classes = os.path.join(cluster.root, "classes")
    hosts = os.path.join(cluster.root, "hosts")
    if not os.path.exists(classes):
        done = subprocess.run(
            ["javac", "-d", classes, os.path.join(HERE, "AuroraWriter.java")], capture_output=True, text=True
        )
        if done.returncode != 0:
            raise Failure(f"AuroraWriter.java does not build: {done.stderr}")
        # The driver makes each member's name of its SERVER_ID and the cluster's suffix, and finds the primary that a
        # replica names among the hosts of its URL alone: by the one whose name begins with that SERVER_ID.
        with open(hosts, "w", encoding="utf-8") as file:
            for node in NODES:
                file.write(f"{cluster.hosts[node]} {name(cluster, node)}\n")
    addresses = ",".join(f"{name(cluster, node)}:{cluster.port}" for node in NODES)
    # A host that did not answer once is tried again after a second instead of fifty.
    url = f"jdbc:mariadb:aurora://{addresses}/app?connectTimeout=5000&loadBalanceBlacklistTimeout=1"
    classpath = f"{classes}:{JAR}"
    return Writer(
        ["java", f"-Djdk.net.hosts.file={hosts}", "-XX:TieredStopAtLevel=1", "-cp", classpath, "AuroraWriter", url],
        {**os.environ, "APP_PASSWORD": cluster.password},
    )


def other(cluster):
    return cluster.primary % len(NODES) + 1


def reads_from_replica(cluster):
    with start(cluster) as writer:
        writer.wait_until_running(cluster.primary)
    reader = next((int(line.split()[2]) % 10 for line in writer.other if line.startswith("reader ")), None)
    if reader is None or reader == cluster.primary:
        raise Failure(f"with setReadOnly(true) it reads from {reader}, and db{cluster.primary} is the primary")
    return f"writes to db{cluster.primary}, reads from db{reader}"


def follows_death(cluster):
    with start(cluster) as writer:
        writer.wait_until_running(cluster.primary)
        cluster.kill_primary()
        writable = cluster.promote(other(cluster))
        delay = writer.wait_for(cluster.primary, writable, LIMIT)
    return f"{delay * 1000:.0f} ms after the new primary was writable"


def follows_move(cluster):
    with start(cluster) as writer:
        writer.wait_until_running(cluster.primary)
        node = other(cluster)
        writable = cluster.move_primary(node)
        delay = writer.wait_for(node, writable, LIMIT)
    return f"{delay * 1000:.0f} ms after the new primary was writable"


CHECKS = (
    ("aurora mode: reads and writes", reads_from_replica),
    ("aurora mode: the primary's death", follows_death),
    ("aurora mode: a planned move", follows_move),
)
