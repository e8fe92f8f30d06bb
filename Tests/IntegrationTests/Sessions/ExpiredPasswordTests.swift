import MySQLClient
import TestServers
import Testing

/// Who has to set a new password may do nothing else, here as at the server.
@Suite struct ExpiredPasswordTests {
    private static let late = Login(user: "late", password: "old")

    /// What the sidecar would answer by itself.
    private static let statements = [
        "SELECT member_name FROM cluster_schema.members", "SELECT member_name FROM CLUSTER_SCHEMA.members m",
        "SELECT \"x\" FROM cluster_schema.cluster", "SELECT 'é' FROM cluster_schema.cluster", "SHOW DATABASES",
        "SHOW TABLES FROM cluster_schema", "SHOW COLUMNS FROM cluster_schema.members", "USE cluster_schema",
        "DESCRIBE cluster_schema.members", "SHOW CREATE TABLE cluster_schema.members",
        "SELECT nosuch FROM cluster_schema.members",
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'cluster_schema'",
        "PREPARE s FROM 'SELECT member_name FROM cluster_schema.members'",
        "EXECUTE IMMEDIATE 'SELECT member_name FROM cluster_schema.members'",
        "SELECT cluster_schema.wait_for_change(0, 0)", "CALL cluster_schema.reload()",
        "SELECT m.state FROM cluster_schema.members m, (SELECT @@port) p",
        "INSERT INTO cluster_schema.members VALUES (1)",
    ]

    /// Commands beside COM_QUERY: a schema, the columns of a table, a statement to prepare.
    private static let commands: [[UInt8]] = [
        [0x02] + Array("cluster_schema".utf8), [0x04] + Array("members\0".utf8),
        [0x16] + Array("SELECT member_name FROM cluster_schema.members".utf8),
    ]

    private func withLateUser(_ body: @escaping @Sendable (UInt16) async throws -> Void) async throws {
        try await withCluster(nodes: 1) { cluster in
            try await cluster.servers[0].execute(
                "CREATE USER 'late'@'%' IDENTIFIED BY 'old' PASSWORD EXPIRE",
                "GRANT SELECT ON app.* TO 'late'@'%'"
            )
            // Others are answered, and the same answers would be at hand.
            for statement in Self.statements { _ = try? await ask(cluster.sidecars[0].sqlPort, statement) }
            try await body(cluster.sidecars[0].sqlPort)
        }
    }

    @Test func `with an expired password there is error 1820 until another is set`() async throws {
        try await withLateUser { port in
            try await onThread {
                for schema in ["", "cluster_schema"] {
                    let session = try RawSession(port: port)
                    try session.logIn(Self.late, schema: schema)
                    for _ in 1...2 {
                        for statement in Self.statements {
                            let reply = try session.query(statement)
                            #expect(reply.code == 1820, "\(statement), in \(schema): \(reply)")
                        }
                        for command in Self.commands {
                            try session.send(RawSession.packet(command))
                            let reply = try session.reply()
                            #expect(reply.code == 1820, "command \(command[0]), in \(schema): \(reply)")
                        }
                        #expect(try session.query("SET NAMES utf8mb4") == .ok)
                    }
                    if !schema.isEmpty { #expect(try session.query("SELECT member_name FROM members").code == 1820) }
                }
            }
        }
    }

    @Test(arguments: ["", "cluster_schema", "app"])
    func `the password can be set, and then the tables are there`(schema: String) async throws {
        try await withLateUser { port in
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(Self.late, schema: schema)
                #expect(try session.query("SELECT member_name FROM cluster_schema.members").code == 1820)
                #expect(try session.query("SET PASSWORD = PASSWORD('new')") == .ok)
                #expect(try session.query("SELECT member_name FROM cluster_schema.members") == .rows([["db1"]]))
                #expect(try session.query("USE cluster_schema") == .ok)
                #expect(try session.query("SELECT member_name FROM members") == .rows([["db1"]]))
            }
        }
    }

    @Test func `a change of user to one with an expired password ends what was answered`() async throws {
        try await withLateUser { port in
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(.application)
                #expect(try session.query("SELECT member_name FROM cluster_schema.members") == .rows([["db1"]]))
                #expect(try session.changeUser(to: Self.late, schema: "cluster_schema") == .ok)
                #expect(try session.query("SELECT member_name FROM members").code == 1820)
                #expect(try session.query("SELECT member_name FROM cluster_schema.members").code == 1820)
            }
        }
    }
}
