import ClusterModel
import Glibc
import MySQLClient
import Synchronization
import TestServers
import Testing

/// On real servers, by an account without any privilege.
@Suite struct StatementExecutorTests {
    private static let hour = 3_600_000

    /// A server with the account, and an executor on it.
    private func withExecutor(
        warmth: Duration? = nil,
        connectTimeout: Duration = .seconds(60),
        _ body: (StatementExecutor, MariaDBServer) async throws -> Void
    ) async throws {
        try await withServers { servers in
            try await servers[0].execute("CREATE USER acting@localhost IDENTIFIED BY 'x'")
            let settings = ConnectionSettings(
                address: servers[0].address,
                user: "acting",
                password: "x",
                connectTimeout: connectTimeout
            )
            let executor = try StatementExecutor(settings, warmth: warmth)
            try executor.start()
            defer { executor.stop() }
            try await body(executor, servers[0])
        }
    }

    /// The account's sessions, with what they are at.
    private func sessions(on server: MariaDBServer) async throws -> [String: String] {
        let result = try await server.query("SELECT ID, INFO FROM information_schema.PROCESSLIST WHERE USER = 'acting'")
        return result.rows.reduce(into: [:]) { $0[$1[0] ?? ""] = $1[1] ?? "" }
    }

    private func waitForSleep(on server: MariaDBServer) async throws {
        try await waitUntil("it sleeps") { try await sessions(on: server).values.contains { $0.contains("SLEEP") } }
    }

    /// mysqld lists a session for a moment after its connection is closed.
    private func waitUntilGone(_ session: String?, on server: MariaDBServer) async throws {
        let session = try #require(session)
        try await waitUntil("the session is gone") { try await sessions(on: server)[session] == nil }
    }

    private func failure(
        _ executor: StatementExecutor,
        _ statement: String,
        _ milliseconds: Int
    ) async -> StatementFailure? {
        do throws(StatementFailure) {
            try await executor.execute(statement, deadlineMilliseconds: milliseconds)
            return nil
        } catch {
            return error
        }
    }

    private func id(_ executor: StatementExecutor) async throws -> String? {
        try await executor.execute("SELECT CONNECTION_ID()", deadlineMilliseconds: Self.hour).rows[0][0]
    }

    // MARK: Statements

    @Test func `statements have mysqld's results and its errors, on one connection`() async throws {
        try await withExecutor { executor, server in
            let first = try await id(executor)
            let result = try await executor.execute("SELECT 1 AS a, NULL AS b", deadlineMilliseconds: Self.hour)
            #expect(result == QueryResult(columns: ["a", "b"], rows: [["1", nil]]))
            let refused = await failure(executor, "SET GLOBAL read_only = 1", Self.hour)
            guard case .refused(let error) = refused else {
                Issue.record("\(String(describing: refused))")
                return
            }
            #expect(error.code == 1227)
            #expect(try await id(executor) == first)
        }
    }

    @Test func `a statement beyond its deadline ends on mysqld as well, and the next one works`() async throws {
        try await withExecutor { executor, server in
            let old = try await id(executor)
            let failure = await failure(executor, "SELECT SLEEP(3000)", 300)
            #expect(failure == .outcomeUnknown(.deadline(milliseconds: 300)))
            #expect(try await id(executor) != old)
            try await waitUntilGone(old, on: server)
        }
    }

    @Test func `a statement beyond its deadline ends on mysqld though nobody asks for another`() async throws {
        try await withExecutor { executor, server in
            _ = await failure(executor, "SELECT SLEEP(3000)", 300)
            try await waitUntil("it is gone") {
                try await !sessions(on: server).values.contains { $0.contains("SLEEP") }
            }
        }
    }

    @Test func `a statement whose task is cancelled ends on mysqld as well, and the next one works`() async throws {
        try await withExecutor { executor, server in
            let old = try await id(executor)
            let task = Task { await failure(executor, "SELECT SLEEP(3000)", Self.hour) }
            try await waitForSleep(on: server)
            task.cancel()
            #expect(await task.value == .outcomeUnknown(.cancelled))
            #expect(try await id(executor) != old)
            try await waitUntilGone(old, on: server)
        }
    }

