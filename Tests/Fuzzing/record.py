#!/usr/bin/env python3
"""Records the sessions in corpus/session: real clients against a real mariadbd, through a relay that notes the bytes.

usage: record.py [DIRECTORY]        (needs mariadbd, mariadb, mariadb-binlog, gcc, libmariadb-dev, PyMySQL and
                                     mysql-connector-python)

The format is described in corpus/README.md.
"""
import os, socket, struct, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
OUTPUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "corpus", "session")
LEAST_RUN = 1024
PIPELINABLE = 1


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Relay:
    """Accepts connections one after another and notes both directions in the order of arrival."""

    def __init__(self, server_port):
        self.server_port = server_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sessions = []
        self.lock = threading.Lock()
        self.open = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.server_port))
            frames = []
            with self.lock:
                self.sessions.append(frames)
                self.open += 2
            for kind, source, target in (("C", client, server), ("S", server, client)):
                threading.Thread(target=self.pump, args=(kind, source, target, frames), daemon=True).start()

    def pump(self, kind, source, target, frames):
        try:
            while data := source.recv(1 << 18):
                with self.lock:
                    if frames and frames[-1][0] == kind:
                        frames[-1][1].extend(data)
                    else:
                        frames.append((kind, bytearray(data)))
                target.sendall(data)
        except OSError:
            pass
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        with self.lock:
            self.open -= 1

    def take(self):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with self.lock:
                if self.open == 0:
                    break
            time.sleep(0.01)
        with self.lock:
            sessions, self.sessions = self.sessions, []
        return sessions


def runs(data):
    """Parts of the data: (bytes, 1), or (one byte, count) for long runs of one byte."""
    start = index = 0
    while index < len(data):
        end = index + 1
        while end < len(data) and data[end] == data[index]:
            end += 1
        if end - index >= LEAST_RUN:
            if start < index:
                yield data[start:index], 1
            yield data[index:index + 1], end - index
            start = end
        index = end
    if start < len(data):
        yield data[start:], 1


def write(name, frames, flags):
    with open(os.path.join(OUTPUT, name + ".session"), "wb") as out:
        out.write(b"PFS1" + bytes([flags]))
        for kind, data in frames:
            for part, count in runs(bytes(data)):
                if count == 1:
                    out.write(kind.encode() + struct.pack("<I", len(part)) + part)
                else:
                    out.write(kind.lower().encode() + struct.pack("<I", count) + part)


