import MySQLClient
import TestServers
import Testing

/// SELECT cluster_schema.wait_for_change(version, seconds)
@Suite struct LongPollTests {
    private static func wait(_ version: Int, _ seconds: String) -> String {
        "SELECT cluster_schema.wait_for_change(\(version), \(seconds))"
    }

    /// A number in the first column of the first row.
    private static func number(_ reply: RawSession.Reply) -> Int? {
        guard case .rows(let rows) = reply else { return nil }
        return rows.first?.first.flatMap { $0 }.flatMap { Int($0) }
    }

    @Test func `it answers at once, after a change, or when the time is over`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await waitUntil("db1 is primary") {
                try await cluster.sidecars[0].members("role") == ["db1": "PRIMARY"]
            }
            let version = try await SessionTrackingTests.version(cluster)
            let clock = ContinuousClock()
            for login in [Login.application, .topology] {
                // The client itself does not wait for so long.
                for statement in [
                    Self.wait(version + 1, "600"), Self.wait(0, "600"), Self.wait(version, "0"),
                    Self.wait(version, "NULL"),
                    Self.wait(version, "-5"), "SELECT cluster_schema.wait_for_change(NULL, 600) AS v",
                ] {
                    #expect(try await ask(port, as: login, statement).rows == [["\(version)"]], "\(statement)")
                }
                let begin = clock.now
                #expect(try await ask(port, as: login, Self.wait(version, "0.3")).rows == [["\(version)"]])
                #expect(clock.now - begin >= .milliseconds(300))
            }
            #expect(try await ask(port, "SELECT cluster_schema.wait_for_change(NULL, 1) AS v").columns == ["v"])
            // Several sessions, each in its own way; a session's next command waits for its turn.
            let box = try await onThread {
                let sessions = try (0..<4).map { _ in try RawSession(port: port) }
                try sessions[0].logIn()
                try sessions[1].logIn(.topology)
                try sessions[2].logIn(schema: "cluster_schema")
                try sessions[3].logIn()
                try sessions[0].send(RawSession.query(Self.wait(version, "60")) + RawSession.query("SELECT 'after'"))
                try sessions[1].send(RawSession.query(Self.wait(version, "60")) + RawSession.query(Self.wait(0, "60")))
                try sessions[2].send(RawSession.query("SELECT wait_for_change(\(version), 60)"))
                _ = try sessions[3].query("SET @known = \(version), @long = 60")
                try sessions[3].send(RawSession.query("SELECT cluster_schema.wait_for_change(@known, @long)"))
                return SendableBox(sessions)
            }
            try await cluster.servers[0].execute("SET GLOBAL read_only = 1")
            let answers = try await onThread { try box.value.map { Self.number(try $0.reply()) } }
            #expect(Set(answers).count == 1)
            #expect((answers[0] ?? 0) > version)
            #expect(try await SessionTrackingTests.version(cluster) == answers[0])
            try await onThread { () throws in
                #expect(try box.value[0].reply() == .rows([["after"]]))
                #expect(try Self.number(box.value[1].reply()) == answers[0])
                #expect(try box.value[3].query("SELECT 1") == .rows([["1"]]))
            }
        }
    }

    @Test func `prepared, in the binary protocol, with parameters`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await waitUntil("db1 is primary") {
                try await cluster.sidecars[0].members("role") == ["db1": "PRIMARY"]
            }
            let version = try await SessionTrackingTests.version(cluster)
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                try session.send(PreparedStatementTests.prepare("SELECT cluster_schema.wait_for_change(?, ?)"))
                let statement = try PreparedStatementTests.prepared(session)
                #expect(statement.columns == 1 && statement.parameters == 2)
                var number = [UInt8](repeating: 0, count: 8)
                for offset in 0..<8 { number[offset] = UInt8(truncatingIfNeeded: version >> (8 * offset)) }
                for parameters in [["\(version)", "0.2"], ["0", "60"]] {
                    try session.send(
                        PreparedStatementTests.execute(statement.id, parameters[0], parameters[1])
                    )
                    #expect(try PreparedStatementTests.rows(session) == [[0, 0] + number])
                }
            }
        }
    }

    @Test func `KILL ends a wait, a vanished client frees it, and idle limits leave it alone`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
            configuration.accounts.append(
                .init(
                    name: "boss",
                    passwordHash: NativePasswordClient.storedHash(Login.topology.password),
                    role: "operator"
                )
            )
            configuration.accounts.append(
                .init(name: "other", passwordHash: NativePasswordClient.storedHash(Login.topology.password))
            )
            configuration.sqlLines = ["idle_timeout_ms: 1000"]
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await waitUntil("db1 is primary") {
                try await cluster.sidecars[0].members("role") == ["db1": "PRIMARY"]
            }
            let version = try await SessionTrackingTests.version(cluster)
            let statement = Self.wait(version, "60")
            let other = Login(user: "other", password: Login.topology.password)
            let boss = Login(user: "boss", password: Login.topology.password)

            let box = try await onThread {
                let sessions = try (0..<5).map { _ in try RawSession(port: port) }
                for (index, session) in sessions.enumerated() {
                    try session.logIn(index < 2 ? .application : .topology)
                    try session.send(RawSession.query(statement))
                }
                return SendableBox(sessions)
            }
            let ids = box.value.map(\.connectionID)
            try await waitUntil("all wait") { try await cluster.sidecars[0].status("PROXY_WAITING_SESSIONS") == 5 }
            // More than the idle limit, seen in a session that is idle.
            try await onThread {
                let idle = try RawSession(port: port)
                try idle.logIn()
                #expect(try idle.drain() == 0)
            }
            #expect(try await cluster.sidecars[0].status("PROXY_WAITING_SESSIONS") == 5)

            try await ask(port, "KILL QUERY \(ids[0])")
            try await ask(port, "KILL \(ids[1])")
            // mysqld does not know the sidecar's own sessions; other accounts of the sidecar may not touch them.
            #expect(await refusal(port, "KILL QUERY \(ids[2])")?.code == 1094)
            #expect(await refusal(port, as: other, "KILL QUERY \(ids[2])")?.code == 1095)
            #expect(await refusal(port, as: other, "KILL QUERY 4000000000")?.code == 1094)
            try await ask(port, as: .topology, "KILL QUERY \(ids[2])")
            try await ask(port, as: boss, "KILL \(ids[3])")
            try await onThread { () throws in
                func code(_ index: Int) throws -> Int {
                    guard case .error(let code, _) = try box.value[index].reply() else { return 0 }
                    return code
                }
                #expect(try code(0) == 1317)
                #expect(try box.value[0].query("SELECT 1") == .rows([["1"]]))
                // Closed, or told by mysqld.
                #expect([nil, 1927].contains(try? code(1)))
                #expect(try code(2) == 1317)
                #expect(try box.value[2].query("SELECT COUNT(*) FROM cluster_schema.members") == .rows([["1"]]))
                #expect(try box.value[3].drain() == 0)
            }
            #expect(try await cluster.sidecars[0].status("PROXY_WAITING_SESSIONS") == 1)

            // A client that goes away.
            try await onThread {
                let gone = try RawSession(port: port)
                try gone.logIn(.topology)
                try gone.send(RawSession.query(statement) + RawSession.query("SELECT 1"))
            }
            try await waitUntil("the wait of the client that has gone is over") {
                try await cluster.sidecars[0].status("PROXY_WAITING_SESSIONS") == 1
            }
        }
    }

    @Test func `the end of the sidecar answers all waits`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await waitUntil("db1 is primary") {
                try await cluster.sidecars[0].members("role") == ["db1": "PRIMARY"]
            }
            let version = try await SessionTrackingTests.version(cluster)
            let box = try await onThread {
                let sessions = try [Login.application, .topology].map { login in
                    let session = try RawSession(port: port)
                    try session.logIn(login)
                    try session.send(RawSession.query(Self.wait(version, "600")))
                    return session
                }
                return SendableBox(sessions)
            }
            try await waitUntil("both wait") { try await cluster.sidecars[0].status("PROXY_WAITING_SESSIONS") == 2 }
            #expect(await cluster.sidecars[0].terminate() == .code(0))
            try await onThread { () throws in
                for session in box.value { #expect(try (Self.number(session.reply()) ?? 0) >= version) }
            }
        }
    }

    @Test func `two thousand sessions wait and are told of one change`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await waitUntil("db1 is primary") {
                try await cluster.sidecars[0].members("role") == ["db1": "PRIMARY"]
            }
            let count = 2000
            let box = try await onThread {
                SendableBox(
                    try (0..<count).map { _ in
                        let session = try RawSession(port: port)
                        try session.logIn(.topology)
                        return session
                    }
                )
            }
            // A busy machine may be late to look at mysqld, which is a change that the sessions are told of, too.
            var version = 0
            try await waitUntil("all wait") {
                let waiting = try await cluster.sidecars[0].status("PROXY_WAITING_SESSIONS")
                let current = try await SessionTrackingTests.version(cluster)
                guard current != version else { return waiting == count }
                let hasAsked = version > 0
                version = current
                try await onThread { () throws in
                    for session in box.value {
                        if hasAsked { _ = try session.reply() }
                        try session.send(RawSession.query(Self.wait(current, "300")))
                    }
                }
                return false
            }
            try await cluster.servers[0].execute("SET GLOBAL read_only = 1")
            let answers = try await onThread { try box.value.map { Self.number(try $0.reply()) } }
            let known = version
            #expect(answers.allSatisfy { ($0 ?? 0) > known })
            #expect(try await cluster.sidecars[0].status("PROXY_WAITING_SESSIONS") == 0)
        }
    }
}
