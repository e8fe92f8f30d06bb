"""MariaDB Connector/J 3, which follows redirect_url (Debian's unstable suite, by scripts/install-connector-j)."""

import os
import shutil
import subprocess

from cluster import NODES, Failure
from writers import Writer

HERE = os.path.dirname(os.path.abspath(__file__))
JAR = os.environ.get("CONNECTOR_J_3", "")
LIMIT = 20


def missing():
    if not os.path.exists(JAR):
        return f"no jar of Connector/J 3 (CONNECTOR_J_3 is {JAR!r})"
    for program in ("java", "javac"):
        if not shutil.which(program):
            return f"no {program}: Debian package default-jdk-headless is not installed"
    return None


def start(cluster, node, options="permitRedirect=true"):
    """A writer that is told of this node alone."""
    classes = os.path.join(cluster.root, "redirect-classes")
    if not os.path.exists(classes):
        done = subprocess.run(
            ["javac", "-d", classes, os.path.join(HERE, "RedirectedWriter.java")], capture_output=True, text=True
        )
        if done.returncode != 0:
            raise Failure(f"RedirectedWriter.java does not build: {done.stderr}")
    url = f"jdbc:mariadb://{cluster.hosts[node]}:{cluster.port}/app?connectTimeout=5000&{options}"
    return Writer(
        ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{classes}:{JAR}", "RedirectedWriter", url],
        {**os.environ, "APP_PASSWORD": cluster.password},
    )


def other(cluster):
    return cluster.primary % len(NODES) + 1


def from_replica(cluster):
    node = other(cluster)
    with start(cluster, node) as writer:
        writer.wait_until_running(cluster.primary)
        if writer.errors:
            raise Failure(f"before that it had errors: {writer.errors[0][1]}")
    return f"connected to db{node}, writes to db{cluster.primary}"


def follows_move(cluster):
    with start(cluster, other(cluster)) as writer:
        writer.wait_until_running(cluster.primary)
        node = other(cluster)
        writable = cluster.move_primary(node)
        delay = writer.wait_for(node, writable, LIMIT)
        if not any("the primary is" in text or "read-only" in text for _, text in writer.errors):
            raise Failure(f"the move was not noticed by a refused write: {writer.errors[-3:]}")
    return f"{delay * 1000:.0f} ms after the new primary was writable"


def only_with_leave(cluster):
    """Without permitRedirect, and without a verified certificate, the driver stays."""
    with start(cluster, other(cluster), "permitRedirect=false") as writer:
        writer.wait_for_error("the primary is", 20)
    if writer.acknowledged:
        raise Failure("it has written, though its node is a replica")
    return writer.errors[0][1][-60:]


CHECKS = (
    ("from a replica to the primary at the login", from_replica),
    ("a planned move", follows_move),
    ("not without leave; the refusal names the primary", only_with_leave),
)