C_CLIENT = r"""
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static void drain(MYSQL *m) {
    do {
        MYSQL_RES *r = mysql_store_result(m);
        if (r) mysql_free_result(r);
    } while (mysql_next_result(m) == 0);
}
static void query(MYSQL *m, const char *q) { mysql_query(m, q); drain(m); }
int main(int argc, char **argv) {
    MYSQL *m = mysql_init(NULL);
    unsigned int tcp = MYSQL_PROTOCOL_TCP;
    my_bool verify = 0;
    mysql_options(m, MYSQL_OPT_PROTOCOL, &tcp);
    mysql_options(m, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    if (!mysql_real_connect(m, "127.0.0.1", "app", "secret", "test", atoi(argv[1]), NULL,
                            CLIENT_MULTI_STATEMENTS | CLIENT_MULTI_RESULTS | CLIENT_LOCAL_FILES)) {
        fprintf(stderr, "%s\n", mysql_error(m));
        return 1;
    }
    if (strcmp(argv[2], "prepared") == 0) {
        MYSQL_STMT *s = mysql_stmt_init(m);
        const char *q = "SELECT id, name, ? FROM items WHERE id >= ? ORDER BY id";
        mysql_stmt_prepare(s, q, strlen(q));
        int least = 1; double ratio = 2.5;
        MYSQL_BIND b[2]; memset(b, 0, sizeof b);
        b[0].buffer_type = MYSQL_TYPE_DOUBLE; b[0].buffer = &ratio;
        b[1].buffer_type = MYSQL_TYPE_LONG; b[1].buffer = &least;
        mysql_stmt_bind_param(s, b);
        for (int i = 0; i < 3; i++) { least = i; mysql_stmt_execute(s); mysql_stmt_store_result(s); mysql_stmt_free_result(s); }
        unsigned long cursor = CURSOR_TYPE_READ_ONLY, rows = 2;
        mysql_stmt_attr_set(s, STMT_ATTR_CURSOR_TYPE, &cursor);
        mysql_stmt_attr_set(s, STMT_ATTR_PREFETCH_ROWS, &rows);
        mysql_stmt_execute(s);
        while (mysql_stmt_fetch(s) == 0) {}
        mysql_stmt_reset(s);
        mysql_stmt_close(s);
        s = mysql_stmt_init(m);
        q = "INSERT INTO texts (body, at) VALUES (?, ?)";
        mysql_stmt_prepare(s, q, strlen(q));
        memset(b, 0, sizeof b);
        MYSQL_TIME t; memset(&t, 0, sizeof t); t.year = 2024; t.month = 2; t.day = 29; t.hour = 13; t.second_part = 5;
        b[0].buffer_type = MYSQL_TYPE_BLOB; b[1].buffer_type = MYSQL_TYPE_DATETIME; b[1].buffer = &t;
        mysql_stmt_bind_param(s, b);
        mysql_stmt_send_long_data(s, 0, "first part, ", 12);
        mysql_stmt_send_long_data(s, 0, "second part", 11);
        mysql_stmt_execute(s);
        mysql_stmt_close(s);
        s = mysql_stmt_init(m);
        q = "SELECT FROM nowhere";
        mysql_stmt_prepare(s, q, strlen(q));
        mysql_stmt_close(s);
        s = mysql_stmt_init(m);
        q = "SELECT * FROM cluster_schema.members WHERE MEMBER_NAME = ?";
        mysql_stmt_prepare(s, q, strlen(q));
        mysql_stmt_close(s);
    } else if (strcmp(argv[2], "bulk") == 0) {
        MYSQL_STMT *s = mysql_stmt_init(m);
        const char *q = "INSERT INTO items (name) VALUES (?) RETURNING id";
        unsigned int n = 3;
        const char *names[] = {"bulk one", "bulk two", "bulk three"};
        unsigned long lengths[] = {8, 8, 10};
        MYSQL_BIND b; memset(&b, 0, sizeof b);
        b.buffer_type = MYSQL_TYPE_STRING; b.buffer = names; b.length = lengths;
        mysql_stmt_attr_set(s, STMT_ATTR_ARRAY_SIZE, &n);
        mysql_stmt_prepare(s, q, strlen(q));
        mysql_stmt_bind_param(s, &b);
        mysql_stmt_execute(s);
        mysql_stmt_store_result(s);
        mysql_stmt_close(s);
        s = mysql_stmt_init(m);
        n = 0; unsigned int one = 1;
        mysql_stmt_attr_set(s, STMT_ATTR_PREBIND_PARAMS, &one);
        int id = 1; MYSQL_BIND p; memset(&p, 0, sizeof p);
        p.buffer_type = MYSQL_TYPE_LONG; p.buffer = &id;
        mysql_stmt_bind_param(s, &p);
        mariadb_stmt_execute_direct(s, "SELECT name FROM items WHERE id = ?", -1);
        mysql_stmt_store_result(s);
        mysql_stmt_close(s);
    } else if (strcmp(argv[2], "change-user") == 0) {
        query(m, "SELECT 1");
        mysql_change_user(m, "other", "secret2", "test");
        query(m, "SELECT CURRENT_USER()");
        mysql_change_user(m, "app", "secret", NULL);
        query(m, "SELECT DATABASE()");
        mysql_reset_connection(m);
        query(m, "SELECT 2");
        mysql_change_user(m, "nobody", "wrong", NULL);
    } else {
        query(m, "SELECT 1; SELECT 2, 'two'; INSERT INTO texts (body) VALUES ('x'); SELECT FROM; SELECT 3");
        query(m, "CALL both_results()");
        mysql_ping(m);
        mysql_stat(m);
        mysql_select_db(m, "mysql");
        mysql_select_db(m, "cluster_schema");
        query(m, "USE test");
        query(m, "SELECT * FROM cluster_schema.members");
        query(m, "SELECT 'cluster_schema.members is text here' AS t");
        query(m, "SHOW TABLES FROM information_schema LIKE 'CLUSTER_%'");
        MYSQL_RES *r = mysql_list_fields(m, "items", NULL);
        if (r) mysql_free_result(r);
        mysql_set_server_option(m, MYSQL_OPTION_MULTI_STATEMENTS_OFF);
        query(m, "SELECT 1; SELECT 2");
        mysql_set_server_option(m, MYSQL_OPTION_MULTI_STATEMENTS_ON);
        query(m, "BEGIN; UPDATE items SET name = 'new' WHERE id = 1; ROLLBACK");
        query(m, "SET NAMES latin1; SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'; SELECT \"id\" FROM items");
        r = mysql_list_processes(m);
        if (r) mysql_free_result(r);
        mysql_kill(m, 999999);
    }
    mysql_close(m);
    return 0;
}
"""

