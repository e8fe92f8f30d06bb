import MySQLClient
import TestServers
import Testing

@Suite struct VirtualAnswerTests {
    @Test func `answers come in the order of the commands when a client pipelines`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                var bytes: [UInt8] = []
                for number in 0..<40 {
                    bytes += RawSession.query("SELECT \(number), SLEEP(0.002)")
                    bytes += RawSession.query("SELECT member_name, '\(number)' FROM cluster_schema.members")
                    bytes += RawSession.query("SELECT nonsense\(number)")
                }
                try session.send(bytes)
                for number in 0..<40 {
                    #expect(try session.reply() == .rows([["\(number)", "0"]]))
                    #expect(try session.reply() == .rows([["db1", "\(number)"]]))
                    guard case .error(let code, _) = try session.reply() else {
                        Issue.record("no error for statement \(number)")
                        return
                    }
                    #expect(code == 1054)
                }
            }
        }
    }

    @Test func `a statement that arrives byte by byte is answered`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                for byte in RawSession.query("SELECT COUNT(*) FROM cluster_schema.cluster") { try session.send([byte]) }
                #expect(try session.reply() == .rows([["1"]]))
                for byte in RawSession.query("SELECT 2") { try session.send([byte]) }
                #expect(try session.reply() == .rows([["2"]]))
            }
        }
    }

    @Test func `the schema can be chosen, left, and named at login`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(schema: "CLUSTER_SCHEMA")
                #expect(try session.query("SELECT member_name FROM members") == .rows([["db1"]]))
                #expect(try session.query("SELECT DATABASE()") == .rows([["cluster_schema"]]))
                #expect(try session.query("SELECT 1") == .rows([["1"]]))
                #expect(try session.query("CREATE TABLE app.members (id INT)") == .ok)
                #expect(try session.query("SELECT * FROM app.members") == .rows([]))
                #expect(try session.query("use app") == .ok)
                #expect(try session.query("SELECT * FROM members") == .rows([]))
                #expect(try session.query("USE `cluster_schema`") == .ok)
                #expect(try session.query("SELECT Member_Name FROM Members") == .rows([["db1"]]))
                // A refused USE changes nothing.
                guard case .error = try session.query("USE nosuch") else {
                    Issue.record("USE nosuch was accepted")
                    return
                }
                #expect(try session.query("SELECT DATABASE()") == .rows([["cluster_schema"]]))
                // COM_INIT_DB
                try session.send(RawSession.packet([0x02] + Array("app".utf8)))
                #expect(try session.reply() == .ok)
                #expect(try session.query("SELECT DATABASE()") == .rows([["app"]]))
                try session.send(RawSession.packet([0x02] + Array("cluster_schema".utf8)))
                #expect(try session.reply() == .ok)
                #expect(try session.query("SELECT COUNT(*) FROM members") == .rows([["1"]]))
            }
        }
    }

    @Test func `each statement of the shell's feel is answered`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            #expect(
                try await ask(port, "SHOW TABLES FROM cluster_schema").rows.compactMap { $0.first ?? nil }
                    == [
                        "CLUSTER", "CONNECTIONS", "EVENTS", "FAILOVERS", "MEMBERS", "PRIMARY_MEMBER", "REPLICATION",
                        "SERVICES", "SETTINGS", "STATUS", "VOTERS",
                    ]
            )
            let description = try await ask(port, "DESCRIBE cluster_schema.primary_member")
            #expect(description.columns == ["Field", "Type", "Null", "Key", "Default", "Extra"])
            #expect(
                description.rows.compactMap { $0.first ?? nil }
                    == ["MEMBER_ID", "MEMBER_NAME", "SQL_HOST", "SQL_PORT", "EPOCH", "SINCE", "LEASE_REMAINING_MS"]
            )
            // Until the probe has seen the server there is no primary.
            try await waitUntil("db1 is the primary") {
                try await cluster.sidecars[0].members("role") == ["db1": "PRIMARY"]
            }
            let joined = try await ask(
                port,
                """
                SELECT m.member_name, m.role, c.members_total FROM information_schema.CLUSTER_MEMBERS m
                JOIN cluster_schema.primary_member p USING (member_id) JOIN cluster_schema.cluster c
                WHERE m.sql_port > 0 ORDER BY 1 LIMIT 1
                """
            )
            #expect(joined.rows == [["db1", "PRIMARY", "1"]])
            let version = try await ask(port, "SELECT VERSION()").rows
            #expect(try await ask(port, "SELECT VERSION() FROM cluster_schema.cluster").rows == version)
        }
    }

    @Test func `errors have the numbers that drivers know`() async throws {
        try await withCluster(nodes: 1) { cluster in
            for (statement, code, state) in [
                ("SELECT nosuch FROM cluster_schema.members", 1054, "42S22"),
                ("SELECT * FROM cluster_schema.nosuch", 1146, "42S02"),
                ("SELECT * FROM cluster_schema.members WHERE", 1064, "42000"),
                ("DELETE FROM cluster_schema.members", 1288, "HY000"),
                ("SELECT * FROM cluster_schema.members, app.nosuch", 1146, "42S02"),
            ] {
                let refused = await refusal(cluster.sidecars[0].sqlPort, statement)
                #expect(refused.map { Int($0.code) } == code, "\(statement)")
                #expect(refused?.sqlState == state, "\(statement)")
            }
        }
    }
}