    @Test func `a task that was cancelled before sends nothing`() async throws {
        try await withExecutor { executor, server in
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return await failure(executor, "SELECT 1", Self.hour)
            }
            task.cancel()
            #expect(await task.value == .notSent(.cancelled))
        }
    }

    @Test func `a deadline holds for the time behind other statements`() async throws {
        try await withExecutor { executor, server in
            let first = Task { await failure(executor, "SELECT SLEEP(3000)", Self.hour) }
            try await waitForSleep(on: server)
            #expect(await failure(executor, "SELECT 1", 100) == .notSent(.deadline(milliseconds: 100)))
            // The one before is still at it.
            try await waitForSleep(on: server)
            first.cancel()
            _ = await first.value
        }
    }

    @Test func `whatever waits has a result when the executor is stopped`() async throws {
        try await withExecutor { executor, server in
            let first = Task { await failure(executor, "SELECT SLEEP(3000)", Self.hour) }
            try await waitForSleep(on: server)
            let second = Task { await failure(executor, "SELECT 1", Self.hour) }
            executor.stop()
            #expect(await first.value == .outcomeUnknown(.stopped))
            #expect(await second.value == .notSent(.stopped))
            #expect(await failure(executor, "SELECT 1", Self.hour) == .notSent(.stopped))
        }
    }

    // MARK: Servers that do not answer

    @Test(arguments: [nil, Duration.milliseconds(50)])
    func `a mysqld that hangs holds nobody up beyond the deadline, and is used when it goes on`(
        warmth: Duration?
    ) async throws {
        try await withExecutor(warmth: warmth, connectTimeout: .seconds(1)) { executor, server in
            _ = try await id(executor)
            let startedAt = ContinuousClock.now
            try await server.pause()
            // On the connection that there is, and on those that are tried after it.
            for _ in 1...3 {
                let failure = await failure(executor, "SELECT 1", 200)
                #expect(failure != nil)
            }
            await server.resume()
            #expect(ContinuousClock.now - startedAt < .seconds(60))
            try await waitUntil("it answers") { await failure(executor, "SELECT 1", Self.hour) == nil }
        }
    }

    @Test func `an address that lets in and says nothing is given up at the deadline`() async throws {
        let listener = try Impostor(asking: "")
        let settings = ConnectionSettings(
            address: .tcp(HostPort(host: "127.0.0.1", port: listener.port)),
            user: "acting",
            password: "x"
        )
        let executor = try StatementExecutor(settings)
        try executor.start()
        defer { executor.stop() }
        #expect(await failure(executor, "SELECT 1", 200) == .notSent(.deadline(milliseconds: 200)))
        guard case .notSent(.connection(let error)) = await failure(executor, "SELECT 1", Self.hour) else {
            Issue.record("no failure of the connection")
            return
        }
        #expect(error == .noAnswer)
    }

    @Test func `a mysqld that was killed fails at once while it is down, and is used when it is back`() async throws {
        try await withExecutor { executor, server in
            _ = try await id(executor)
            try await server.kill9()
            guard case .notSent(.connection(let error)) = await failure(executor, "SELECT 1", Self.hour) else {
                Issue.record("no failure of the connection")
                return
            }
            #expect(error.code == 2002)
            try await server.start()
            #expect(try await id(executor) != nil)
        }
    }

    @Test func `a statement on whose connection mysqld dies has an unknown outcome`() async throws {
        try await withExecutor { executor, server in
            let task = Task { await failure(executor, "SELECT SLEEP(3000)", Self.hour) }
            try await waitForSleep(on: server)
            try await server.kill9()
            guard case .outcomeUnknown(.connection) = await task.value else {
                Issue.record("\(String(describing: await task.value))")
                return
            }
        }
    }

    @Test func `a session that ended with its mysqld is not killed in the next one`() async throws {
        try await withServers { servers in
            let server = servers[0]
            try await server.execute("CREATE USER acting@localhost IDENTIFIED BY 'x'")
            let password = AccountPassword("x")
            let executor = try StatementExecutor(
                .patient(server.address, user: "acting", password: password)
            )
            try executor.start()
            defer { executor.stop() }
            // Sessions are numbered from the start of mysqld: there must be time until the number comes again.
            for _ in 1...30 { try await server.execute("DO 1") }
            let old = try #require(try await id(executor).flatMap { UInt($0) })
            try await server.pause()
            #expect(await failure(executor, "SELECT SLEEP(3000)", 200) == .outcomeUnknown(.deadline(milliseconds: 200)))
            try await server.kill9()
            // The executor is let in when the number is another's.
            password.replace(with: "wrong", readAnew: { nil })
            var others = HeldSessions()
            for _ in 1...10 where !others.ids.contains(old) {
                others.end()
                try await server.stop()
                try await server.start()
                others = HeldSessions()
                try await others.open(upTo: old, on: server)
            }
            #expect(others.ids.contains(old))
            password.replace(with: "x", readAnew: { nil })
            #expect(try await id(executor) != nil)
            #expect(
                try await server.value("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = \(old)") == "1"
            )
            others.end()
        }
    }

    // MARK: The warm connection

    @Test func `a warm connection is there before anybody asks, stays, and is replaced when it is killed`() async throws
    {
        try await withExecutor(warmth: .milliseconds(20)) { executor, server in
            let first = try await waitFor("a connection") { try await sessions(on: server).keys.first }
            #expect(try await id(executor) == first)
            // It is tried again and again, and stays.
            let questions = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'acting' AND TIME_MS < 20"
            try await waitUntil("it is used") { try await server.value(questions) == "1" }
            #expect(try await id(executor) == first)
            try await server.execute("KILL \(first)")
            let second = try await waitFor("another connection") {
                try await sessions(on: server).keys.first { $0 != first }
            }
            #expect(try await id(executor) == second)
        }
    }

    @Test func `a connection takes the password of the moment in which it is opened`() async throws {
        try await withServers { servers in
            let server = servers[0]
            try await server.execute("CREATE USER acting@localhost IDENTIFIED BY 'old'")
            let file = Mutex("old")
            let password = AccountPassword("old", readAnew: { file.withLock { $0 } })
            let settings = ConnectionSettings.patient(server.address, user: "acting", password: password)
            let executor = try StatementExecutor(settings)
            try executor.start()
            defer { executor.stop() }
            let first = try await id(executor)
            try await server.execute("ALTER USER acting@localhost IDENTIFIED BY 'new'", "KILL \(first ?? "")")
            guard case .notSent(.connection(let error)) = await failure(executor, "SELECT 1", Self.hour) else {
                Issue.record("no failure of the connection")
                return
            }
            #expect(error.code == 1045)
            file.withLock { $0 = "new" }
            #expect(try await id(executor) != first)
        }
    }

    @Test func `a connection takes the encryption of the moment in which it is opened, and deadlines hold on it`()
        async throws
    {
        let certificates = try TestCertificates()
        let identity = try certificates.makeServer(alternativeNames: ["IP:127.0.0.1"])
        let server = try await MariaDBServer.start(options: [
            "--ssl-cert=\(identity.certificateFile)", "--ssl-key=\(identity.keyFile)",
            "--ssl-ca=\(certificates.authorityFile)",
        ])
        try await server.execute("CREATE USER acting@'%' IDENTIFIED BY 'x'")
        let tls = Mutex<ConnectionTLS?>(nil)
        let settings = ConnectionSettings(
            address: .tcp(HostPort(host: "127.0.0.1", port: server.port)),
            user: "acting",
            password: AccountPassword("x"),
            tls: { tls.withLock { $0 } },
            connectTimeout: .seconds(60)
        )
        let executor = try StatementExecutor(settings)
        try executor.start()
        defer { executor.stop() }
        let cipher = "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'"
        #expect(try await executor.execute(cipher, deadlineMilliseconds: Self.hour).rows == [[""]])
        tls.withLock { $0 = ConnectionTLS(verification: .authorityAndName, authorityFile: certificates.authorityFile) }
        for _ in 1...2 {
            let old = try await id(executor)
            #expect(try await id(executor) == old)
            #expect(await failure(executor, "SELECT SLEEP(3000)", 300) == .outcomeUnknown(.deadline(milliseconds: 300)))
            #expect(try await executor.execute(cipher, deadlineMilliseconds: Self.hour).rows[0][0]?.isEmpty == false)
            try await waitUntilGone(old, on: server)
        }
        // More than one read takes.
        let long = try await executor.execute("SELECT REPEAT('x', 1000000)", deadlineMilliseconds: Self.hour)
        #expect(long.rows[0][0]?.utf8.count == 1_000_000)
        try await server.pause()
        #expect(await failure(executor, "SELECT 1", 300) == .outcomeUnknown(.deadline(milliseconds: 300)))
        await server.remove()
    }
}

/// Sessions of others that stay open.
private final class HeldSessions: Sendable {
    private struct State: Sendable {
        var ids: [UInt] = []
        var areOpen = false
        var isOver = false
    }

    private let state = Mutex(State())

    var ids: [UInt] { state.withLock(\.ids) }

    func end() { state.withLock { $0.isOver = true } }

    /// Opens one after another until one has that number, or a greater one.
    func open(upTo last: UInt, on server: MariaDBServer) async throws {
        let settings = ConnectionSettings.patient(server.address)
        Task {
            try await onThread {
                var connections: [AdminConnection] = []
                while connections.last.map({ $0.threadID < last }) ?? true {
                    connections.append(try AdminConnection(settings))
                }
                self.state.withLock { [ids = connections.map(\.threadID)] in
                    $0.ids = ids
                    $0.areOpen = true
                }
                while !self.state.withLock(\.isOver) { usleep(1_000) }
                for connection in connections { connection.close() }
            }
        }
        try await waitUntil("they are open") { state.withLock(\.areOpen) }
    }
}
