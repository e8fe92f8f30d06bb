import MySQLClient
import TestServers
import Testing

/// Statements on virtual tables that are more than an event loop does itself.
///
/// The endless one would take days, and the limit on its time is ten minutes: whatever is seen of it does not hang on the
/// speed of the machine.
@Suite struct LongStatementTests {
    private static let endless =
        "SELECT COUNT(*) FROM cluster_schema.status a, cluster_schema.status b, cluster_schema.status c, "
        + "cluster_schema.status d, cluster_schema.status e, cluster_schema.status f"
    /// More than an event loop does, and soon done.
    private static let long =
        "WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
        + "SELECT COUNT(*) FROM n, cluster_schema.cluster"
    private static let short = "SELECT COUNT(*) FROM cluster_schema.cluster"
    /// Only looks.
    private static let observer = Login(user: "other", password: "other-secret")

    private func withPatientCluster(_ body: @escaping (TestCluster) async throws -> Void) async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
            configuration.virtualStatementMilliseconds = 600_000
        } _: { cluster in
            try await cluster.servers[0].execute("CREATE USER 'other'@'%' IDENTIFIED BY 'other-secret'")
            try await body(cluster)
        }
    }

    private func session(_ port: UInt16, _ login: Login) async throws -> SendableBox<RawSession> {
        try await onThread { () throws in
            let session = try RawSession(port: port)
            try session.logIn(login)
            return SendableBox(session)
        }
    }

    private func longStatements(_ port: UInt16) async throws -> Int {
        let statement = "SELECT variable_value FROM cluster_schema.status WHERE variable_name = 'PROXY_LONG_STATEMENTS'"
        return try await ask(port, as: Self.observer, statement).rows.first?.first.flatMap { $0 }.flatMap { Int($0) }
            ?? 0
    }

    /// Sends a statement, and waits until it is more than the event loop does.
    private func begin(_ statement: String, in box: SendableBox<RawSession>, _ port: UInt16) async throws {
        let before = try await longStatements(port)
        try await onThread { try box.value.send(RawSession.query(statement)) }
        try await waitUntil("it is under way") { try await longStatements(port) > before }
    }

    /// Ends the statement by KILL QUERY, again if it should not have been begun with.
    ///
    /// - Returns: how it ended.
    private func kill(_ box: SendableBox<RawSession>, _ port: UInt16, as login: Login) async throws -> RawSession.Reply
    {
        let isOver = Gate()
        async let answer = onThread {
            defer { isOver.open() }
            return try box.value.reply()
        }
        try await waitUntil("it has ended") {
            if !isOver.isOpened { try await ask(port, as: login, "KILL QUERY \(box.value.connectionID)") }
            return isOver.isOpened
        }
        return try await answer
    }

    @Test(arguments: [Login.application, .topology])
    func `KILL QUERY by another session of the account ends one, and its session goes on`(_ login: Login) async throws {
        try await withPatientCluster { cluster in
            let port = cluster.sidecars[0].sqlPort
            let box = try await session(port, login)
            try await begin(Self.endless, in: box, port)
            #expect(try await kill(box, port, as: login).code == 1317)
            #expect(try await onThread { try box.value.query(Self.short) } == .rows([["1"]]))
            // It is not carried out any more: the next one of that user would wait for it.
            #expect(try await onThread { try box.value.query(Self.long) } == .rows([["4000"]]))
        }
    }

    @Test(arguments: [Login.application, .topology])
    func `one ends with its client`(_ login: Login) async throws {
        try await withPatientCluster { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await begin(Self.endless, in: try await session(port, login), port)
            // Behind one that goes on it would wait for ten minutes.
            #expect(try await ask(port, as: login, Self.long).rows == [["4000"]])
        }
    }

    @Test(arguments: [(Login.application, Login.topology), (.topology, .application)])
    func `one of a user is carried out at a time, and delays no other user and no short statement`(
        _ login: Login,
        _ another: Login
    ) async throws {
        try await withPatientCluster { cluster in
            let port = cluster.sidecars[0].sqlPort
            let (first, second) = (try await session(port, login), try await session(port, login))
            try await begin(Self.endless, in: first, port)
            try await begin(Self.long, in: second, port)
            // There are threads for two: what came before another user's, and did not wait for its own user's, would
            // have been answered before that.
            #expect(try await ask(port, as: another, Self.long).rows == [["4000"]])
            // On a busy machine a short one may take so long that it is none.
            try await waitUntil("a short one is answered") {
                try await ask(port, as: Self.observer, Self.short).rows == [["1"]]
            }
            for box in [second, first] { #expect(try await kill(box, port, as: login).code == 1317) }
            for box in [first, second] {
                #expect(try await onThread { try box.value.query(Self.long) } == .rows([["4000"]]))
            }
        }
    }

    @Test func `they end by the limit on their time`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            configuration.virtualStatementMilliseconds = 100
        } _: { cluster in
            #expect(await refusal(cluster.sidecars[0].sqlPort, Self.endless)?.code == 1969)
        }
    }

    @Test func `they are answered as short ones are, in both protocols and in their order`() async throws {
        try await withPatientCluster { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await cluster.servers[0].execute(
                "CREATE TABLE app.numbers (n INT)",
                "INSERT INTO app.numbers VALUES (1)"
            )
            #expect(try await ask(port, Self.long).rows == [["4000"]])
            try await onThread { () throws in
                let session = try RawSession(port: port)
                try session.logIn(.application)
                let batch = [Self.long, "SELECT 1", Self.long, "SELECT n FROM app.numbers"]
                try session.send(batch.flatMap { RawSession.query($0) })
                for expected in ["4000", "1", "4000", "1"] { #expect(try session.reply() == .rows([[expected]])) }
            }
            #expect(try await ask(port, "EXECUTE IMMEDIATE '\(Self.long)'").rows == [["4000"]])
        }
    }

    @Test(arguments: [Login.application, .topology])
    func `a statement that is too long for an event loop to read is answered in its turn, by whoever it is for`(
        _ login: Login
    ) async throws {
        try await withPatientCluster { cluster in
            let port = cluster.sidecars[0].sqlPort
            let filler = String(repeating: "x", count: 20_000)
            let virtual = "SELECT COUNT(*), LENGTH('\(filler)') FROM cluster_schema.cluster"
            let before = try await cluster.sidecars[0].status("PROXY_LONG_READINGS")
            try await cluster.servers[0].execute("CREATE TABLE app.cluster_texts (t MEDIUMTEXT)")
            try await onThread { () throws in
                let session = try RawSession(port: port)
                try session.logIn(login)
                guard login.user == Login.application.user else {
                    try session.send([virtual, "SELECT 1"].flatMap { RawSession.query($0) })
                    #expect(try session.reply() == .rows([["1", "20000"]]))
                    #expect(try session.reply() == .rows([["1"]]))
                    return
                }
                let insert = "INSERT INTO app.cluster_texts VALUES ('\(filler)')"
                let count = "SELECT COUNT(*), MAX(LENGTH(t)) FROM app.cluster_texts"
                try session.send([insert, virtual, count, insert].flatMap { RawSession.query($0) })
                // What was sent before the end is carried out.
                session.endSending()
                #expect(try session.reply() == .ok)
                #expect(try session.reply() == .rows([["1", "20000"]]))
                #expect(try session.reply() == .rows([["1", "20000"]]))
                #expect(try session.reply() == .ok)
            }
            // How ours is to be read is asked when it has been found to be ours, and then it is read again.
            let readings = try await cluster.sidecars[0].status("PROXY_LONG_READINGS") - before
            #expect(readings == (login.user == Login.application.user ? 4 : 1))
        }
    }

    @Test func `answers that nobody reads are bounded over all sessions`() async throws {
        try await withPatientCluster { cluster in
            let port = cluster.sidecars[0].sqlPort
            let large = "SELECT REPEAT('x', 1000000) FROM cluster_schema.status LIMIT 12"
            try await onThread { () throws in
                // Each is 12 MB, of which the kernel takes a part; 64 MiB are kept.
                var unread: [RawSession] = []
                var refused: RawSession.Reply?
                while refused == nil, unread.count < 64 {
                    let session = try RawSession(port: port, receiveBufferBytes: 4096)
                    try session.logIn(.topology)
                    try session.send(RawSession.query(large))
                    // The answer has been given when its beginning is there.
                    if try session.peek() == 0xff { refused = try session.reply() } else { unread.append(session) }
                }
                #expect(refused?.code == 1041, "\(unread.count) are kept")
                #expect(unread.count >= 5)
                // What is small is answered all the same, and what was read makes room.
                let session = try RawSession(port: port)
                try session.logIn(.topology)
                #expect(try session.query(Self.short) == .rows([["1"]]))
                let row = String(repeating: "x", count: 1_000_000)
                for session in unread.prefix(2) {
                    #expect(try session.reply() == .rows(Array(repeating: [row], count: 12)))
                }
                #expect(try session.query(large) == .rows(Array(repeating: [row], count: 12)))
            }
        }
    }
}
