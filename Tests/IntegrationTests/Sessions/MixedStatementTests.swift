import MySQLClient
import TestServers
import Testing

/// Statements that read virtual tables and tables of the server.
@Suite struct MixedStatementTests {
    /// Two sites by the names of nodes, one of them the cluster's only one.
    private func prepare(_ cluster: TestCluster) async throws -> UInt16 {
        try await cluster.servers[0].execute(
            "CREATE TABLE app.site (name VARCHAR(20), town VARCHAR(20)) CHARSET utf8mb4 COLLATE utf8mb4_unicode_ci",
            "INSERT INTO app.site VALUES ('DB1', 'Ulm'), ('db2', 'Bonn')",
            "CREATE TABLE app.members (member_name VARCHAR(20), town VARCHAR(20))",
            "INSERT INTO app.members VALUES ('db1', 'Rom')"
        )
        return cluster.sidecars[0].sqlPort
    }

    @Test func `mysqld joins, filters and groups rows of both`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = try await prepare(cluster)
            for (statement, expected) in [
                (
                    "SELECT s.town, m.member_name FROM app.site s JOIN cluster_schema.members m ON m.member_name = s.name",
                    [["Ulm", "db1"]]
                ),
                (
                    "SELECT s.name, cluster_schema.members.is_local FROM app.site s LEFT JOIN cluster_schema.members "
                        + "ON MEMBERS.member_name = s.name ORDER BY s.name",
                    [["DB1", "1"], ["db2", nil]]
                ),
                (
                    "SELECT town FROM app.site WHERE name IN (SELECT member_name FROM information_schema.CLUSTER_MEMBERS)",
                    [["Ulm"]]
                ),
                (
                    "SELECT name FROM app.site WHERE name = 'db2' UNION SELECT member_name FROM cluster_schema.members",
                    [["db2"], ["db1"]]
                ),
                (
                    "SELECT m.is_local, COUNT(*) FROM app.site CROSS JOIN cluster_schema.members m GROUP BY m.is_local",
                    [["1", "2"]]
                ),
                (
                    "WITH m AS (SELECT * FROM cluster_schema.members) SELECT town FROM m JOIN app.site ON name = member_name",
                    [["Ulm"]]
                ),
                (
                    "SELECT COUNT(*) FROM app.site, cluster_schema.members a, cluster_schema.members b, "
                        + "(SELECT 1 FROM cluster_schema.status LIMIT 1) c",
                    [["2"]]
                ),
                (
                    "SELECT app.members.town, cluster_schema.members.is_local FROM app.members JOIN cluster_schema.members "
                        + "ON app.members.member_name = cluster_schema.members.member_name",
                    [["Rom", "1"]]
                ),
                (
                    "SET STATEMENT max_statement_time = 60 FOR SELECT town FROM app.site, cluster_schema.members "
                        + "WHERE name = member_name FOR UPDATE",
                    [["Ulm"]]
                ),
                // The comparison is the user's to choose.
                (
                    "SELECT town FROM app.site JOIN cluster_schema.members ON member_name = name COLLATE utf8mb4_unicode_ci",
                    nil
                ),
                (
                    "SELECT town FROM app.site JOIN cluster_schema.members ON member_name COLLATE utf8mb4_bin = name",
                    []
                ),
            ] as [(String, [[String?]]?)] {
                if let expected {
                    #expect(try await ask(port, statement).rows == expected, "\(statement)")
                } else {
                    #expect(await refusal(port, statement)?.code == 1267, "\(statement)")
                }
            }
        }
    }

    @Test func `the rows of CONNECTIONS are those that the session may see`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = try await prepare(cluster)
            let joined = try await ask(
                port,
                "SELECT c.user, COUNT(*) FROM app.site s, cluster_schema.connections c WHERE s.name = 'db2' GROUP BY 1"
            )
            #expect(joined.rows == [["app", "1"]])
        }
    }

    @Test func `warnings are those of mysqld`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = try await prepare(cluster)
            let warnings = try await ask(
                port,
                "SELECT COUNT(*) FROM cluster_schema.members",
                "SELECT CAST(town AS SIGNED) FROM app.site JOIN cluster_schema.members ON member_name = name",
                "SHOW WARNINGS"
            )
            #expect(warnings.rows.map { $0.dropFirst().first } == ["1292"])
        }
    }

    @Test func `EXPLAIN shows mysqld's plan`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = try await prepare(cluster)
            let plan = try await ask(
                port,
                "EXPLAIN SELECT town FROM app.site JOIN cluster_schema.members ON member_name = name"
            )
            #expect(plan.columns.contains("select_type"))
            #expect(plan.rows.contains { $0.contains("site") })
            #expect(plan.rows.contains { $0.contains("DERIVED") })
        }
    }

    @Test func `the connection's collation and sql_mode change nothing`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = try await prepare(cluster)
            for settings in [
                "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci", "SET NAMES latin1", "SET sql_mode = 'ANSI'",
                "SET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE'",
            ] {
                let statement = """
                    SELECT town, role IN ('primary', 'standalone') FROM app.site
                    JOIN `cluster_schema`.members m ON m.member_name = name AND m.state_since > '2020-01-01'
                    WHERE m.member_name = 'DB1'
                    """
                let result = try await ask(port, settings, statement)
                #expect(result.rows == [["Ulm", "1"]], "\(settings)")
                #expect(try await ask(port, settings, statement, "SHOW WARNINGS").rows == [], "\(settings)")
            }
            let quoted = try await ask(
                port,
                "SET sql_mode = 'ANSI_QUOTES'",
                #"SELECT "cluster_schema"."members"."member_name" FROM "cluster_schema"."members", "app"."site" LIMIT 1"#
            )
            #expect(quoted.rows == [["db1"]])
        }
    }

    @Test func `rows can be kept in tables, with the types of the columns`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await waitUntil("db1 is the primary") {
                try await cluster.sidecars[0].members("role") == ["db1": "PRIMARY"]
            }
            try await ask(
                port,
                "CREATE TABLE app.snapshot AS SELECT * FROM cluster_schema.members",
                "INSERT INTO app.snapshot SELECT * FROM cluster_schema.members",
                "SET @n = (SELECT COUNT(*) FROM cluster_schema.members)"
            )
            let server = cluster.servers[0]
            let same = try await server.value(
                "SELECT COUNT(*) FROM app.snapshot WHERE member_name = 'db1' AND role = 'PRIMARY' AND epoch = 0 "
                    + "AND state_since BETWEEN UTC_TIMESTAMP() - INTERVAL 1 HOUR AND UTC_TIMESTAMP() + INTERVAL 1 SECOND "
                    + "AND replication_lag_ms IS NULL AND server_version = VERSION() AND zone = ''"
            )
            #expect(same == "2")
            let types = try await server.query(
                "SELECT column_name, column_type FROM information_schema.columns WHERE table_name = 'snapshot'"
            )
            let known = types.rows.reduce(into: [:]) { $0[($1.first ?? nil) ?? ""] = $1.last ?? nil }
            for (column, type) in [
                ("MEMBER_ID", "varchar(36)"), ("MEMBER_NAME", "varchar(255)"), ("SQL_PORT", "int(10) unsigned"),
                ("IS_LOCAL", "bigint(11)"), ("EPOCH", "bigint(20) unsigned"), ("READ_ONLY", "bigint(11)"),
                ("REPLICATION_LAG_MS", "bigint(20) unsigned"), ("QUERIES_PER_SECOND", "double"),
                ("GTID_POSITION", "mediumtext"), ("STATE_SINCE", "datetime(6)"),
            ] {
                #expect(known[column] == type, "\(column)")
            }
            let others = try await ask(
                port,
                "USE app",
                "SET @seen = 0",
                "SELECT COUNT(*) FROM cluster_schema.members INTO @seen",
                "UPDATE app.snapshot s JOIN cluster_schema.members m USING (member_id) SET s.zone = CONCAT('of ', m.role)",
                "DELETE s FROM app.snapshot s JOIN cluster_schema.members m ON s.zone = 'of primary' WHERE @seen = 1",
                "SELECT COUNT(*), @seen FROM app.snapshot"
            )
            #expect(others.rows == [["0", "1"]])
        }
    }

    @Test func `text of any kind comes through unchanged`() async throws {
        let zone = #"a'b"c\d `e` %_ ü 🐟 -- */ ; \"#
        try await withCluster(nodes: 1) { _, configuration in
            configuration.zone = zone
        } _: { cluster in
            let port = try await prepare(cluster)
            for mode in ["", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES"] {
                let result = try await ask(
                    port,
                    "SET sql_mode = '\(mode)'",
                    "SELECT zone FROM cluster_schema.members, app.site LIMIT 1"
                )
                #expect(result.rows == [[zone]], "\(mode)")
            }
        }
    }

    @Test func `what mysqld refuses comes through by its number`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = try await prepare(cluster)
            try await cluster.servers[0].execute("CREATE DATABASE vault", "CREATE TABLE vault.t (a INT)")
            for (statement, code) in [
                ("SELECT nosuch FROM app.site, cluster_schema.members", 1054),
                ("SELECT m.nosuch FROM app.site, cluster_schema.members m", 1054),
                ("SELECT * FROM app.nosuch, cluster_schema.members", 1146),
                ("SELECT * FROM app.site, cluster_schema.nosuch", 1146),
                ("SELECT * FROM app.site, cluster_schema.members WHERE", 1064),
                ("SELECT * FROM vault.t, cluster_schema.members", 1142),
                ("INSERT INTO vault.t SELECT 1 FROM cluster_schema.members", 1142),
                ("UPDATE app.site s, cluster_schema.members m SET m.role = 'PRIMARY'", 1288),
                ("CREATE VIEW app.v AS SELECT * FROM cluster_schema.members", 1235),
            ] {
                #expect(await refusal(port, statement).map { Int($0.code) } == code, "\(statement)")
            }
        }
    }

    @Test func `the session is the client's: transaction, schema, affected rows, order`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = try await prepare(cluster)
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(schema: "app")
                #expect(try session.query("BEGIN") == .ok)
                #expect(
                    try session.query("INSERT INTO site SELECT member_name, 'Rom' FROM cluster_schema.members") == .ok
                )
                #expect(try session.query("SELECT ROW_COUNT(), @@in_transaction") == .rows([["1", "1"]]))
                #expect(try session.query("ROLLBACK") == .ok)
                #expect(
                    try session.query("SELECT COUNT(*) FROM site, cluster_schema.members") == .rows([["2"]])
                )
                #expect(try session.query("USE cluster_schema") == .ok)
                #expect(
                    try session.query("SELECT town FROM members JOIN app.site ON name = members.member_name")
                        == .rows([["Ulm"]])
                )
                guard case .error(let code, _) = try session.query("SELECT * FROM members, site") else {
                    Issue.record("a table of no schema was found")
                    return
                }
                #expect(code == 1146)
                try session.send(
                    RawSession.query("SELECT 1") + RawSession.query("SELECT COUNT(*) FROM app.site, members")
                        + RawSession.query("SELECT 3")
                )
                for expected in ["1", "2", "3"] { #expect(try session.reply() == .rows([[expected]])) }
                // COM_STMT_PREPARE
                let statement = "SELECT * FROM app.site, cluster_schema.members"
                try session.send(RawSession.packet([0x16] + Array(statement.utf8)))
                guard case .error(let refused, let text) = try session.reply() else {
                    Issue.record("it was prepared")
                    return
                }
                #expect(refused == 1295)
                #expect(text.contains("cluster_schema"))
            }
        }
    }

    @Test func `without mysqld behind the session it is error 1235 that says why`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let statement = "SELECT * FROM app.site, cluster_schema.members"
            func check(_ when: String) async {
                let error = await refusal(port, as: .topology, statement)
                #expect(error?.code == 1235, "\(when)")
                #expect(error?.text.contains("needs mysqld") == true, "\(when): \(error?.text ?? "")")
            }
            await check("up")
            try await cluster.servers[0].kill9()
            await check("down")
        }
    }
}
