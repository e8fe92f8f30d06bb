import MySQLAdmin
import TestServers
import Testing

/// Statements on virtual tables that are more than an event loop does itself.
@Suite struct LongStatementTests {
    /// One that has no end but the time limit, for each row of a listing anew.
    private static let endless =
        "SHOW FULL COLUMNS FROM cluster_schema.members WHERE (SELECT COUNT(*) FROM cluster_schema.status a, "
        + "cluster_schema.status b, cluster_schema.status c, cluster_schema.status d, cluster_schema.status e) = 0"
    private static let long =
        "WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
        + "SELECT COUNT(*) FROM n, cluster_schema.cluster"

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

    private static func code(_ reply: RawSession.Reply) -> Int {
        if case .error(let code, _) = reply { code } else { 0 }
    }

    @Test(arguments: [Login.topology])
    func `are carried out one of a user after another, and KILL QUERY ends one that waits`(login: Login) async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let box = try await sessions(4, port, login)
            try await onThread { () throws in
                // The last one waits for three times the limit on time.
                for session in box.value { try session.send(RawSession.query(Self.endless)) }
                try box.value[3].send(RawSession.query("SELECT COUNT(*) FROM cluster_schema.cluster"))
            }
            try await waitUntil("all are under way") {
                try await cluster.sidecars[0].status("PROXY_LONG_STATEMENTS") >= 4
            }
            try await ask(port, as: login, "KILL QUERY \(box.value[3].connectionID)")
            try await onThread { () throws in
                let interrupted = try box.value[3].reply()
                #expect(Self.code(interrupted) == 1317, "\(login.user): \(interrupted)")
                _ = try box.value[3].reply()
                for session in box.value.prefix(3) { #expect(Self.code(try session.reply()) == 1969) }
                #expect(try box.value[3].query("SELECT COUNT(*) FROM cluster_schema.cluster") == .rows([["1"]]))
            }
        }
    }

    @Test func `too many of one user are refused, and those of clients that have left are not carried out`()
        async throws
    {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread { () throws in
                let sessions = try (0..<140).map { _ in
                    let session = try RawSession(port: port)
                    try session.logIn(.topology)
                    return session
                }
                for session in sessions { try session.send(RawSession.query(Self.endless)) }
                // One is carried out and 128 wait; in the time that this takes others may have had their turn.
                let refused = try sessions[139].reply()
                #expect(Self.code(refused) == 1226, "\(refused)")
            }
            // Behind those it would be refused.
            try await waitUntil("those that were left are not carried out") {
                (try? await ask(port, as: .topology, "SELECT COUNT(*) FROM cluster_schema.cluster"))?.rows == [["1"]]
            }
        }
    }

    @Test func `are answered as short ones are, in both protocols`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await cluster.servers[0].execute(
                "CREATE TABLE app.numbers (n INT)",
                "INSERT INTO app.numbers VALUES (1)"
            )
            let rows = try await ask(port, Self.long).rows
            #expect(rows == [["4000"]])
            try await onThread { () throws in
                let session = try RawSession(port: port)
                try session.logIn(.application)
                let batch = [Self.long, "SELECT 1", Self.long, "SELECT n FROM app.numbers"]
                try session.send(batch.flatMap { RawSession.query($0) })
                for expected in ["4000", "1", "4000", "1"] { #expect(try session.reply() == .rows([[expected]])) }
            }
            let prepared = try await ask(port, "EXECUTE IMMEDIATE '\(Self.long)'")
            #expect(prepared.rows == [["4000"]])
            let wide = (0..<1200).map { "role = 'x\($0)'" }.joined(separator: " OR ")
            let none = try await ask(port, "SELECT COUNT(*) FROM cluster_schema.members WHERE \(wide)").rows
            #expect(none == [["0"]])
        }
    }

    @Test func `their answers that nobody reads are bounded over all sessions`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let large = "SELECT REPEAT('x', 1000000) FROM cluster_schema.status LIMIT 12"
            try await onThread { () throws in
                // Those that are kept are 12 MB each, of 64 MiB.
                let open = try (0..<12).map { _ in
                    let session = try RawSession(port: port, receiveBufferBytes: 4096)
                    try session.logIn(.topology)
                    try session.send(RawSession.query(large))
                    return session
                }
                var refused = 0
                var errors: [Int] = []
                // The latest are answered at once, with the error; the others have their rows.
                for session in open.reversed() {
                    let reply = try session.reply()
                    if case .error(let code, _) = reply {
                        refused += 1
                        errors.append(code)
                    } else {
                        #expect(reply == .rows(Array(repeating: [String(repeating: "x", count: 1_000_000)], count: 12)))
                    }
                }
                #expect(refused >= 6 && errors.allSatisfy { [1041, 1969].contains($0) }, "\(errors)")
                // What was read makes room.
                let session = try RawSession(port: port)
                try session.logIn(.topology)
                try session.send(RawSession.query(large))
                guard case .rows(let rows) = try session.reply() else {
                    Issue.record("no rows")
                    return
                }
                #expect(rows.count == 12)
            }
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
