import MySQLClient
import TestServers
import Testing

/// Leaders of applications' services, elected through SQL.
@Suite struct ElectionTests {
    private static let logins = [Login.application, .quorumOperator]

    private func withElections(nodes: Int = 3, _ body: (TestCluster) async throws -> Void) async throws {
        try await withQuorum(nodes: nodes) { cluster in
            try await cluster.waitForReign(of: "db1", epoch: 1)
            try await body(cluster)
        }
    }

    /// A function's one value.
    private func call(
        _ sidecar: PilotfishProcess,
        as login: Login = .quorumOperator,
        _ call: String
    ) async throws -> String? {
        try await sidecar.ask(as: login, "SELECT cluster_schema.\(call)").rows.first?.first ?? nil
    }

    private func term(
        _ sidecar: PilotfishProcess,
        as login: Login = .quorumOperator,
        _ call: String
    ) async throws -> Int {
        let value = try await self.call(sidecar, as: login, call)
        return try #require(value.flatMap { Int($0) }, "\(call)")
    }

    private func errno(
        _ sidecar: PilotfishProcess,
        as login: Login = .quorumOperator,
        _ call: String
    ) async -> Int? {
        await refusal(sidecar.sqlPort, as: login, "SELECT cluster_schema.\(call)").map { Int($0.code) }
    }

    /// A session that has logged in.
    private func session(
        _ sidecar: PilotfishProcess,
        as login: Login = .application
    ) async throws -> SendableBox<RawSession> {
        try await onThread {
            let session = try RawSession(port: sidecar.sqlPort)
            try session.logIn(login)
            return SendableBox(session)
        }
    }

    private static func number(_ reply: RawSession.Reply) -> Int? {
        guard case .rows(let rows) = reply else { return nil }
        return rows.first?.first.flatMap { $0 }.flatMap { Int($0) }
    }

    // MARK: Each function

    @Test func `each function answers on every node, by text and prepared, for accounts of mysqld and of the sidecar`()
        async throws
    {
        try await withElections { cluster in
            for (index, sidecar) in cluster.sidecars.enumerated() {
                for login in Self.logins {
                    let service = "service-\(index)-\(login.user)"
                    let first = try await term(sidecar, as: login, "elect('\(service)', 'a', 60)")
                    #expect(first > 0)
                    #expect(try await term(sidecar, as: login, "elect('\(service)', 'a', 60)") == first)
                    #expect(try await term(sidecar, as: login, "elect('\(service)', 'b', 60, 5, 7)") == 0)
                    #expect(try await call(sidecar, as: login, "leader('\(service)')") == "a")
                    #expect(try await term(sidecar, as: login, "wait_for_leader('\(service)', 0, 600)") == first)
                    #expect(try await term(sidecar, as: login, "fence_by('\(service)', \(first))") == 1)
                    #expect(try await term(sidecar, as: login, "resign('\(service)', 'b')") == 0)
                    #expect(try await term(sidecar, as: login, "resign('\(service)', 'a')") == 1)
                    #expect(try await call(sidecar, as: login, "leader('\(service)')") == nil)
                    #expect(try await term(sidecar, as: login, "wait_for_leader('\(service)', \(first), 600)") == 0)
                    #expect(try await term(sidecar, as: login, "elect('\(service)', 'b', '1.5')") == first + 1)
                    try await prepared(sidecar, as: login, service)
                }
            }
        }
    }

