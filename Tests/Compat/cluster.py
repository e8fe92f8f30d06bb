"""Three MariaDB servers with a sidecar each, one loopback address a node, for the clients that are tried here.

Until elections exist the harness moves the primary itself, with SQL on the servers, as a DBA would.
"""

import ctypes
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time

NODES = (1, 2, 3)
SETUP = os.path.join(os.path.dirname(__file__), "..", "..", "sql", "setup", "mariadb.sql")


class Failure(Exception):
    """What was waited for did not happen, or an answer was wrong."""


def now():
    """Seconds on the clock that all processes of this machine share."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def wait_until(seconds, what, condition):
    """Polls until the condition gives something true, and returns it."""
    deadline = now() + seconds
    last = None
    while True:
        try:
            value = condition()
            if value:
                return value
            last = f"last seen: {value!r}"
        except subprocess.CalledProcessError as error:
            last = error.stderr.strip()
        except (subprocess.SubprocessError, OSError) as error:
            last = error
        if now() > deadline:
            raise Failure(f"gave up after {seconds} s waiting: {what}" + (f" ({last})" if last else ""))
        time.sleep(0.02)


_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    _libc.prctl(1, signal.SIGTERM)


def start(command, log, **options):
    """A process that the kernel ends with this one."""
    with open(log, "ab") as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=_die_with_parent, **options
        )


def end(process):
    """Ends a process in order, and by force if it takes longer than five seconds."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port(hosts):
    """A TCP port that is free on all of these addresses, below those of outgoing connections."""
    for _ in range(200):
        port = random.randrange(20000, 29000)
        sockets = []
        try:
            for host in hosts:
                probe = socket.socket()
                sockets.append(probe)
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
            return port
        except OSError:
            continue
        finally:
            for probe in sockets:
                probe.close()
    raise Failure("no free port")


