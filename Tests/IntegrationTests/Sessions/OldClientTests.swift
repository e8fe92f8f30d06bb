import MySQLClient
import TestServers
import Testing

/// Clients that do not say that they know methods of authentication (CLIENT_PLUGIN_AUTH).
@Suite struct OldClientTests {
    private static let open = Login(user: "open", password: "")
    private static let modern = Login(user: "modern", password: "modern-secret")

    private func prepare(_ cluster: TestCluster) async throws {
        for statement in [
            "INSTALL SONAME 'auth_ed25519'", "CREATE USER open", "GRANT USAGE ON *.* TO open",
            "CREATE USER modern IDENTIFIED VIA ed25519 USING PASSWORD('modern-secret')",
        ] {
            try await cluster.servers[0].query(statement)
        }
    }

    private func refused(_ port: UInt16, _ login: Login) async throws -> String {
        try await onThread { () throws in
            do {
                try RawSession(port: port).logIn(login, without: RawSession.pluginAuthentication)
                return "let in"
            } catch let error as TestServerError {
                return error.description
            }
        }
    }

    @Test func `they log in by mysql_native_password or without a password, and change their user`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            try await prepare(cluster)
            let port = cluster.sidecars[0].sqlPort
            try await onThread { () throws in
                for first in [Login.application, .topology, Self.open] {
                    let session = try RawSession(port: port)
                    try session.logIn(first, without: RawSession.pluginAuthentication)
                    var current = first
                    for login in [first, .application, .topology, Self.open, .topology, .application] {
                        if login.user != current.user { #expect(try session.changeUser(to: login) == .ok, "\(login)") }
                        current = login
                        guard case .rows(let rows) = try session.query("SELECT USER()") else {
                            Issue.record("no session of \(login.user)")
                            continue
                        }
                        #expect(rows.first?.first??.hasPrefix(login.user + "@") == true, "\(rows) \(login)")
                    }
                }
            }
        }
    }

    @Test func `they get mysqld's errors for wrong passwords and for other methods`() async throws {
        try await withCluster(nodes: 1) { cluster in
            try await prepare(cluster)
            let port = cluster.sidecars[0].sqlPort
            #expect(try await refused(port, Self.modern).contains("1251"))
            for login in [Login(user: "application", password: "wrong"), Login(user: "nobody", password: "x")] {
                #expect(try await refused(port, login).contains("1045"), "\(login)")
            }
            // The session ends with the refusal.
            try await onThread { () throws in
                let session = try RawSession(port: port)
                _ = try? session.logIn(Self.modern, without: RawSession.pluginAuthentication)
                #expect(try session.drain() == 0)
            }
        }
    }
}