    private func prepared(_ sidecar: PilotfishProcess, as login: Login, _ service: String) async throws {
        try await onThread {
            let session = try RawSession(port: sidecar.sqlPort)
            try session.logIn(login, schema: "cluster_schema")
            try session.send(PreparedStatementTests.prepare("SELECT elect(?, ?, ?) AS term"))
            let elect = try PreparedStatementTests.prepared(session)
            #expect(elect.columns == 1 && elect.parameters == 3)
            let name = "prepared-" + service
            for _ in 0..<2 {
                try session.send(PreparedStatementTests.execute(elect.id, name, "p", "30"))
                let rows = try PreparedStatementTests.rows(session)
                #expect(rows.count == 1 && rows[0].count == 10 && rows[0][2...].contains { $0 != 0 })
            }
            try session.send(PreparedStatementTests.execute(elect.id, name, "p", "0"))
            #expect(try PreparedStatementTests.error(session) == 1210)
            try session.send(PreparedStatementTests.prepare("SELECT leader(?)"))
            let leader = try PreparedStatementTests.prepared(session)
            try session.send(PreparedStatementTests.execute(leader.id, name))
            #expect(try PreparedStatementTests.rows(session) == [[0, 0, 1, UInt8(ascii: "p")]])
            #expect(try session.query("SELECT leader('\(name)')") == .rows([["p"]]))
        }
    }

    @Test func `a learner answers, too, and a node whose mysqld is down to accounts of the sidecar`() async throws {
        try await withElections(nodes: 4) { cluster in
            try await waitUntil("one of four learns") {
                try await cluster.sidecars[0].ask(
                    "SELECT SUM(raft_role = 'LEARNER'), COUNT(*) FROM cluster_schema.voters"
                ).rows == [["1", "4"]]
            }
            let term = try await term(cluster.sidecars[0], "elect('s', 'a', 600)")
            for (server, sidecar) in zip(cluster.servers, cluster.sidecars).dropFirst() {
                try await server.stop()
                let name = sidecar.configuration.nodeName
                #expect(try await self.term(sidecar, "wait_for_leader('s', 0, 60)") == term)
                #expect(try await self.term(sidecar, "elect('s', 'b', 600)") == 0)
                #expect(try await self.term(sidecar, "elect('\(name)', '\(name)', 600)") > 0)
                #expect(try await call(sidecar, "leader('\(name)')") == name)
            }
        }
    }

    @Test func `an election touches nothing of a transaction`() async throws {
        try await withElections { cluster in
            let box = try await session(cluster.sidecars[0])
            try await onThread {
                let session = box.value
                _ = try session.query("CREATE TABLE app.elections (a INT)")
                _ = try session.query("BEGIN")
                _ = try session.query("INSERT INTO app.elections VALUES (1)")
                #expect(try Self.number(session.query("SELECT cluster_schema.elect('s', 'a', 10)")) ?? 0 > 0)
                #expect(try session.query("SELECT @@in_transaction") == .rows([["1"]]))
                #expect(try session.query("ROLLBACK") == .ok)
                #expect(try session.query("SELECT * FROM app.elections") == .rows([]))
                #expect(try session.query("SELECT cluster_schema.leader('s')") == .rows([["a"]]))
            }
        }
    }

    // MARK: Who leads

