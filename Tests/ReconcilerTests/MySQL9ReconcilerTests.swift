import ClusterModel
import Failover
import Logging
import MySQLClient
import Reconciler
import TestServers
import Testing

@Suite(.enabled(if: MySQL9Server.isInstalled)) struct MySQL9ReconcilerTests {
    private func withServer(_ body: (MySQL9Server, Reconciler) async throws -> Void) async throws {
        try await MySQL9Server.with { server in
            try await server.query("CREATE USER 'pilotfish'@'localhost' IDENTIFIED BY 'secret'")
            let script = try contents(of: packageRoot() + "/sql/setup/mysql-election.sql")
            let lines = script.split(separator: "\n").filter { !$0.hasPrefix("--") }
            for statement in lines.joined(separator: " ").split(separator: ";") {
                try await server.query("\(statement)")
            }
            try await server.query("CREATE DATABASE app")
            try await server.query("CREATE TABLE app.t (id INT PRIMARY KEY, v INT)")
            try await server.query("CREATE USER 'app'@'localhost' IDENTIFIED BY 'secret'")
            try await server.query("GRANT ALL ON app.* TO 'app'@'localhost'")
            try await server.query("INSERT INTO app.t VALUES (1, 0)")
            let folder = try TemporaryRoot.makeDirectory("fence")
            defer { removeTree(folder) }
            let settings = ConnectionSettings(
                address: .unixSocket(path: server.socketPath),
                user: "pilotfish",
                password: "secret",
                connectTimeout: .seconds(1),
                queryTimeout: .seconds(1)
            )
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let reconciler = try Reconciler(settings, folder: folder, logger: logger)
            do { try await body(server, reconciler) } catch {
                await reconciler.stop()
                throw error
            }
            await reconciler.stop()
        }
    }

    private func value(_ server: MySQL9Server, _ statement: String) async throws -> String? {
        try await server.query(statement).rows.first?.first ?? nil
    }

    @Test func `an idle server is closed to administrators, too, and opened once`() async throws {
        try await withServer { server, reconciler in
            try await server.query("SET GLOBAL event_scheduler = ON")
            let outcome = await reconciler.fence()
            #expect(outcome.isReadOnly, "\(outcome.steps)")
            #expect(try await value(server, "SELECT @@global.super_read_only") == "1")
            #expect(try await value(server, "SELECT @@global.event_scheduler") == "OFF")
            #expect(await reconciler.open() == .done)
            #expect(try await value(server, "SELECT @@global.super_read_only + @@global.read_only") == "0")
            #expect(try await value(server, "SELECT @@global.event_scheduler") == "ON")
            #expect(await reconciler.open() == .notOurs)
        }
    }

    @Test(arguments: [["UPDATE app.t SET v = SLEEP(60)"], ["LOCK TABLES app.t WRITE", "SELECT SLEEP(60)"]])
    func `sessions that write or lock do not hold it up`(statements: [String]) async throws {
        try await withServer { server, reconciler in
            let settings = ConnectionSettings(
                address: .unixSocket(path: server.socketPath),
                user: "app",
                password: "secret",
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
            try await waitUntil("it is under way") {
                try await value(
                    server,
                    """
                    SELECT COUNT(*) FROM information_schema.PROCESSLIST
                    WHERE COMMAND = 'Query' AND INFO = '\(statements.last ?? "")'
                    """
                ) == "1"
            }
            let outcome = await reconciler.fence()
            #expect(outcome.isReadOnly, "\(outcome.steps)")
            await session.value
            #expect(try await value(server, "SELECT v FROM app.t") == "0")
            #expect(await reconciler.open() == .done)
        }
    }
}
