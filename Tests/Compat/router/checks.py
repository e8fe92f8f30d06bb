"""MySQL Router 9.7 in ReplicaSet mode, with a static configuration, on the tables of sql.compat: router."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

from cluster import NODES, Failure, end, free_port, start, wait_until
from writers import Writer

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("MYSQL9_ROOT", os.path.expanduser("~/.cache/pilotfish/mysql9"))
LIMIT = 10


def missing():
    if not os.path.exists(os.path.join(ROOT, "usr/bin/mysqlrouter")):
        return f"no usr/bin/mysqlrouter in {ROOT}: scripts/install-mysql9 makes that folder"
    if os.getuid() != 0:
        return "a program in a chroot needs root"
    return None


CONFIGURATION = """[DEFAULT]
name=pilotfish
user=root
logging_folder={inside}
runtime_folder={inside}/run
data_folder={inside}/data
keyring_path={inside}/keyring
master_key_path={inside}/master.key
dynamic_state={inside}/state.json
connect_timeout=5
read_timeout=5
unknown_config_option=error

[logger]
level=INFO
filename=router.log

[metadata_cache:pilotfish]
cluster_type=rs
router_id=1
user=app
metadata_cluster=compat
ttl=0.2
auth_cache_ttl=-1
auth_cache_refresh_interval=2
ssl_mode=PREFERRED

[routing:rw]
bind_address=127.0.0.1
bind_port={write_port}
destinations=metadata-cache://pilotfish/?role=PRIMARY
routing_strategy=first-available
protocol=classic
client_ssl_mode=DISABLED
server_ssl_mode=DISABLED

[routing:ro]
bind_address=127.0.0.1
bind_port={read_port}
destinations=metadata-cache://pilotfish/?role=SECONDARY
routing_strategy=round-robin
protocol=classic
client_ssl_mode=DISABLED
server_ssl_mode=DISABLED
"""


class Router:
    """A running Router, in a folder of its own inside the chroot."""

    def __init__(self, cluster):
        self.folder = tempfile.mkdtemp(prefix="compat.", dir=os.path.join(ROOT, "srv"))
        self.inside = "/srv/" + os.path.basename(self.folder)
        self.write_port = free_port(["127.0.0.1"])
        self.read_port = free_port(["127.0.0.1"])
        self.password = cluster.password
        for name in ("run", "data"):
            os.mkdir(os.path.join(self.folder, name))
        self.write("router.conf", CONFIGURATION.format(**vars(self)))
        servers = [f"mysql://{cluster.hosts[node]}:{cluster.port}" for node in NODES]
        state = {"metadata-cache": {"group-replication-id": "", "cluster-metadata-servers": servers}, "version": "1.0.0"}
        self.write("state.json", json.dumps(state))
        for arguments, given in (("init", None), ("set", cluster.password)):
            command = ["chroot", ROOT, "mysqlrouter_keyring", arguments, f"{self.inside}/keyring", "--master-key-file",
                       f"{self.inside}/master.key"] + (["app", "password"] if given else [])
            subprocess.run(command, input=given, text=True, check=True, capture_output=True)
        self.process = start(
            ["chroot", ROOT, "mysqlrouter", "-c", f"{self.inside}/router.conf"], os.path.join(self.folder, "out.log")
        )

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def log(self):
        with contextlib.suppress(OSError), open(os.path.join(self.folder, "router.log"), encoding="utf-8") as file:
            return [line.strip() for line in file if " WARNING " in line or " ERROR " in line]
        return []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def server(self, port):
        import pymysql

        try:
            connection = pymysql.connect(
                host="127.0.0.1", port=port, user="app", password=self.password, connect_timeout=5, read_timeout=5
            )
        except pymysql.Error:
            return None
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT @@server_id")
            return cursor.fetchone()[0] % 10

    def wait_until_ready(self):
        try:
            wait_until(20, "Router routes", lambda: self.server(self.write_port) and self.server(self.read_port))
        except Failure as failure:
            raise Failure(f"{failure}; Router says: {' | '.join(self.log()[-5:])}") from None


def start_writer(router):
    return Writer(
        [sys.executable, "-u", os.path.join(HERE, "writer.py"), str(router.write_port)],
        {**os.environ, "APP_PASSWORD": router.password},
    )


def other(cluster):
    return cluster.primary % len(NODES) + 1


def routes(cluster):
    with Router(cluster) as router:
        router.wait_until_ready()
        written = {router.server(router.write_port) for _ in range(3)}
        read = {router.server(router.read_port) for _ in range(6)}
        replicas = set(NODES) - {cluster.primary}
        if written != {cluster.primary} or read != replicas:
            raise Failure(f"writes go to {written}, reads to {read}, and db{cluster.primary} is the primary")
        warnings = [line for line in router.log() if "v2_routers" in line]
        if warnings:
            raise Failure(f"Router warns: {warnings[0]}")
    return f"writes to db{cluster.primary}, reads to {', '.join(f'db{node}' for node in sorted(replicas))}"


def follows_move(cluster):
    with Router(cluster) as router, start_writer(router) as writer:
        writer.wait_until_running(cluster.primary)
        old, node = cluster.primary, other(cluster)
        writable = cluster.move_primary(node)
        delay = writer.wait_for(node, writable, LIMIT)
        wait_until(10, "reads go to the former primary", lambda: router.server(router.read_port) == old)
    return f"{delay * 1000:.0f} ms after the new primary was writable"


def follows_death(cluster):
    with Router(cluster) as router, start_writer(router) as writer:
        writer.wait_until_running(cluster.primary)
        cluster.kill_primary()
        dead = cluster.primary
        writable = cluster.promote(other(cluster))
        delay = writer.wait_for(cluster.primary, writable, LIMIT)
        third = ({*NODES} - {dead, cluster.primary}).pop()
        wait_until(10, "reads go to the replica that is left", lambda: router.server(router.read_port) == third)
    return f"{delay * 1000:.0f} ms after the new primary was writable"


CHECKS = (
    ("ReplicaSet mode: reads and writes", routes),
    ("ReplicaSet mode: a planned move", follows_move),
    ("ReplicaSet mode: the primary's death", follows_death),
)
