package import ClusterModel
internal import Glibc
internal import MySQLClient

/// A real mariadbd of the test's own, in a folder of its own, on a free port and a unix socket.
///
/// It ends with the test: by `remove`, when the last reference goes, or at the latest with the test process.
package actor MariaDBServer {
    package nonisolated let serverID: UInt32
    package nonisolated let port: UInt16
    package nonisolated let directory: String
    private nonisolated let extraOptions: [String]
    private nonisolated let namespace: NetworkNamespace?
    private var child: ChildProcess?

    package nonisolated var socketPath: String { directory + "/sock" }
    package nonisolated var address: ServerAddress { .unixSocket(path: socketPath) }
    package nonisolated var errorLog: String { directory + "/error.log" }

    /// Makes a server and waits until it answers.
    ///
    /// - Parameters:
    ///   - options: further options of mariadbd, for example `--read-only=1`.
    ///   - namespace: the network that it is on; nil for that of the tests.
    package static func start(
        serverID: UInt32 = 1,
        options: [String] = [],
        namespace: NetworkNamespace? = nil
    ) async throws -> MariaDBServer {
        var attempt = 1
        while true {
            let server = try await MariaDBServer(serverID: serverID, options: options, namespace: namespace)
            do {
                try await server.start()
                return server
            } catch {
                // Another process took the port between our look and mariadbd's.
                guard attempt < 5, try contents(of: server.errorLog).contains("Bind on TCP/IP port") else {
                    throw error
                }
                attempt += 1
            }
        }
    }

    private init(serverID: UInt32, options: [String], namespace: NetworkNamespace?) async throws {
        self.serverID = serverID
        self.namespace = namespace
        port = try PortAllocator.allocate()
        directory = try TemporaryRoot.makeDirectory("server")
        extraOptions = options
        try await DataDirectoryTemplate.shared.copy(to: directory + "/data")
    }

    deinit {
        child?.kill(SIGKILL)
        removeTree(directory)
    }

    package var pid: Int32? { child?.isRunning == true ? child?.pid : nil }

    package var isRunning: Bool { child?.isRunning == true }

    /// Starts mariadbd on the data that is there, and waits until it answers.
    package func start() async throws {
        guard child?.isRunning != true else { return }
        let child = try await ChildProcess.start("mariadbd", options, outputFile: errorLog, namespace: namespace)
        self.child = child
        do {
            try await waitUntil("mariadbd answers at \(socketPath)") {
                guard child.isRunning else { return true }
                _ = try await query("SELECT 1")
                return true
            }
            guard child.isRunning else { throw TestServerError("mariadbd ended while starting") }
        } catch {
            child.kill(SIGKILL)
            throw TestServerError("\(error)\n\(tail(of: errorLog))")
        }
    }

    /// Ends it as a power cut would, and waits until the process is gone.
    package func kill9() async throws {
        try await end(by: SIGKILL)
    }

    /// Ends it in order, and waits until the process is gone.
    package func stop() async throws {
        try await end(by: SIGTERM)
    }

    package func restart() async throws {
        try await stop()
        try await start()
    }

    /// Stops it from doing anything at all while its sockets stay open.
    package func pause() async throws {
        try await child?.pause()
    }

    package func resume() {
        child?.kill(SIGCONT)
    }

    /// Ends the process and removes its folder.
    package func remove() async {
        try? await end(by: SIGKILL)
        removeTree(directory)
    }

    private func end(by signal: Int32) async throws {
        guard let child else { return }
        child.kill(signal)
        guard await child.waitForExit() != nil else {
            throw TestServerError("mariadbd \(child.pid) still runs long after signal \(signal)\n\(tail(of: errorLog))")
        }
        self.child = nil
    }

    /// Small and fast; durable against a kill, not against a power cut.
    private var options: [String] {
        [
            "--no-defaults", "--datadir=\(directory)/data", "--socket=\(socketPath)", "--port=\(port)",
            "--bind-address=127.0.0.1", "--pid-file=\(directory)/pid", "--tmpdir=\(directory)",
            "--server-id=\(serverID)", "--log-bin=binlog", "--relay-log=relay", "--binlog-format=ROW",
            "--log-slave-updates=1", "--gtid-strict-mode=1", "--slave-net-timeout=5", "--sync-binlog=0",
            "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=2",
            "--innodb-use-native-aio=0", "--innodb-buffer-pool-dump-at-shutdown=0", "--key-buffer-size=1M",
            "--aria-pagecache-buffer-size=8M", "--performance-schema=0", "--max-connections=500",
            "--character-set-server=utf8mb4",
        ] + (getuid() == 0 ? ["--user=root"] : []) + extraOptions
    }
}

/// Runs a test's body with fresh servers, whose server ids are 1, 2, 3 …, and removes them after it.
package func withServers<Result>(
    _ count: Int = 1,
    isolation: isolated (any Actor)? = #isolation,
    _ body: ([MariaDBServer]) async throws -> Result
) async throws -> Result {
    await ServerPermits.shared.take(count)
    do {
        let servers = try await withThrowingTaskGroup(of: MariaDBServer.self) { group in
            for id in 1...max(1, count) {
                group.addTask { try await MariaDBServer.start(serverID: UInt32(id)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.serverID < $1.serverID }
        }
        do {
            let result = try await body(servers)
            for server in servers { await server.remove() }
            await ServerPermits.shared.giveBack(count)
            return result
        } catch {
            for server in servers { await server.remove() }
            throw error
        }
    } catch {
        await ServerPermits.shared.giveBack(count)
        throw error
    }
}
