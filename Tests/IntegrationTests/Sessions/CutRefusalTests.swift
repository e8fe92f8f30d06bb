import TestServers
import Testing

/// The refusal of a read-only server, wherever it stands in what mysqld sends.
@Suite struct CutRefusalTests {
    private static let insert = "INSERT INTO app.noted VALUES (1)"

    private func logIn(_ port: UInt16, tracking: Bool = false) async throws -> SendableBox<RawSession> {
        try await onThread {
            let session = try RawSession(port: port)
            try session.logIn(.writer, alsoWanting: tracking ? 1 << 23 : 0)
            return SendableBox(session)
        }
    }

    @Test func `a refusal names the primary amid pipelined answers, and in pieces`() async throws {
        try await withRelay(nodes: 2) { cluster, relay in
            try await cluster.createWriter()
            let ports = cluster.sidecars.map(\.sqlPort)
            try await cluster.waitUntilBothAreThere()
            try await waitUntil("the account has come") {
                await refusal(ports[1], as: .writer, "SELECT * FROM app.noted") == nil
            }
            for tracking in [false, true] {
                let session = try await logIn(ports[1], tracking: tracking)
                for delivery in [ServerRelay.Delivery.plain, .gathered(milliseconds: 40), .single] {
                    relay.deliver(delivery)
                    try await onThread {
                        let session = session.value
                        try session.send(
                            RawSession.query("SELECT 7") + RawSession.query(Self.insert)
                                + RawSession.query("SELECT 8; \(Self.insert)") + RawSession.query(Self.insert)
                                + RawSession.query("SELECT 9")
                        )
                        #expect(try session.reply() == .rows([["7"]]))
                        try expectRefusal(session, ports[0])
                        #expect(try session.reply() == .rows([["8"]]))
                        try expectRefusal(session, ports[0])
                        try expectRefusal(session, ports[0])
                        #expect(try session.reply() == .rows([["9"]]), "\(delivery)")
                        // An error of another kind is as mysqld has said it.
                        guard case .error(1146, let text) = try session.query("SELECT * FROM app.none") else {
                            Issue.record("no error")
                            return
                        }
                        #expect(text == "Table 'app.none' doesn't exist")
                    }
                    relay.deliver(.plain)
                    // So it is while the session is to be told of a change.
                    for value in [1, 0] {
                        try await cluster.servers[0].execute("SET GLOBAL read_only = \(value)")
                        try await waitUntil("db2 knows") {
                            try await cluster.sidecars[1].members("role")["db1"]
                                == (value == 1 ? "STANDALONE" : "PRIMARY")
                        }
                    }
                }
            }
        }
    }

    @Test func `answers behind a refusal that is held for the probe keep their order`() async throws {
        try await withRelay(nodes: 1) { _, configuration in
            // So that nothing but the refusal makes the probe look.
            configuration.mysqldLines = ["probe_interval_ms: 60000"]
        } _: { cluster, relay in
            try await cluster.createWriter()
            let (server, sidecar) = (cluster.servers[0], cluster.sidecars[0])
            try await waitUntil("db1 is primary") { try await sidecar.members("role") == ["db1": "PRIMARY"] }
            let session = try await logIn(sidecar.sqlPort)
            try await server.execute("SET GLOBAL read_only = 1")
            // The probe's answers come this way, too.
            relay.deliver(.gathered(milliseconds: 2))
            try await onThread {
                let session = session.value
                let virtual = "SELECT role FROM cluster_schema.members"
                try session.send(
                    RawSession.query(Self.insert) + RawSession.query("SELECT 8") + RawSession.query(Self.insert)
                        + RawSession.query(virtual) + RawSession.query("SELECT 9")
                )
                guard case .error(1290, _) = try session.reply() else {
                    Issue.record("the write is not refused")
                    return
                }
                #expect(try session.reply() == .rows([["8"]]))
                guard case .error(1290, _) = try session.reply() else {
                    Issue.record("the write is not refused")
                    return
                }
                #expect(try session.reply() == .rows([["STANDALONE"]]))
                #expect(try session.reply() == .rows([["9"]]))
            }
        }
    }
}

private func expectRefusal(_ session: RawSession, _ primary: UInt16) throws {
    guard case .error(1290, let text) = try session.reply() else {
        Issue.record("the write is not refused")
        return
    }
    #expect(text.hasSuffix("so it cannot execute this statement; the primary is 127.0.0.1:\(primary)"))
}