class Cluster:
    """The servers and sidecars, by the number of their node; addresses are 127.0.0.2, .3 and .4."""

    def __init__(self, binary):
        self.binary = binary
        self.root = tempfile.mkdtemp(prefix="pilotfish-compat.")
        self.hosts = {node: f"127.0.0.{node + 1}" for node in NODES}
        self.port = free_port(self.hosts.values())
        self.gossip_port = free_port(self.hosts.values())
        self.server_port = free_port(self.hosts.values())
        self.password = secrets.token_hex(12)
        self.servers = {}
        self.sidecars = {}
        # The last digit is the node's number. A server that begins anew gets another one: replication leaves out
        # events of the replica's own id.
        self.server_ids = {node: node for node in NODES}
        self.primary = 1

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in [*self.sidecars.values(), *self.servers.values()]:
            end(process)
        shutil.rmtree(self.root, ignore_errors=True)

    def path(self, node, name):
        return os.path.join(self.root, f"db{node}", name)

    # --- start -------------------------------------------------------------------------------------------------------

    def _start(self):
        as_root = ["--user=root"] if os.getuid() == 0 else []
        template = os.path.join(self.root, "template")
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={template}", "--skip-test-db",
             "--auth-root-authentication-method=normal", "--innodb-log-file-size=4M",
             "--innodb-buffer-pool-size=16M", *as_root],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for node in NODES:
            os.mkdir(os.path.join(self.root, f"db{node}"))
            shutil.copytree(template, self.path(node, "data"))
            self.start_server(node)
        for node in NODES:
            self.wait_for_server(node)
        self._create_accounts()
        for node in NODES[1:]:
            self.follow(node, 1)
            self.sql(node, "SET GLOBAL read_only = 1")
        self.wait_for_replicas()
        for node in NODES:
            self.start_sidecar(node)
        self.wait_until_whole()

    def start_server(self, node):
        as_root = ["--user=root"] if os.getuid() == 0 else []
        self.servers[node] = start(
            ["mariadbd", "--no-defaults", *as_root, f"--datadir={self.path(node, 'data')}",
             f"--socket={self.path(node, 'sock')}", f"--port={self.server_port}",
             f"--bind-address={self.hosts[node]}", "--skip-name-resolve", f"--server-id={self.server_ids[node]}",
             f"--pid-file={self.path(node, 'pid')}", "--log-bin=binlog", "--relay-log=relay", "--binlog-format=ROW",
             "--log-slave-updates=1", "--gtid-strict-mode=1", "--innodb-buffer-pool-size=32M",
             "--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=2", "--performance-schema=0",
             "--key-buffer-size=1M", "--aria-pagecache-buffer-size=8M", "--skip-slave-start",
             f"--read-only={0 if node == self.primary else 1}"],
            self.path(node, "mariadbd.log"),
            env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"},
        )

    def wait_for_server(self, node):
        wait_until(30, f"mariadbd of db{node} answers", lambda: self.sql(node, "SELECT 1") == "1")

    def _create_accounts(self):
        with open(SETUP, encoding="utf-8") as file:
            setup = file.read().replace("change-me", self.password)
        self.sql(1, setup + f"""
            CREATE USER 'repl'@'%' IDENTIFIED BY '{self.password}';
            GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%';
            CREATE USER 'app'@'%' IDENTIFIED BY '{self.password}';
            CREATE DATABASE app;
            GRANT ALL ON app.* TO 'app'@'%';
            CREATE TABLE app.writes (id BIGINT AUTO_INCREMENT PRIMARY KEY, server INT, writer VARCHAR(40), n INT);
        """)

    def start_sidecar(self, node):
        secret = self.path(node, "password")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(self.password + "\n")
        seeds = ", ".join(f"{self.hosts[other]}:{self.gossip_port}" for other in NODES if other != node)
        with open(self.path(node, "pilotfish.yaml"), "w", encoding="utf-8") as file:
            file.write(f"""cluster: compat
node: {{ name: db{node} }}
sql:
  listen: {self.hosts[node]}:{self.port}
  advertise: {self.hosts[node]}:{self.port}
  compat: [aurora, router, isis2]
  redirect: primary
mysqld:
  address: unix:{self.path(node, 'sock')}
  user: pilotfish
  password_file: {secret}
  probe_interval_ms: 100
gossip:
  listen: {self.hosts[node]}:{self.gossip_port}
  seeds: [{seeds}]
""")
        self.sidecars[node] = start(
            [self.binary, "serve", "--config", self.path(node, "pilotfish.yaml")], self.path(node, "pilotfish.log"),
            # A sidecar knows all its variables: what is meant for this harness must not reach it.
            env={name: value for name, value in os.environ.items() if not name.startswith("PILOTFISH_")},
        )

    # --- statements --------------------------------------------------------------------------------------------------

    def sql(self, node, statements):
        """As root on a server, past its sidecar."""
        return subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.path(node, 'sock')}", "--user=root", "--batch",
             "--skip-column-names"],
            input=statements, check=True, capture_output=True, text=True, timeout=30,
        ).stdout.strip()

    def ask(self, node, statements, options=("--batch", "--skip-column-names")):
        """As the application, through a node's sidecar."""
        return subprocess.run(
            ["mariadb", "--no-defaults", f"--host={self.hosts[node]}", f"--port={self.port}", "--user=app",
             "--connect-timeout=5", *options],
            input=statements, check=True, capture_output=True, text=True, timeout=30,
            env={**os.environ, "MYSQL_PWD": self.password},
        ).stdout.strip()

    # --- replication -------------------------------------------------------------------------------------------------

    def follow(self, node, source):
        self.sql(node, f"""STOP SLAVE;
            CHANGE MASTER TO MASTER_HOST = '{self.hosts[source]}', MASTER_PORT = {self.server_port},
                MASTER_USER = 'repl', MASTER_PASSWORD = '{self.password}', MASTER_USE_GTID = slave_pos,
                MASTER_CONNECT_RETRY = 1;
            START SLAVE""")

    def wait_for_replicas(self, source=1):
        position = self.sql(source, "SELECT @@global.gtid_binlog_pos")
        for node in NODES:
            if node == source:
                continue
            if self.sql(node, f"SELECT MASTER_GTID_WAIT('{position}', 20)") != "0":
                raise Failure(f"db{node} does not catch up with db{source}")

    def kill_primary(self):
        """kill -9 of the primary's server."""
        server = self.servers[self.primary]
        server.kill()
        server.wait()

    def promote(self, node):
        """Makes a replica the primary after the old one has died, and leads the other replica to it.

        Returns when the new primary's server took writes."""
        old, self.primary = self.primary, node
        self.sql(node, "STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = 0")
        writable = now()
        for other in NODES:
            if other not in (old, node):
                self.follow(other, node)
        return writable

    def move_primary(self, node):
        """A planned move, which loses nothing and leaves sessions alone. Returns when the new primary's server took
        writes."""
        old, self.primary = self.primary, node
        self.sql(old, "SET GLOBAL read_only = 1")
        position = self.sql(old, "SELECT @@global.gtid_binlog_pos")
        if self.sql(node, f"SELECT MASTER_GTID_WAIT('{position}', 20)") != "0":
            raise Failure(f"db{node} does not catch up with db{old}")
        self.sql(node, "STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = 0")
        writable = now()
        self.sql(old, f"SET GLOBAL gtid_slave_pos = '{position}'")
        for other in NODES:
            if other != node:
                self.follow(other, node)
        return writable

    def rejoin(self, node):
        """Starts a killed server again, without what it alone had written, as a replica of the primary."""
        end(self.servers[node])
        shutil.rmtree(self.path(node, "data"))
        shutil.copytree(os.path.join(self.root, "template"), self.path(node, "data"))
        self.server_ids[node] += 10
        self.start_server(node)
        self.wait_for_server(node)
        self.follow(node, self.primary)
        self.wait_for_replicas(self.primary)
        self.wait_until_whole()

    def mend(self):
        """Brings back what an earlier check has killed."""
        for node in NODES:
            if self.servers[node].poll() is not None:
                self.rejoin(node)
        self.wait_until_whole()

    # --- what the tables say -----------------------------------------------------------------------------------------

    def wait_until_whole(self):
        expected = f"3\ndb{self.primary}"
        for node in NODES:
            wait_until(20, f"db{node} sees the whole cluster", lambda node=node: self._seen_by(node) == expected)

    def _seen_by(self, node):
        if self.sidecars[node].poll() is not None:
            with open(self.path(node, "pilotfish.log"), encoding="utf-8", errors="replace") as file:
                raise Failure(f"the sidecar of db{node} ended: {' | '.join(file.read().splitlines()[-3:])}")
        return self.ask(
            node,
            "SELECT COUNT(*) FROM cluster_schema.members WHERE STATE = 'ONLINE';"
            "SELECT MEMBER_NAME FROM cluster_schema.primary_member",
        )

    def written(self, writer):
        """The numbers that a writer's rows on the primary have."""
        rows = self.sql(self.primary, f"SELECT n FROM app.writes WHERE writer = '{writer}'")
        return {int(row) for row in rows.split()}
