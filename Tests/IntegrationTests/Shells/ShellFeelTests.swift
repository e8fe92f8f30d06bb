import MySQLClient
import TestServers
import Testing

/// A DBA's session on mysqld, in which cluster_schema is one schema among others.
@Suite struct ShellFeelTests {
    @Test func `SHOW DATABASES lists the schema at its place among mysqld's`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            try await cluster.servers[0].execute("CREATE DATABASE app_too", "GRANT ALL ON app_too.* TO 'app'@'%'")
            let all = try await sidecar.ask("SHOW DATABASES")
            #expect(all.rows == [["app"], ["app_too"], ["cluster_schema"], ["information_schema"]])
            #expect(all.columns == ["Database"])
            #expect(try await sidecar.ask("SHOW SCHEMAS LIKE 'cl%'").rows == [["cluster_schema"]])
            #expect(try await sidecar.ask("SHOW SCHEMAS LIKE 'app%'").rows == [["app"], ["app_too"]])
            #expect(try await sidecar.ask("/* tool */ show databases like 'x'").rows == [])
            #expect(
                try await sidecar.ask("SHOW DATABASES WHERE `Database` NOT LIKE '%schema'").rows == [
                    ["app"], ["app_too"],
                ]
            )
            #expect(
                try await sidecar.ask("SHOW DATABASES WHERE `Database` IN ('app', 'Cluster_Schema')").rows
                    == [["app"], ["cluster_schema"]]
            )
            #expect(await refusal(sidecar.sqlPort, "SHOW DATABASES LIKE")?.code == 1064)
            #expect(await refusal(sidecar.sqlPort, "SHOW DATABASES WHERE nothing = 1")?.code == 1054)
            let port = sidecar.sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(schema: "cluster_schema")
                try session.send(
                    RawSession.query("SHOW DATABASES") + RawSession.query("SELECT 1")
                        + RawSession.query("SHOW DATABASES; SELECT 2")
                )
                #expect(
                    try session.reply() == .rows([["app"], ["app_too"], ["cluster_schema"], ["information_schema"]])
                )
                #expect(try session.reply() == .rows([["1"]]))
                // Of several statements at once the answers are mysqld's.
                #expect(try session.reply() == .rows([["app"], ["app_too"], ["information_schema"]]))
                #expect(try session.reply() == .rows([["2"]]))
            }
        }
    }

    @Test func `while the schema is chosen, ordinary statements do what they always do`() async throws {
        try await withCluster(nodes: 1) { cluster in
            try await cluster.servers[0].execute("CREATE TABLE app.t (i INT)", "INSERT INTO app.t VALUES (1), (2)")
            let version = try await cluster.servers[0].value("SELECT VERSION()") ?? ""
            let lines = try await MariaDBShell.run(
                port: cluster.sidecars[0].sqlPort,
                """
                USE cluster_schema;
                SELECT DATABASE();
                SELECT 1;
                SELECT @@version;
                SET NAMES utf8mb4;
                BEGIN;
                SELECT COUNT(*) FROM app.t;
                COMMIT;
                SHOW VARIABLES LIKE 'version';
                SHOW STATUS LIKE 'Threads_running';
                SELECT member_name FROM members;
                SHOW TABLES LIKE 'prim%';
                DESCRIBE status;
                SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'EVENTS';
                EXPLAIN SELECT * FROM members;
                SELECT * FROM t;
                USE app;
                SELECT COUNT(*) FROM t;
                SELECT DATABASE();
                """
            )
            #expect(
                MariaDBShell.withoutErrors(lines) == [
                    "cluster_schema", "1", version, "2", "version\t\(version)", "Threads_running\t1", "db1",
                    "PRIMARY_MEMBER", "VARIABLE_NAME\tvarchar(64)\tNO\t\tNULL\t",
                    "VARIABLE_VALUE\tvarchar(1024)\tNO\t\tNULL\t", "EVENTS", "2", "app",
                ],
                "\(lines)"
            )
            #expect(lines.filter { $0.hasPrefix("ERROR 1235") }.count == 1, "\(lines)")
            #expect(lines.filter { $0.hasPrefix("ERROR 1146") }.count == 1, "\(lines)")
        }
    }

    @Test func `SHOW WARNINGS is about the statement before, whoever answered it`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                func code(_ reply: RawSession.Reply) -> String? {
                    if case .rows(let rows) = reply { rows.first?[1] } else { nil }
                }
                _ = try session.query("SELECT nothing FROM cluster_schema.members")
                #expect(code(try session.query("SHOW WARNINGS")) == "1054")
                #expect(code(try session.query("SHOW ERRORS")) == "1054")
                #expect(try session.query("SHOW COUNT(*) ERRORS") == .rows([["1"]]))
                #expect(try session.query("SELECT @@warning_count, @@error_count") == .rows([["1", "1"]]))
                #expect(code(try session.query("SHOW WARNINGS")) == "1054")
                _ = try session.query("SELECT 1/0")
                #expect(code(try session.query("SHOW WARNINGS")) == "1365")
                _ = try session.query("SELECT 1 FROM cluster_schema.cluster")
                #expect(try session.query("SHOW WARNINGS") == .rows([]))
                #expect(try session.query("SELECT @@warning_count") == .rows([["0"]]))
                _ = try session.query("SELECT * FROM app.missing")
                #expect(code(try session.query("SHOW WARNINGS")) == "1146")
                #expect(try session.query("SELECT @@error_count") == .rows([["1"]]))
                // An answer that others got before is the statement before, too.
                _ = try session.query("SELECT nothing FROM cluster_schema.members")
                #expect(try session.query("SELECT 1 FROM cluster_schema.cluster") == .rows([["1"]]))
                #expect(try session.query("SHOW WARNINGS") == .rows([]))
                // Among other columns of the tables.
                let counts = "SELECT @@warning_count, @@session.error_count, COUNT(*) FROM cluster_schema.cluster"
                _ = try session.query("SELECT nothing FROM cluster_schema.members")
                #expect(try session.query(counts) == .rows([["1", "1", "1"]]))
                #expect(try session.query(counts) == .rows([["0", "0", "1"]]))
                _ = try session.query("SELECT 1/0")
                #expect(try session.query(counts) == .rows([["1", "0", "1"]]))
                // Pipelined, where nobody waits for an answer.
                try session.send(
                    RawSession.query("SELECT * FROM cluster_schema.nothing") + RawSession.query("SHOW WARNINGS")
                        + RawSession.query("SELECT 1/0") + RawSession.query("SHOW WARNINGS")
                )
                _ = try session.reply()
                #expect(code(try session.reply()) == "1146")
                #expect(try session.reply() == .rows([[nil]]))
                #expect(code(try session.reply()) == "1365")
            }
        }
    }

    @Test func `information_schema describes the schema, and everything else as mysqld does`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            let names = try await sidecar.ask("SHOW TABLES FROM cluster_schema").rows
            for condition in [
                "table_schema = 'cluster_schema'", "TABLE_SCHEMA = 'CLUSTER_SCHEMA'",
                "table_schema LIKE 'cluster\\_schema'",
                "table_schema IN ('cluster_schema')",
            ] {
                let tables = "SELECT table_name FROM information_schema.tables WHERE \(condition) ORDER BY table_name"
                #expect(try await sidecar.ask(tables).rows == names, "\(condition)")
            }
            let columns = try await sidecar.ask(
                """
                SELECT c.COLUMN_NAME, c.DATA_TYPE, c.IS_NULLABLE, t.TABLE_TYPE FROM information_schema.COLUMNS c
                JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
                WHERE c.TABLE_SCHEMA = 'cluster_schema' AND c.TABLE_NAME = 'status' ORDER BY c.ORDINAL_POSITION
                """
            )
            #expect(
                columns.rows == [
                    ["VARIABLE_NAME", "varchar", "NO", "SYSTEM VIEW"],
                    ["VARIABLE_VALUE", "varchar", "NO", "SYSTEM VIEW"],
                ]
            )
            #expect(
                try await sidecar.ask("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'app'").rows
                    == [["0"]]
            )
            #expect(
                try await sidecar.ask(
                    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'cluster_schema' OR 1"
                ).rows != [["\(names.count)"]]
            )
            #expect(
                try await sidecar.ask(
                    "SELECT COUNT(*) FROM information_schema.events WHERE event_schema='cluster_schema'"
                )
                .rows == [["0"]]
            )
        }
    }

    private func dumpOfAllSchemas(_ sidecar: PilotfishProcess) async throws -> String {
        let directory = try TemporaryRoot.makeDirectory("dump")
        defer { removeTree(directory) }
        let login = Login.application
        let dump = try await ChildProcess.start(
            "mariadb-dump",
            [
                "--no-defaults", "--host=127.0.0.1", "--port=\(sidecar.sqlPort)",
                "--user=\(login.user)", "--password=\(login.password)", "--all-databases",
            ],
            outputFile: directory + "/dump.sql"
        )
        #expect(await dump.waitForExit() == .code(0))
        return try contents(of: directory + "/dump.sql")
    }

    @Test func `a dump of all schemas holds those of mysqld, and can be loaded again`() async throws {
        try await withCluster(nodes: 1) { cluster in
            try await cluster.servers[0].execute("CREATE TABLE app.t (i INT)", "INSERT INTO app.t VALUES (4711)")
            let text = try await dumpOfAllSchemas(cluster.sidecars[0])
            #expect(text.contains("4711"))
            #expect(!text.contains("cluster_schema"))
        }
    }

    @Test func `a real schema of that name is dumped, and dropped through the sidecar`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            try await cluster.servers[0].execute(
                "CREATE DATABASE cluster_schema",
                "CREATE TABLE cluster_schema.really (i INT)",
                "INSERT INTO cluster_schema.really VALUES (4711)",
                "GRANT ALL ON *.* TO 'app'@'%'"
            )
            #expect(try await dumpOfAllSchemas(sidecar).contains("INSERT INTO `really` VALUES"))
            #expect(try await sidecar.ask("SHOW DATABASES LIKE 'cluster%'").rows.count == 1)
            #expect(
                try await sidecar.ask(
                    "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE schema_name LIKE 'cluster%'"
                ).rows == [["1"]]
            )
            _ = try await sidecar.ask("DROP DATABASE cluster_schema")
            #expect(try await cluster.servers[0].value("SHOW DATABASES LIKE 'cluster%'") == nil)
            #expect(try await sidecar.ask("SHOW DATABASES LIKE 'cluster%'").rows.count == 1)
            #expect(await refusal(sidecar.sqlPort, "DROP DATABASE cluster_schema")?.code == 1008)
        }
    }

    @Test func `who reads bytes as they are, as mydumper does, is not shown the schema`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            for statement in ["SHOW DATABASES", "SELECT schema_name FROM information_schema.SCHEMATA"] {
                let shown = try await ask(port, statement).rows
                let binary = try await ask(port, "SET NAMES binary", statement).rows
                #expect(shown.contains(["cluster_schema"]), "\(statement)")
                #expect(binary == shown.filter { $0 != ["cluster_schema"] }, "\(statement)")
            }
        }
    }

    @Test func `SCHEMATA has the schema, as SHOW DATABASES has`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let (port, server) = (cluster.sidecars[0].sqlPort, cluster.servers[0].port)
            let all = try await ask(port, "SELECT * FROM information_schema.schemata ORDER BY schema_name")
            let real = try await ask(server, "SELECT * FROM information_schema.schemata ORDER BY schema_name")
            #expect(all.columns == real.columns)
            #expect(all.rows.filter { $0[1] != "cluster_schema" } == real.rows)
            #expect(all.rows.count == real.rows.count + 1)
            for (statement, expected) in [
                ("SELECT s.schema_name FROM information_schema.SCHEMATA s WHERE s.schema_name LIKE 'cluster%'", 1),
                (
                    "SELECT SCHEMATA.SCHEMA_NAME FROM `information_schema`.`SCHEMATA` "
                        + "WHERE information_schema.SCHEMATA.schema_name = 'app'", 1
                ),
                ("SELECT 1 FROM information_schema.SCHEMATA WHERE schema_name = 'cluster_schema'", 1),
                ("SELECT 1 FROM information_schema.SCHEMATA WHERE schema_name = 'nosuch'", 0),
                ("SELECT 'information_schema.SCHEMATA'", 1),
            ] {
                #expect(try await ask(port, statement).rows.count == expected, "\(statement)")
            }
        }
    }
}