    /// What each of nine candidates is told.
    private func campaign(_ cluster: TestCluster) async throws -> [String: Int] {
        try await withThrowingTaskGroup(of: (String, Int).self) { group in
            for number in 0..<9 {
                let sidecar = cluster.sidecars[number % 3]
                group.addTask {
                    ("c\(number)", try await self.term(sidecar, "elect('one', 'c\(number)', 60)"))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @Test func `of many candidates on all nodes one leads, and terms rise with each leader`() async throws {
        try await withElections { cluster in
            var last = 0
            for round in 0..<3 {
                let terms = try await campaign(cluster)
                let leaders = terms.filter { $0.value > 0 }
                let (leader, present) = try #require(leaders.first.map { ($0.key, $0.value) })
                #expect(leaders.count == 1 && present > last, "round \(round): \(terms)")
                last = present
                for sidecar in cluster.sidecars {
                    #expect(try await term(sidecar, "wait_for_leader('one', \(present - 1), 60)") == present)
                    #expect(try await call(sidecar, "leader('one')") == leader)
                }
                #expect(try await term(cluster.sidecars[2], "resign('one', '\(leader)')") == 1)
            }
        }
    }

    @Test func `a lease that is not renewed ends, and a forced leader leads at once`() async throws {
        try await withElections { cluster in
            let (one, two) = (cluster.sidecars[1], cluster.sidecars[2])
            let first = try await term(one, "elect('s', 'a', 1)")
            #expect(try await term(two, "wait_for_leader('s', \(first), 60)") == 0)
            #expect(try await call(two, "leader('s')") == nil)
            let second = try await term(two, "elect('s', 'b', 600)")
            #expect(second > first)
            let third = try await term(one, "force_leader('s', 'c')")
            #expect(third > second)
            #expect(try await term(two, "wait_for_leader('s', \(second), 60)") == third)
            #expect(try await call(two, "leader('s')") == "c")
            // Late, and nobody's.
            #expect(try await term(two, "resign('s', 'b')") == 0)
            #expect(try await call(one, "leader('s')") == "c")
            #expect(await errno(one, as: .application, "force_leader('s', 'd')") == 1227)
        }
    }

    @Test func `the table SERVICES shows who leads, and on the quorum's leader how long`() async throws {
        try await withElections { cluster in
            let term = try await term(cluster.sidecars[1], "elect('s', 'a', 60)")
            #expect(try await self.term(cluster.sidecars[2], "elect('s', 'b', 60)") == 0)
            for (index, sidecar) in cluster.sidecars.enumerated() {
                try await waitUntil("db\(index + 1) shows the service") {
                    let rows = try await sidecar.ask(
                        as: .quorumOperator,
                        "SELECT service, leader_id, term, lease_ms, lease_remaining_ms BETWEEN 1 AND 60000, "
                            + "acquired_at IS NOT NULL, observers FROM cluster_schema.services"
                    ).rows
                    let leads = index == 0
                    return rows == [["s", "a", "\(term)", "60000", leads ? "1" : nil, "1", leads ? "1" : "0"]]
                }
            }
            #expect(try await self.term(cluster.sidecars[2], "resign('s', 'a')") == 1)
            let rows = try await cluster.sidecars[2].ask(
                as: .quorumOperator,
                "SELECT leader_id, term, lease_ms, lease_remaining_ms, acquired_at FROM cluster_schema.services"
            ).rows
            #expect(rows == [[nil, "\(term)", "0", nil, nil]])
        }
    }

    // MARK: Waits

    @Test func `five hundred sessions wait for a leader, and KILL, a vanished client and the sidecar's end free them`()
        async throws
    {
        try await withElections { cluster in
            let sidecar = cluster.sidecars[1]
            let count = 500
            let wait = "SELECT cluster_schema.wait_for_leader('s', 0, 600)"
            func sessions(_ count: Int) async throws -> SendableBox<[RawSession]> {
                try await onThread {
                    SendableBox(
                        try (0..<count).map { _ in
                            let session = try RawSession(port: sidecar.sqlPort)
                            try session.logIn(.quorumOperator)
                            try session.send(RawSession.query(wait))
                            return session
                        }
                    )
                }
            }
            func waiting(_ count: Int) async throws {
                try await waitUntil("\(count) wait") {
                    try await sidecar.status("PROXY_WAITING_SESSIONS", as: .quorumOperator) == count
                }
            }
            let box = try await sessions(count)
            try await waiting(count)
            _ = try await sessions(1)
            try await waiting(count)
            try await ask(sidecar.sqlPort, as: .quorumOperator, "KILL QUERY \(box.value[0].connectionID)")
            #expect(try await onThread { try box.value[0].reply().code } == 1317)
            let term = try await term(cluster.sidecars[0], "elect('s', 'a', 60)")
            let answers = try await onThread { try box.value[1...].map { Self.number(try $0.reply()) } }
            #expect(answers.allSatisfy { $0 == term })
            try await waiting(0)
            let known = "SELECT cluster_schema.wait_for_leader('s', \(term), 600)"
            try await onThread { () throws in for session in box.value { try session.send(RawSession.query(known)) } }
            try await waiting(count)
            #expect(await sidecar.terminate() == .code(0))
            #expect(try await onThread { try Self.number(box.value[0].reply()) } == term)
        }
    }

    // MARK: The fence

    @Test func `behind a new term nothing of a fenced session reaches mysqld any more`() async throws {
        try await withElections { cluster in
            let sidecar = cluster.sidecars[0]
            try await cluster.servers[0].execute("CREATE TABLE app.work (a INT)")
            let term = try await term(cluster.sidecars[2], "elect('s', 'a', 60)")
            let box = try await session(sidecar)
            try await onThread {
                let session = box.value
                #expect(try session.query("SELECT cluster_schema.fence_by('s', \(term))") == .rows([["1"]]))
                #expect(try session.query("INSERT INTO app.work VALUES (1)") == .ok)
                try session.send(PreparedStatementTests.prepare("INSERT INTO app.work VALUES (?)"))
                _ = try PreparedStatementTests.prepared(session)
                #expect(try session.query("BEGIN") == .ok)
                #expect(try session.query("INSERT INTO app.work VALUES (2)") == .ok)
            }
            let next = try await self.term(cluster.sidecars[1], "force_leader('s', 'b')")
            #expect(try await self.term(sidecar, "wait_for_leader('s', \(term), 60)") == next)
            try await onThread {
                let session = box.value
                for statement in [
                    "COMMIT", "INSERT INTO app.work VALUES (3)", "SELECT 1 /* cluster_schema */", "USE app",
                ] {
                    guard case .error(1644, let text) = try session.query(statement) else {
                        Issue.record("\(statement) was not refused")
                        continue
                    }
                    #expect(text.hasSuffix("its term is \(next) now"), "\(text)")
                }
                try session.send(PreparedStatementTests.execute([1, 0, 0, 0], "4"))
                #expect(try PreparedStatementTests.error(session) == 1644)
                // The tables are the sidecar's.
                #expect(try session.query("SELECT cluster_schema.leader('s')") == .rows([["b"]]))
                // It ends with the session as a pool hands it on.
                try session.send(RawSession.packet([0x1f]))
                #expect(try session.reply() == .ok)
                #expect(try session.query("SELECT COUNT(*) FROM app.work") == .rows([["1"]]))
                // One that is too long to be looked at.
                #expect(try session.query("SELECT cluster_schema.fence_by('s', \(term))") == .rows([["1"]]))
                let long = "INSERT INTO app.work VALUES (5) -- " + String(repeating: "x", count: 200_000)
                #expect(try session.query(long).code == 1644)
            }
            #expect(try await cluster.servers[0].query("SELECT COUNT(*) FROM app.work").rows == [["1"]])
        }
    }

    // MARK: Reigns of sessions

    @Test func `a reign of a session lasts as long, beyond its lease, and ends with it`() async throws {
        try await withElections { cluster in
            let (one, two) = (cluster.sidecars[1], cluster.sidecars[2])
            for login in Self.logins {
                let statement = "SELECT cluster_schema.elect('s', 'a', 'session')"
                func begin() async throws -> (SendableBox<RawSession>, Int) {
                    let box = try await session(one, as: login)
                    let term = try await onThread { try Self.number(box.value.query(statement)) }
                    return (box, try #require(term.flatMap { $0 > 0 ? $0 : nil }))
                }
                let (first, term) = try await begin()
                // More than a lease, which is of ten seconds.
                let seconds = login.user == Login.application.user ? 12 : 0
                #expect(try await self.term(two, "wait_for_leader('s', \(term), \(seconds))") == term)
                // KILL of the connection is its end, too.
                try await ask(one.sqlPort, as: login, "KILL \(first.value.connectionID)")
                #expect(try await self.term(two, "wait_for_leader('s', \(term), 60)") == 0)

                let (second, next) = try await begin()
                #expect(next > term)
                try await onThread {
                    try second.value.send(RawSession.packet([0x1f]))
                    #expect(try second.value.reply() == .ok)
                }
                #expect(try await self.term(two, "wait_for_leader('s', \(next), 60)") == 0)
            }
            let last = try await onThread {
                let session = try RawSession(port: one.sqlPort)
                try session.logIn()
                return try Self.number(session.query("SELECT cluster_schema.elect('s', 'b', 'session')"))
            }
            // It has closed its connection by now.
            #expect(try await term(two, "wait_for_leader('s', \(last ?? 0), 60)") == 0)
        }
    }

    // MARK: Errors

    @Test func `without a majority there is no yes, and the number of missing voters is told`() async throws {
        try await withElections { cluster in
            let term = try await term(cluster.sidecars[0], "elect('s', 'a', 600)")
            for sidecar in cluster.sidecars.dropFirst() { await sidecar.kill9() }
            let rest = cluster.sidecars[0]
            try await waitUntil("db1 has no quorum") {
                try await rest.ask(as: .quorumOperator, "SELECT has_quorum FROM cluster_schema.cluster").rows == [["0"]]
            }
            let error = await refusal(
                rest.sqlPort,
                as: .quorumOperator,
                "SELECT cluster_schema.elect('s', 'a', 600)"
            )
            #expect(
                error?.code == 1205 && error?.text.contains("1 voter is missing") == true,
                "\(String(describing: error))"
            )
            #expect(await errno(rest, "resign('s', 'a')") == 1205)
            // What was decided is still known.
            #expect(try await call(rest, "leader('s')") == "a")
            try await cluster.sidecars[1].start()
            try await cluster.waitForReign(of: "db1", epoch: 1, on: Array(cluster.sidecars.prefix(2)))
            #expect(try await self.term(cluster.sidecars[1], "elect('s', 'a', 600)") == term)
        }
    }

    @Test func `without a quorum each function says what it needs`() async throws {
        try await withCluster(nodes: 1) { cluster in
            for call in [
                "elect('s', 'a', 10)", "resign('s', 'a')", "leader('s')", "wait_for_leader('s', 0, 1)",
                "fence_by('s', 1)",
            ] {
                #expect(await errno(cluster.sidecars[0], as: .application, call) == 1235)
            }
        }
    }

    @Test func `names may be anything that people can read, and nothing else`() async throws {
        try await withElections(nodes: 3) { cluster in
            let sidecar = cluster.sidecars[1]
            for login in Self.logins {
                for name in [
                    "it''s", "\"q\"", "back\\\\slash", "`tick`", "ünï", "🎣", "%_", String(repeating: "é", count: 255),
                ] {
                    let term = try await term(sidecar, as: login, "elect('\(name)', '\(name)', 60)")
                    #expect(term > 0, "\(name)")
                    #expect(try await call(sidecar, as: login, "leader('\(name)')") != nil)
                    #expect(try await self.term(sidecar, as: login, "resign('\(name)', '\(name)')") == 1)
                }
                for name in [
                    "", "a\\0b", "a\\nb", String(repeating: "x", count: 256), String(repeating: "x", count: 10_000),
                ] {
                    #expect(await errno(sidecar, as: login, "elect('\(name)', 'a', 60)") == 1210)
                    #expect(await errno(sidecar, as: login, "elect('s', '\(name)', 60)") == 1210)
                    #expect(await errno(sidecar, as: login, "leader('\(name)')") == 1210)
                }
                for call in [
                    "elect('s', 'a')", "elect('s', 'a', NULL)", "elect('s', 'a', 0)", "elect('s', 'a', 1, 61)",
                ] {
                    #expect(await errno(sidecar, as: login, call) == 1210, "\(call)")
                }
            }
        }
    }
}
