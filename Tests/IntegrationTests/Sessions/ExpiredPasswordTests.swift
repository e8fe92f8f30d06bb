import TestServers
import Testing

/// Who has to set a new password may do nothing else, here as at the server.
@Suite struct ExpiredPasswordTests {
    /// What the sidecar would answer by itself.
    private static let statements = [
        "SELECT member_name FROM cluster_schema.members", "SHOW DATABASES", "SHOW TABLES FROM cluster_schema",
        "USE cluster_schema", "PREPARE s FROM 'SELECT member_name FROM cluster_schema.members'",
        "SELECT cluster_schema.wait_for_change(0, 0)", "CALL cluster_schema.reload()",
    ]

    @Test(arguments: statements)
    func `with an expired password there is error 1820 until another is set`(statement: String) async throws {
        try await withCluster(nodes: 1) { cluster in
            try await cluster.servers[0].execute("CREATE USER 'late'@'%' IDENTIFIED BY 'old' PASSWORD EXPIRE")
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(Login(user: "late", password: "old"))
                #expect(try session.query("SET NAMES utf8mb4") == .ok)
                for _ in 1...2 {
                    guard case .error(let code, _) = try session.query(statement) else {
                        Issue.record("answered: \(statement)")
                        return
                    }
                    #expect(code == 1820)
                }
                #expect(try session.query("SET PASSWORD = PASSWORD('new')") == .ok)
                #expect(
                    try session.query("SELECT member_name FROM cluster_schema.members") == .rows([["db1"]])
                )
            }
        }
    }

    @Test func `the password is set with the virtual schema chosen, too`() async throws {
        try await withCluster(nodes: 1) { cluster in
            try await cluster.servers[0].execute("CREATE USER 'late'@'%' IDENTIFIED BY 'old' PASSWORD EXPIRE")
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(Login(user: "late", password: "old"), schema: "cluster_schema")
                guard case .error(1820, _) = try session.query("SELECT member_name FROM members") else {
                    Issue.record("answered")
                    return
                }
                #expect(try session.query("SET PASSWORD = PASSWORD('new')") == .ok)
                #expect(try session.query("SELECT member_name FROM members") == .rows([["db1"]]))
            }
        }
    }
}
