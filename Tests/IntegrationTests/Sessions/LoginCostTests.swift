import MySQLClient
import TestServers
import Testing

/// What a client costs before it has shown who it is.
@Suite struct LoginCostTests {
    @Test func `mysqld is not connected to by clients that say nothing, nor by accounts of the sidecar`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let (server, port) = (cluster.servers[0], cluster.sidecars[0].sqlPort)
            func counts() async throws -> [Int] {
                try await server.query(
                    "SELECT variable_value FROM information_schema.global_status WHERE variable_name IN"
                        + " ('ABORTED_CONNECTS', 'ABORTED_CONNECTS_PREAUTH', 'CONNECTIONS', 'THREADS_CONNECTED')"
                        + " ORDER BY variable_name"
                ).rows.compactMap { $0.first.flatMap { $0 }.flatMap { Int($0) } }
            }
            let before = try await counts()
            try await onThread {
                let silent = try (0..<40).map { _ in
                    let session = try RawSession(port: port)
                    try session.beGreeted()
                    return session
                }
                for _ in 0..<40 {
                    let session = try RawSession(port: port)
                    try session.logIn(.topology)
                    #expect(try session.query("SELECT 1") == .rows([["1"]]))
                }
                // While they are there.
                withExtendedLifetime(silent) {}
            }
            let after = try await counts()
            // The test's own questions are connections, too, and the sidecar's when they had to be asked anew.
            for (old, new) in zip(before, after) { #expect(new - old < 20, "\(before) \(after)") }
        }
    }

    @Test func `the greeting is the server's own, also while it is down`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let (server, port) = (cluster.servers[0], cluster.sidecars[0].sqlPort)
            @Sendable func version(_ port: UInt16) throws -> String {
                let session = try RawSession(port: port)
                try session.beGreeted()
                return session.serverVersion
            }
            let serverPort = server.port
            let direct = try await onThread { try version(serverPort) }
            #expect(try await onThread { try version(port) } == direct)
            try await server.kill9()
            #expect(try await onThread { try version(port) } == direct)
        }
    }

    @Test func `wrong passwords keep out neither the right one nor other accounts`() async throws {
        let other = Login(user: "other", password: "other-secret")
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
            configuration.accounts.append(
                SidecarConfiguration.Account(
                    name: other.user,
                    passwordHash: NativePasswordClient.storedHash(other.password)
                )
            )
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<30 {
                    group.addTask {
                        let refused = await refusal(port, as: Login(user: "topology", password: "wrong"))
                        #expect(refused?.code == 1045)
                    }
                }
            }
            for login in [Login.topology, other] {
                let members = try await ask(port, as: login, "SELECT COUNT(*) FROM cluster_schema.members")
                #expect(members.rows == [["1"]])
            }
        }
    }
}
