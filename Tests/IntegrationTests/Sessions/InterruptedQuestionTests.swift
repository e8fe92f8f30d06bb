import TestServers
import Testing

/// KILL QUERY while the sidecar asks mysqld something that it needs for its own answer.
@Suite struct InterruptedQuestionTests {
    private static let admin = Login(user: "admin", password: "secret")

    @Test(arguments: [
        ("CALL cluster_schema.reload()", "SHOW GRANTS"),
        ("SELECT host FROM cluster_schema.connections", "SHOW GRANTS"),
        ("SELECT @seen, cluster_name FROM cluster_schema.cluster", "@seen"),
        ("SELECT cluster_schema.wait_for_change(@seen, 30)", "@seen"),
    ])
    func `is answered with error 1317, and the session goes on`(statement: String, question: String) async throws {
        try await withRelay(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster, relay in
            try await cluster.servers[0].execute(
                "CREATE USER 'admin'@'%' IDENTIFIED BY 'secret'",
                "GRANT REPLICATION SLAVE ADMIN ON *.* TO 'admin'@'%'"
            )
            let port = cluster.sidecars[0].sqlPort
            let box = try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(Self.admin)
                return SendableBox(session)
            }
            relay.hold(question)
            try await onThread {
                try box.value.send(RawSession.query(statement) + RawSession.query("SELECT 7"))
            }
            try await waitUntil("the sidecar asks") { relay.holdCount == 1 }
            try await ask(port, as: Self.admin, "KILL QUERY \(box.value.connectionID)")
            // Asks every event loop: behind the KILL, which has come to them by then.
            try await ask(port, as: .topology, "SELECT COUNT(*) FROM cluster_schema.connections")
            relay.release()
            try await onThread {
                guard case .error(let code, let text) = try box.value.reply() else {
                    Issue.record("no error for \(statement)")
                    return
                }
                #expect(code == 1317, "\(text)")
                #expect(try box.value.reply() == .rows([["7"]]))
                #expect(try box.value.query("SELECT COUNT(*) FROM cluster_schema.members") == .rows([["1"]]))
            }
        }
    }

    /// The question is made a statement that waits for a lock.
    @Test func `is answered with error 1317 also if mysqld ends the question`() async throws {
        try await withRelay(nodes: 1) { cluster, relay in
            try await cluster.servers[0].execute(
                "CREATE USER 'admin'@'%' IDENTIFIED BY 'secret'",
                "GRANT ALL ON app.* TO 'admin'@'%'",
                "CREATE TABLE app.locked (id INT)",
                "CREATE PROCEDURE app.p() SELECT * FROM app.locked"
            )
            let port = cluster.sidecars[0].sqlPort
            let (box, locking, id) = try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(Self.admin)
                let id = try session.knownID()
                let locking = try RawSession(port: port)
                try locking.logIn(Self.admin)
                #expect(try locking.query("LOCK TABLES app.locked WRITE") == .ok)
                return (SendableBox(session), SendableBox(locking), id)
            }
            defer { withExtendedLifetime(locking) {} }
            relay.replace("SHOW GRANTS", by: "CALL app.p ")
            try await onThread { try box.value.send(RawSession.query("CALL cluster_schema.reload()")) }
            try await waitUntil("mysqld is at it") {
                try await cluster.servers[0].value(
                    "SELECT COUNT(*) FROM information_schema.processlist WHERE id = \(id) AND state LIKE 'Waiting%'"
                ) == "1"
            }
            try await cluster.servers[0].execute("KILL QUERY \(id)")
            try await onThread {
                guard case .error(let code, let text) = try box.value.reply() else {
                    Issue.record("no error")
                    return
                }
                #expect(code == 1317, "\(text)")
            }
        }
    }
}
