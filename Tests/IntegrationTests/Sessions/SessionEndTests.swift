import MySQLClient
import TestServers
import Testing

/// How sessions end, by the client's will and by that of the sidecar.
@Suite struct SessionEndTests {
    @Test func `what a client sent before it ended its side is carried out and answered, and then the session ends`()
        async throws
    {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            try await cluster.servers[0].execute("CREATE TABLE app.t (a INT)", "GRANT ALL ON app.* TO 'app'@'%'")
            let port = cluster.sidecars[0].sqlPort
            let virtual = RawSession.query("SELECT COUNT(*) FROM cluster_schema.members")
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                try session.send(
                    RawSession.query("SELECT SLEEP(0.3), 42") + virtual
                        + RawSession.query("INSERT INTO app.t VALUES (1)")
                        + virtual
                )
                session.endSending()
                #expect(try session.reply() == .rows([["0", "42"]]))
                #expect(try session.reply() == .rows([["1"]]))
                #expect(try session.reply() == .ok)
                #expect(try session.reply() == .rows([["1"]]))
                #expect(try session.drain() == 0)

                let own = try RawSession(port: port)
                try own.logIn(.topology)
                try own.send(virtual + virtual)
                own.endSending()
                #expect(try own.reply() == .rows([["1"]]))
                #expect(try own.reply() == .rows([["1"]]))
                #expect(try own.drain() == 0)
            }
            #expect(try await cluster.servers[0].value("SELECT COUNT(*) FROM app.t") == "1")
        }
    }

    @Test func `the end of a client's side of TLS is the end of what it sends, not of what it reads`() async throws {
        let certificates = try TestCertificates()
        let own = try certificates.makeServer()
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = ["tls: { certificate: \(own.certificateFile), key: \(own.keyFile) }"]
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let virtual = "SELECT COUNT(*) FROM cluster_schema.members"
            for (login, statements, answers) in [
                (Login.application, ["SELECT 42 + SLEEP(0.3)", virtual, "SELECT 43"], ["42", "1", "43"]),
                (.topology, [virtual, virtual], ["1", "1"]),
            ] {
                let lines = try await TLSClient.run(
                    statements,
                    port: port,
                    authority: certificates.authorityFile,
                    as: login
                )
                #expect(lines == answers + ["end"], "\(login.user)")
            }
        }
    }

    @Test func `a large statement of a client that leaves at once is carried out`() async throws {
        try await withCluster(nodes: 1) { cluster in
            try await cluster.servers[0].execute(
                "CREATE TABLE app.t (a LONGTEXT)",
                "GRANT ALL ON app.* TO 'app'@'%'"
            )
            let port = cluster.sidecars[0].sqlPort
            let statement = "INSERT INTO app.t VALUES ('" + String(repeating: "x", count: 700_000) + "')"
            try await onThread {
                for _ in 0..<20 {
                    let session = try RawSession(port: port)
                    try session.logIn()
                    try session.send(RawSession.query(statement))
                }
            }
            try await waitUntil("all have run") {
                try await cluster.servers[0].value("SELECT COUNT(*) FROM app.t") == "20"
            }
            // And nothing is left of the sessions.
            try await waitUntil("the sessions are over") {
                try await cluster.sidecars[0].status("PROXY_CONNECTIONS_CURRENT") == 1
            }
        }
    }

    /// A client may take a connection that breaks between COMMIT and the next statement for one on which nothing was done.
    @Test func `a session that does not rest goes on while the sidecar stops, and one that rests ends`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let sidecar = cluster.sidecars[0]
            let port = sidecar.sqlPort
            try await cluster.servers[0].execute("CREATE TABLE app.t (a INT)", "GRANT ALL ON app.* TO 'app'@'%'")
            let begun = Gate()
            async let counts = onThread {
                let idle = try RawSession(port: port)
                try idle.logIn()
                let sessions = try [Login.application, .topology].map { login in
                    let session = try RawSession(port: port)
                    try session.logIn(login)
                    return session
                }
                var last = ContinuousClock.now
                begun.open()
                var rounds = 0
                var roundsAfterStop = 0
                while roundsAfterStop < 50 {
                    let pause = ContinuousClock.now - last
                    do {
                        #expect(try sessions[0].query("BEGIN") == .ok)
                    } catch  where pause > .milliseconds(400) {
                        // This machine has let it rest.
                        break
                    }
                    rounds += 1
                    #expect(try sessions[0].query("INSERT INTO app.t VALUES (1)") == .ok)
                    #expect(try sessions[0].query("COMMIT") == .ok)
                    #expect(try sessions[0].query("SET autocommit = 1") == .ok)
                    last = .now
                    if try contents(of: sidecar.log).contains("stopping: sessions end") { roundsAfterStop += 1 }
                }
                let rest = try sessions.map { try $0.drain() } + [idle.drain()]
                #expect(rest == [0, 0, 0])
                return rounds
            }
            try await onThread { try begun.wait() }
            #expect(await sidecar.terminate() == .code(0))
            let rounds = try await counts
            #expect(try await cluster.servers[0].value("SELECT COUNT(*) FROM app.t") == "\(rounds)")
        }
    }

    @Test func `a stop is over with the last session, however long sessions may go on`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = ["drain_ms: 600000"]
        } _: { cluster in
            let sidecar = cluster.sidecars[0]
            let session = try await Self.transaction(sidecar.sqlPort)
            async let exit = sidecar.terminate()
            try await waitUntil("it stops") { try contents(of: sidecar.log).contains("stopping: sessions end") }
            try await onThread { () throws in
                #expect(try session.value.query("SELECT 1") == .rows([["1"]]))
                #expect(try session.value.query("COMMIT") == .ok)
                #expect(try session.value.drain() == 0)
            }
            #expect(await exit == .code(0))
        }
    }

    @Test func `a stop is over when the time for sessions is, whatever they do`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = ["drain_ms: 200"]
        } _: { cluster in
            let session = try await Self.transaction(cluster.sidecars[0].sqlPort)
            #expect(await cluster.sidecars[0].terminate() == .code(0))
            #expect(try await onThread { try session.value.drain() } == 0)
        }
    }

    /// A session with something under way that does not end by itself.
    private static func transaction(_ port: UInt16) async throws -> SendableBox<RawSession> {
        try await onThread {
            let session = try RawSession(port: port)
            try session.logIn()
            #expect(try session.query("BEGIN") == .ok)
            return SendableBox(session)
        }
    }

    @Test func `a session for which the sidecar asks mysqld something has a command under way when mysqld dies`()
        async throws
    {
        try await withRelay(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster, relay in
            let sidecar = cluster.sidecars[0]
            let port = sidecar.sqlPort
            try await waitUntil("db1 is online") {
                try await sidecar.members("state", as: .topology) == ["db1": "ONLINE"]
            }
            let box = try await onThread {
                let tables = try RawSession(port: port)
                try tables.logIn(.topology)
                let session = try RawSession(port: port)
                try session.logIn()
                return SendableBox((session: session, tables: tables))
            }
            relay.hold("@seen")
            let failures =
                "SELECT variable_value FROM cluster_schema.status WHERE variable_name = 'PROXY_BACKEND_FAILURES'"
            try await onThread {
                #expect(try box.value.tables.query(failures) == .rows([["0"]]))
                try box.value.session.send(RawSession.query("SELECT @seen, cluster_name FROM cluster_schema.cluster"))
            }
            try await waitUntil("the sidecar asks") { relay.holdCount == 1 }
            try await cluster.servers[0].kill9()
            try await onThread { () throws in
                #expect(try box.value.session.drain() == 0)
                #expect(try box.value.tables.query(failures) == .rows([["1"]]))
            }
            try await waitUntil("the tables have it, too") {
                try await onThread {
                    try box.value.tables.query("SELECT state FROM cluster_schema.members") == .rows([["OFFLINE"]])
                }
            }
        }
    }
}
