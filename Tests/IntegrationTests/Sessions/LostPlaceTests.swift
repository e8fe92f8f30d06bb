import TestServers
import Testing

/// A sidecar that has lost its place in mysqld's answers.
@Suite struct LostPlaceTests {
    /// An OK packet without flags of statements, and one that promises another result.
    private static let ok: [UInt8] = [7, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]
    private static let promising: [UInt8] = [7, 0, 0, 1, 0, 0, 0, 0x0a, 0, 0, 0]

    @Test(arguments: ["SELECT member_name FROM cluster_schema.members", "SELECT 1"])
    func `says so and ends the session, whatever the client sends next`(next: String) async throws {
        try await withRelay(nodes: 1) { cluster, relay in
            let sidecar = cluster.sidecars[0]
            let session = try await onThread {
                let session = try RawSession(port: sidecar.sqlPort)
                try session.logIn()
                return SendableBox(session)
            }
            relay.forge(Self.ok, as: Self.promising)
            try await onThread {
                #expect(try session.value.query("DO 1") == .ok)
                try session.value.send(RawSession.query(next))
                guard case .error(1835, _) = try session.value.reply() else {
                    Issue.record("it goes on")
                    return
                }
                #expect(try session.value.drain() == 0)
            }
            try await waitUntil("it is counted") { try await sidecar.status("PROXY_PROTOCOL_VIOLATIONS") == 1 }
        }
    }

    @Test func `a client that waits behind a long statement of its own is served when that has ended`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                // Longer than the sidecar's patience.
                for wait in ["SELECT SLEEP(2.5)", "SELECT 1; SELECT SLEEP(2.5)"] {
                    try session.send(
                        RawSession.query(wait) + RawSession.query("SELECT member_name FROM cluster_schema.members")
                            + RawSession.query("SELECT 'end'")
                    )
                    if wait.contains(";") { #expect(try session.reply() == .rows([["1"]])) }
                    #expect(try session.reply() == .rows([["0"]]))
                    #expect(try session.reply() == .rows([["db1"]]))
                    #expect(try session.reply() == .rows([["end"]]))
                }
            }
            #expect(try await cluster.sidecars[0].status("PROXY_PROTOCOL_VIOLATIONS") == 0)
        }
    }
}
