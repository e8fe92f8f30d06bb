import MySQLClient
import TestServers
import Testing

@Suite struct ReadOnlyTests {
    @Test func `a write on a replica is refused with the primary's address`() async throws {
        try await withCluster(nodes: 2) { cluster in
            try await cluster.waitUntilBothAreThere()
            let ports = cluster.sidecars.map(\.sqlPort)
            try await cluster.createWriter()
            try await waitUntil("the account has come") {
                await refusal(ports[1], as: .writer, "SELECT * FROM app.noted") == nil
            }
            let known = "running with the --read-only option so it cannot execute this statement"
            let insert = "INSERT INTO app.noted VALUES (1)"
            for statement in [insert, "EXECUTE IMMEDIATE '\(insert)'"] {
                let refused = await refusal(ports[1], as: .writer, statement)
                #expect(refused?.code == 1290)
                #expect(refused?.text.hasSuffix("\(known); the primary is 127.0.0.1:\(ports[0])") == true)
            }
            // The session goes on, and the statement before the refused one is answered as ever.
            try await onThread {
                let session = try RawSession(port: ports[1])
                try session.logIn(.writer)
                try session.send(RawSession.query("SELECT 7; \(insert)"))
                #expect(try session.reply() == .rows([["7"]]))
                guard case .error(1290, let text) = try session.reply() else {
                    Issue.record("the write is not refused")
                    return
                }
                #expect(text.contains("the primary is 127.0.0.1:\(ports[0])"))
                #expect(try session.query("SELECT 8") == .rows([["8"]]))
            }

            // So is a client that tracks its session, while a change of the topology is still to be told to it.
            let tracking = try await onThread {
                let session = try RawSession(port: ports[1])
                try session.logIn(.writer, alsoWanting: 1 << 23)
                return SendableBox(session)
            }
            for (value, role) in [(1, "STANDALONE"), (0, "PRIMARY")] {
                try await cluster.servers[0].execute("SET GLOBAL read_only = \(value)")
                try await waitUntil("db1 is \(role) for db2") {
                    try await cluster.sidecars[1].members("role")["db1"] == role
                }
            }
            try await onThread {
                guard case .error(1290, let text) = try tracking.value.query(insert) else {
                    Issue.record("the write is not refused")
                    return
                }
                #expect(text.contains("the primary is 127.0.0.1:\(ports[0])"))
            }

            // A primary that was made read-only by hand, and of which there is no other.
            try await cluster.servers[0].execute("SET GLOBAL read_only = 1")
            try await waitUntil("no primary") {
                try await cluster.sidecars[0].members("role")["db1"] != "PRIMARY"
            }
            let refused = await refusal(ports[0], as: .writer, insert)
            #expect(refused?.code == 1290)
            #expect(refused?.text.hasSuffix(known) == true)
        }
    }

    @Test func `who is refused a write finds the tables up to date`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            // So that nothing but the refusal makes the probe look.
            configuration.mysqldLines = ["probe_interval_ms: 60000"]
        } _: { cluster in
            let (server, sidecar) = (cluster.servers[0], cluster.sidecars[0])
            try await cluster.createWriter()
            try await waitUntil("db1 is primary") { try await sidecar.members("role") == ["db1": "PRIMARY"] }
            try await server.execute("SET GLOBAL read_only = 1")
            #expect(try await sidecar.members("role") == ["db1": "PRIMARY"])
            try await onThread {
                let session = try RawSession(port: sidecar.sqlPort)
                try session.logIn(.writer)
                // Without waiting for the answers, which keep their order.
                try session.send(
                    RawSession.query("INSERT INTO app.noted VALUES (1)")
                        + RawSession.query("SELECT role FROM cluster_schema.members") + RawSession.query("SELECT 8")
                )
                guard case .error(1290, _) = try session.reply() else {
                    Issue.record("the write is not refused")
                    return
                }
                #expect(try session.reply() == .rows([["STANDALONE"]]))
                #expect(try session.reply() == .rows([["8"]]))
            }
        }
    }

    @Test func `a write right after the primary has moved is refused with the address of the new one`() async throws {
        try await withCluster(nodes: 2) { cluster in
            try await cluster.waitUntilBothAreThere()
            let ports = cluster.sidecars.map(\.sqlPort)
            try await cluster.createWriter()
            let box = try await onThread {
                let session = try RawSession(port: ports[0])
                try session.logIn(.writer)
                return SendableBox(session)
            }
            try await cluster.servers[0].handOver(to: cluster.servers[1])
            try await onThread {
                guard case .error(1290, let text) = try box.value.query("INSERT INTO app.noted VALUES (1)") else {
                    Issue.record("the write is not refused")
                    return
                }
                #expect(text.hasSuffix("; the primary is 127.0.0.1:\(ports[1])"), "\(text)")
            }
        }
    }
}
