import MySQLClient
import TestServers
import Testing

@Suite struct AccountLimitTests {
    private func sessions(_ count: Int, _ port: UInt16, _ login: Login) async throws -> SendableBox<[RawSession]> {
        try await onThread { () throws in
            SendableBox(
                try (0..<count).map { _ in
                    let session = try RawSession(port: port)
                    try session.logIn(login)
                    return session
                }
            )
        }
    }

    @Test func `an account of the sidecar has no more sessions than its limit`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
            configuration.sqlLines = ["max_connections_per_account: 2"]
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let open = try await sessions(2, port, .topology)
            #expect(await refusal(port, as: .topology)?.code == 1226)
            #expect(await refusal(port) == nil)
            try await onThread { () throws in
                try open.value[0].send(RawSession.packet([1]))
                _ = try open.value[0].drain()
            }
            try await waitUntil("there is room again") { await refusal(port, as: .topology) == nil }
        }
    }
}
