import ClusterModel
import Failover
import Logging
import MySQLClient
import Reconciler
import TestServers
import Testing

/// A real server is made read-only whatever stands in the way, and opened again as it was.
@Suite struct ReconcilerTests {
    private static let application = TestAccount.application.user

    /// - Parameter hasGrants: those of `sql/setup/mariadb-election.sql`.
    private func withServer(
        hasGrants: Bool = true,
        _ body: (MariaDBServer, Reconciler, String) async throws -> Void
    ) async throws {
        try await withServers(1) { servers in
            let server = servers[0]
            try await server.createAccounts()
            if hasGrants { try await server.allowFencing() }
            try await server.execute(
                "CREATE TABLE app.t (id INT PRIMARY KEY, v INT)",
                "INSERT INTO app.t VALUES (1, 0)"
            )
            let folder = server.directory
            let reconciler = try Self.reconciler(server, folder)
            do {
                try await body(server, reconciler, folder)
            } catch {
                await reconciler.stop()
                throw error
            }
            await reconciler.stop()
        }
    }

    private static func reconciler(_ server: MariaDBServer, _ folder: String) throws -> Reconciler {
        let settings = ConnectionSettings(
            address: .unixSocket(path: server.socketPath),
            user: TestAccount.probe.user,
            password: TestAccount.probe.password,
            connectTimeout: .seconds(1),
            queryTimeout: .seconds(1)
        )
        return try Reconciler(settings, folder: folder, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// A session that goes on until it is ended; what it waits for has begun when this returns.
    private func begin(_ server: MariaDBServer, _ statements: [String]) async throws -> Task<Void, Never> {
        let settings = ConnectionSettings(
            address: .unixSocket(path: server.socketPath),
            user: Self.application,
            password: TestAccount.application.password,
            connectTimeout: .seconds(10),
            queryTimeout: .seconds(100)
        )
        let session = Task {
            _ = try? await onThread {
                let connection = try AdminConnection(settings)
                defer { connection.close() }
                for statement in statements { _ = try connection.query(statement) }
            }
        }
        try await waitUntil("\(statements.last ?? "") is under way") {
            try await server.value(
                """
                SELECT COUNT(*) FROM information_schema.PROCESSLIST
                WHERE USER = '\(Self.application)' AND COMMAND = 'Query' AND INFO = '\(statements.last ?? "")'
                """
            ) == "1"
        }
        return session
    }

    private func isReadOnly(_ server: MariaDBServer) async throws -> Bool {
        try await server.value("SELECT @@global.read_only") == "1"
    }

    @Test func `an idle server is made read-only, and opened once`() async throws {
        try await withServer { server, reconciler, _ in
            #expect(await reconciler.fence().isReadOnly)
            #expect(try await isReadOnly(server))
            #expect(await reconciler.isMarked())
            #expect(await reconciler.open() == .done)
            #expect(try await !isReadOnly(server))
            #expect(await !reconciler.isMarked())
            try await server.execute("SET GLOBAL read_only = 1")
            #expect(await reconciler.open() == .notOurs)
            #expect(try await isReadOnly(server))
        }
    }

    @Test func `one that is read-only already is left as it is, and is not ours`() async throws {
        try await withServer { server, reconciler, _ in
            try await server.execute("SET GLOBAL read_only = 1")
            #expect(await reconciler.fence().isReadOnly)
            #expect(await reconciler.open() == .notOurs)
            #expect(try await isReadOnly(server))
        }
    }

    @Test(arguments: [
        ["UPDATE app.t SET v = SLEEP(60)"], ["LOCK TABLES app.t WRITE", "SELECT SLEEP(60)"],
        ["BEGIN", "UPDATE app.t SET v = 1", "SELECT SLEEP(60)"],
    ])
    func `sessions that write or lock do not hold it up`(statements: [String]) async throws {
        try await withServer { server, reconciler, _ in
            let session = try await begin(server, statements)
            let outcome = await reconciler.fence()
            #expect(outcome.isReadOnly, "\(outcome.steps)")
            if statements[0] != "BEGIN" { await session.value }
            #expect(try await server.value("SELECT v FROM app.t") == "0")
            #expect(await reconciler.open() == .done)
            try await server.execute("KILL USER \(Self.application)")
            await session.value
        }
    }

    @Test func `a commit that waits for an acknowledgement does not, and the source is one again afterwards`()
        async throws
    {
        try await withServer { server, reconciler, _ in
            try await server.execute(
                "SET GLOBAL rpl_semi_sync_master_timeout = 60000",
                "SET GLOBAL rpl_semi_sync_master_wait_no_slave = ON",
                "SET GLOBAL rpl_semi_sync_master_enabled = ON"
            )
            let session = try await begin(server, ["INSERT INTO app.t VALUES (2, 2)"])
            let outcome = await reconciler.fence()
            #expect(outcome.isReadOnly, "\(outcome.steps)")
            await session.value
            #expect(try await server.value("SELECT @@global.rpl_semi_sync_master_enabled") == "0")
            #expect(await reconciler.open() == .done)
            #expect(try await server.value("SELECT @@global.rpl_semi_sync_master_enabled") == "1")
        }
    }

    @Test func `what an attempt before has changed is taken back, too`() async throws {
        try await withServer { server, reconciler, folder in
            // As one leaves it that has stopped the events and got no further.
            try write("pilotfish fence 1\nevent_scheduler\nend\n", to: folder + "/fence")
            try await server.execute(
                "SET GLOBAL rpl_semi_sync_master_timeout = 60000",
                "SET GLOBAL rpl_semi_sync_master_wait_no_slave = ON",
                "SET GLOBAL rpl_semi_sync_master_enabled = ON"
            )
            let session = try await begin(server, ["INSERT INTO app.t VALUES (2, 2)"])
            #expect(await reconciler.fence().isReadOnly)
            await session.value
            #expect(await reconciler.open() == .done)
            #expect(try await server.value("SELECT @@global.rpl_semi_sync_master_enabled") == "1")
            #expect(try await server.value("SELECT @@global.event_scheduler") == "ON")
        }
    }

    @Test func `events are stopped, and started again`() async throws {
        try await withServer { server, reconciler, _ in
            try await server.execute(
                "SET GLOBAL event_scheduler = ON",
                "CREATE EVENT app.e ON SCHEDULE EVERY 1 SECOND DO INSERT INTO app.t SELECT MAX(id) + 1, 0 FROM app.t"
            )
            #expect(await reconciler.fence().isReadOnly)
            #expect(try await server.value("SELECT @@global.event_scheduler") == "OFF")
            #expect(await reconciler.open() == .done)
            #expect(try await server.value("SELECT @@global.event_scheduler") == "ON")
        }
    }

    @Test func `a server that hangs is not fenced, and that is said in time`() async throws {
        try await withServer { server, reconciler, _ in
            _ = await reconciler.fence()
            _ = await reconciler.open()
            try await server.pause()
            let outcome = await reconciler.fence()
            await server.resume()
            #expect(!outcome.isReadOnly)
            #expect(!outcome.isUnreachable)
            #expect(await reconciler.fence().isReadOnly)
        }
    }

    @Test func `a server that is down is unreachable`() async throws {
        try await withServer { server, reconciler, _ in
            try await server.kill9()
            let outcome = await reconciler.fence()
            #expect(!outcome.isReadOnly && outcome.isUnreachable, "\(outcome.steps)")
        }
    }

    @Test func `a privilege that is missing is named, and is there when it was granted meanwhile`() async throws {
        try await withServer(hasGrants: false) { server, reconciler, _ in
            let outcome = await reconciler.fence()
            #expect(!outcome.isReadOnly)
            #expect(outcome.steps.contains { $0.contains("READ_ONLY ADMIN") }, "\(outcome.steps)")
            try await server.allowFencing()
            #expect(await reconciler.fence().isReadOnly)
        }
    }

    @Test func `the marker is for the next process, too`() async throws {
        try await withServer { server, reconciler, folder in
            try await server.execute("SET GLOBAL event_scheduler = ON")
            #expect(await reconciler.fence().isReadOnly)
            // Fenced twice it is still known what there was at first.
            #expect(await reconciler.fence().isReadOnly)
            let next = try Self.reconciler(server, folder)
            #expect(await next.isMarked())
            #expect(await next.open() == .done)
            #expect(try await server.value("SELECT @@global.event_scheduler") == "ON")
            await next.stop()
        }
    }

    @Test(arguments: ["", "pilotfish fence 1\n", "pilotfish fence 1\nread_only\nend\n"])
    func `a marker that is not understood is no sign that there is none`(text: String) async throws {
        try await withServer { server, reconciler, folder in
            try await server.execute("SET GLOBAL read_only = 1")
            try write(text, to: folder + "/fence")
            #expect(await reconciler.isMarked())
            #expect(await reconciler.open() == .failed)
            #expect(try await isReadOnly(server))
        }
    }

    @Test func `a folder that is not there keeps no server open`() async throws {
        try await withServer { server, _, _ in
            let reconciler = try Self.reconciler(server, "/nonexistent")
            #expect(await reconciler.fence().isReadOnly)
            #expect(await reconciler.open() == .notOurs)
            await reconciler.stop()
        }
    }
}