SETUP = """
CREATE DATABASE IF NOT EXISTS test;
USE test;
CREATE TABLE items (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100));
INSERT INTO items (name) VALUES ('one'), ('two'), ('three'), (NULL), ('five');
CREATE TABLE texts (id INT PRIMARY KEY AUTO_INCREMENT, body LONGTEXT, at DATETIME(6));
CREATE USER app@'%' IDENTIFIED BY 'secret';
GRANT ALL ON *.* TO app@'%';
CREATE USER other@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD('secret2');
GRANT ALL ON test.* TO other@'%';
DELIMITER //
CREATE PROCEDURE both_results() BEGIN SELECT id FROM items; SELECT name FROM items WHERE id < 3; END //
CREATE PROCEDURE gives(OUT a INT, INOUT b INT) BEGIN SET a = 7; SET b = b + 1; SELECT b; END //
DELIMITER ;
"""


def pymysql_sessions(relay, folder):
    import pymysql

    def connect(**options):
        return pymysql.connect(host="127.0.0.1", port=relay.port, user="app", password="secret", database="test",
                               ssl_disabled=True, **options)

    def text():
        c = connect()
        with c.cursor() as k:
            for statement in ["SELECT id, name FROM items", "SELECT NULL, 1.5, '', x'00ff'", "DO 1",
                              "SELECT * FROM items WHERE 1 = 0", "SELECT REPEAT('a', 300), REPEAT('b', 70000)",
                              "SELECT /* cluster_schema */ 1", "SELECT 1 AS cluster_schema_is_a_name",
                              "SHOW WARNINGS", "SELECT * FROM cluster_schema.`members` m JOIN items ON 1"]:
                try:
                    k.execute(statement)
                    k.fetchall()
                except pymysql.Error:
                    pass
        c.ping()
        c.commit()
        c.close()

    def errors():
        c = connect()
        with c.cursor() as k:
            for statement in ["SELEC 1", "SELECT * FROM nothing", "SELECT 1/0", "INSERT INTO items (id) VALUES (1)",
                              "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'said so'", "SELECT 1",
                              "USE cluster_schema", "SHOW TABLES", "SELECT * FROM MEMBERS", "USE test", "SELECT 2"]:
                try:
                    k.execute(statement)
                except pymysql.Error:
                    pass
        c.close()

    def local_infile():
        c = connect(local_infile=True)
        path = os.path.join(folder, "rows.txt")
        with open(path, "w") as f:
            f.writelines(f"{100 + i}\tname {i}\n" for i in range(2000))
        with c.cursor() as k:
            k.execute(f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE items")
            k.execute("SELECT COUNT(*) FROM items")
            try:
                k.execute(f"LOAD DATA LOCAL INFILE '{path}.missing' INTO TABLE items")
            except (pymysql.Error, OSError):
                pass
            open(path, "w").close()
            k.execute(f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE items")
            k.execute("DELETE FROM items WHERE id >= 100")
        c.close()

    def statement(text):
        def run():
            c = connect(max_allowed_packet=64 << 20)
            with c.cursor() as k:
                k.execute(text)
                k.fetchall()
                k.execute("SELECT 1")
            c.close()
        return run

    def multi_results():
        from pymysql.constants import CLIENT
        c = connect(client_flag=CLIENT.MULTI_STATEMENTS)
        with c.cursor() as k:
            for statement in ["SELECT 1; SELECT 2; DO 0", "CALL both_results()", "SELECT 1; SELECT wrong; SELECT 3"]:
                try:
                    k.execute(statement)
                    while k.nextset():
                        pass
                except pymysql.Error:
                    pass
        c.close()

    def read_only():
        """Writes that a read-only server refuses, alone and amid other answers."""
        from pymysql.constants import CLIENT
        refusal = ("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = 'The MariaDB server is running with "
                   "the --read-only option so it cannot execute this statement'")
        c = connect(client_flag=CLIENT.MULTI_STATEMENTS)
        with c.cursor() as k:
            for statement in [refusal, "SELECT 1", "SELECT 2; " + refusal + "; SELECT 3", refusal,
                              "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = 'another option'"]:
                try:
                    k.execute(statement)
                    while k.nextset():
                        pass
                except pymysql.Error:
                    pass
        c.close()

    def refused():
        try:
            pymysql.connect(host="127.0.0.1", port=relay.port, user="app", password="wrong", ssl_disabled=True)
        except pymysql.Error:
            pass

    return {"pymysql-text": (text, 1), "pymysql-errors": (errors, 1), "pymysql-local-infile": (local_infile, 0),
            # Below, at and above the length at which a packet is split.
            "big-query-whole": (statement("DO LENGTH('" + "x" * (0xFFFFFF - 15) + "')"), 1),
            "big-query-exact": (statement("DO LENGTH('" + "x" * (0xFFFFFF - 14) + "')"), 1),
            "big-query-split": (statement("DO LENGTH('" + "x" * 17000000 + "')"), 1),
            "big-row": (statement("SELECT REPEAT('z', 17000000), 1"), 1),
            "pymysql-multi-results": (multi_results, 1), "pymysql-read-only": (read_only, 1),
            "pymysql-refused": (refused, 0)}


def connector_sessions(relay):
    import mysql.connector

    def connect():
        return mysql.connector.connect(host="127.0.0.1", port=relay.port, user="app", password="secret",
                                       database="test", ssl_disabled=True, use_pure=True,
                                       charset="utf8mb4", collation="utf8mb4_general_ci")

    def prepared():
        c = connect()
        k = c.cursor(prepared=True)
        for values in [(1, "one"), (2, None), (3, "x" * 300)]:
            k.execute("SELECT id FROM items WHERE id = ? OR name = ?", values)
            k.fetchall()
        k.execute("INSERT INTO texts (body, at) VALUES (?, NOW(6))", ("text \u00e9" * 10,))
        k.close()
        c.commit()
        c.close()

    def commands():
        c = connect()
        c.cmd_ping()
        c.cmd_statistics()
        c.cmd_init_db("mysql")
        c.cmd_init_db("test")
        c.cmd_reset_connection()
        c.cmd_debug()
        c.cmd_change_user("other", "secret2", "test", 45)
        c.cmd_query("SELECT 1")
        c.get_rows()
        c.close()

    def procedures():
        c = connect()
        k = c.cursor()
        k.callproc("gives", (0, 41))
        for result in k.stored_results():
            result.fetchall()
        k.close()
        c.close()

    return {"connector-prepared": (prepared, 0), "connector-commands": (commands, 0),
            "connector-procedures": (procedures, 1)}


def raw_session(relay, capabilities, commands):
    """Commands written one by one, each answer read until mysqld is silent for a moment."""
    def run():
        s = socket.create_connection(("127.0.0.1", relay.port))
        s.settimeout(0.15)

        def answer():
            try:
                while s.recv(1 << 16):
                    pass
            except TimeoutError:
                pass

        answer()
        user = b"raw\0\0"
        payload = struct.pack("<IIB23x", capabilities, 1 << 24, 45) + user
        if capabilities & 1 << 19:
            payload += b"mysql_native_password\0"
        s.sendall(struct.pack("<I", len(payload) | 1 << 24) + payload)
        answer()
        for command in commands:
            s.sendall(struct.pack("<I", len(command)) + command)
            answer()
        s.close()
    return run


def main():
    os.makedirs(OUTPUT, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data, port = os.path.join(folder, "data"), free_port()
        user = ["--user=root"] if os.geteuid() == 0 else []
        subprocess.run(["mariadb-install-db", "--no-defaults", "--datadir=" + data,
                        "--auth-root-authentication-method=normal", "--skip-test-db", *user], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        unix = os.path.join(folder, "s")
        server = subprocess.Popen(["/usr/sbin/mariadbd", "--no-defaults", "--datadir=" + data, "--socket=" + unix,
                                   "--bind-address=127.0.0.1", f"--port={port}", "--max-allowed-packet=64M",
                                   "--log-bin=log", "--server-id=1", "--local-infile=1",
                                   "--innodb-log-file-size=64M", *user],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            admin = ["mariadb", "--no-defaults", "--socket=" + unix, "-uroot"]
            deadline = time.monotonic() + 60
            while subprocess.run([*admin, "-e", "DO 1"], stderr=subprocess.DEVNULL).returncode:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("mariadbd does not start")
                time.sleep(0.1)
            subprocess.run(admin, input=SETUP + "CREATE USER raw@'%'; GRANT ALL ON *.* TO raw@'%';", text=True,
                           check=True)
            relay = Relay(port)
            scenarios = {}

            def command(*words, input=None):
                return lambda: subprocess.run(words, input=input, text=True, stdout=subprocess.DEVNULL,
                                              stderr=subprocess.DEVNULL, timeout=60)

            shell = ["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{relay.port}", "-uapp", "-psecret"]
            rows = os.path.join(folder, "shell.txt")
            with open(rows, "w") as f:
                f.writelines(f"{500 + i}\tr{i}\n" for i in range(50))
            scenarios["shell-text"] = (command(*shell, "--force", "test", input="""
                SELECT * FROM items; SHOW TABLES; DESCRIBE items; SELECT no_such; USE mysql; USE cluster_schema;
                SELECT * FROM cluster_schema.cluster; USE test; CALL both_results(); EXPLAIN SELECT * FROM items;
                """), 1)
            scenarios["shell-completion"] = (command(*shell, "--auto-rehash", "-t", "test", input="SELECT 1;"), 1)
            scenarios["shell-local-infile"] = (command(*shell, "--local-infile=1", "test", "-e",
                f"LOAD DATA LOCAL INFILE '{rows}' INTO TABLE items; DELETE FROM items WHERE id >= 500"), 0)
            scenarios["binlog-dump"] = (command("mariadb-binlog", "--no-defaults", "-h127.0.0.1", f"-P{relay.port}",
                "-uapp", "-psecret", "--read-from-remote-server", "--stop-position=700", "log.000001"), 0)
            program = os.path.join(folder, "client")
            subprocess.run(["gcc", "-w", "-x", "c", "-", "-o", program, "-I/usr/include/mariadb", "-lmariadb"],
                           input=C_CLIENT, text=True, check=True)
            for name, flags in [("text", 1), ("prepared", 0), ("bulk", 0), ("change-user", 0)]:
                scenarios["libmariadb-" + name] = (command(program, str(relay.port), name), flags)
            scenarios.update(pymysql_sessions(relay, folder))
            scenarios.update(connector_sessions(relay))
            # 4.1, transactions, secure connection, multi statements and results; then with deprecated EOF and
            # session tracking as well.
            plain = 1 | 1 << 9 | 1 << 13 | 1 << 15 | 1 << 16 | 1 << 17 | 1 << 18 | 1 << 19
            commands = [b"\x03SELECT 1, 'a'; SELECT 2", b"\x0e", b"\x09", b"\x03", b"\x55unknown",
                        b"\x16SELECT ?, ?", b"\x03USE test", b"\x02test", b"\x04items\0", b"\x1b\x01\0",
                        b"\x03SET @@session.autocommit = 0; SELECT 5", b"\x17\x63\0\0\0\0\x01\0\0\0",
                        b"\x03SELECT * FROM information_schema.CLUSTER_MEMBERS", b"\x0d", b"\x1f", b"\x01"]
            scenarios["raw-eof"] = (raw_session(relay, plain, commands), 1)
            scenarios["raw-deprecated-eof"] = (raw_session(relay, plain | 1 << 23 | 1 << 24, commands), 1)
            for name, (run, flags) in scenarios.items():
                try:
                    run()
                except Exception as error:
                    raise SystemExit(f"{name}: {error}")
                sessions = relay.take()
                for number, frames in enumerate(sessions):
                    if len(frames) > 1:
                        write(name if len(sessions) == 1 else f"{name}-{number + 1}", frames, flags)
                print(name, [sum(len(d) for _, d in f) for f in sessions])
        finally:
            server.terminate()
            server.wait()


main()
