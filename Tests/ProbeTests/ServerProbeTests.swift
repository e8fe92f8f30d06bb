import ClusterModel
import MySQLClient
import Probe
import TestServers
import Testing

/// Against real servers: what is seen while they answer.
@Suite struct ServerProbeTests {
    @Test func reportsEveryFieldOfAServerThatAnswers() async throws {
        try await withServers { servers in
            let server = servers[0]
            try await server.execute("CREATE DATABASE app", "CREATE TABLE app.t (id INT PRIMARY KEY)")
            let probe = try ProbeHarness(server.address)
            let seen = try await probe.observation("up, twice looked at") { $0.queriesPerSecond != nil }

            #expect(seen.flavor == .mariaDB)
            #expect(seen.version.contains("-MariaDB"))
            #expect(seen.serverID == 1)
            #expect(!seen.isReadOnly)
            #expect(try await seen.gtidPosition?.text == server.value("SELECT @@global.gtid_current_pos"))
            #expect(seen.gtidPosition?.text == "0-1-2")
            #expect(seen.threadsRunning >= 1)
            #expect(seen.connections >= 1)
            #expect(seen.replication == [])
            #expect(probe.logLines.count == 1)
            #expect(probe.logLines.first?.contains("mysqld is up") == true)
        }
    }

    @Test func countsTheClientsQueriesAndNotItsOwn() async throws {
        try await withServers { servers in
            let probe = try ProbeHarness(servers[0].address)
            // Other statements (of the server's own start, say) may fall into one interval, not into all.
            _ = try await probe.observation("an idle interval") { $0.queriesPerSecond == 0 }
            let reports = probe.conditions.count
            try await waitUntil("a busy interval") {
                try await servers[0].query("DO 1", "DO 2", "DO 3", "DO 4", "DO 5", "DO 6", "DO 7", "DO 8", "DO 9")
                return probe.conditions.dropFirst(reports).contains { ($0.observation?.queriesPerSecond ?? 0) > 20 }
            }
        }
    }

    @Test func seesReadOnlyChange() async throws {
        try await withServers { servers in
            let probe = try ProbeHarness(servers[0].address)
            _ = try await probe.observation("writable") { !$0.isReadOnly }
            try await servers[0].execute("SET GLOBAL read_only = 1")
            _ = try await probe.observation("read-only") { $0.isReadOnly }
            try await servers[0].execute("SET GLOBAL read_only = 0")
            _ = try await probe.observation("writable again") { !$0.isReadOnly }
            #expect(probe.logLines.filter { $0.contains("mysqld changed read_only") }.count == 2)
        }
    }

    @Test func probeNowDoesNotWaitForTheInterval() async throws {
        try await withServers { servers in
            let probe = try ProbeHarness(servers[0].address, interval: .seconds(60))
            _ = try await probe.next("the first look", skipping: 0) { $0.isUp }
            try await servers[0].execute("SET GLOBAL read_only = 1")
            probe.probeNow()
            _ = try await probe.observation("read-only", skipping: 1) { $0.isReadOnly }
            #expect(probe.conditions.count == 2)
        }
    }

    @Test func whoWaitsForTheEndOfItsThreadHearsOfIt() async throws {
        let probe = try ProbeHarness(.unixSocket(path: "/nonexistent"))
        try await probe.next("a look", skipping: 0) { $0.isDown }
        // The thread ends, and nobody has called `stop`.
        probe.signal.requestStop()
        for await _ in probe.failures { Issue.record("it ends without a reason") }
    }

    @Test func seesAReplicasLinkAndItsLag() async throws {
        try await withServers(2) { servers in
            let (primary, replica) = (servers[0], servers[1])
            try await primary.createAccounts()
            try await replica.follow(primary)
            let probe = try ProbeHarness(
                replica.address,
                user: TestAccount.probe.user,
                password: TestAccount.probe.password
            )
            // A link that begins may count a second of lag.
            let running = try await probe.observation("replication runs, and is not behind") {
                $0.replication.first?.isRunning == true && $0.replication.first?.lagMilliseconds == 0
            }
            let link = try #require(running.replication.first)
            #expect(running.replication.count == 1)
            #expect(link.name == "")
            #expect(link.source == HostPort(host: "127.0.0.1", port: primary.port))
            #expect(link.sourceServerID == 1)
            #expect(link.lastError == "")

            // A transaction that waits for a lock on the replica makes it fall behind.
            try await primary.execute("CREATE TABLE app.t (id INT PRIMARY KEY)")
            try await replica.waitToCatchUp(with: primary)
            try await replica.execute("SET GLOBAL slave_transaction_retries = 100")
            try await withLockedTable(of: replica) {
                try await primary.execute("INSERT INTO app.t VALUES (1)")
                let behind = try await probe.observation("at least a second behind") {
                    ($0.replication.first?.lagMilliseconds ?? 0) >= 1_000
                }
                #expect(behind.replication.first?.isRunning == true)
            }
            _ = try await probe.observation("caught up") { $0.replication.first?.lagMilliseconds == 0 }

            try await replica.execute("STOP SLAVE")
            let stopped = try await probe.observation("replication stopped") { $0.replication.first?.ioState == "No" }
            #expect(stopped.replication.first?.sqlState == "No")
            #expect(stopped.replication.first?.lagMilliseconds == nil)
        }
    }

    @Test func seesAPrivilegeThatIsGrantedLater() async throws {
        try await withServers { servers in
            let server = servers[0]
            try await server.createAccounts()
            let account = "'\(TestAccount.probe.user)'@'localhost'"
            try await server.execute(
                "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1",
                "REVOKE SLAVE MONITOR ON *.* FROM \(account)"
            )
            let probe = try ProbeHarness(
                server.address,
                user: TestAccount.probe.user,
                password: TestAccount.probe.password
            )
            let seen = try await probe.observation("up, twice looked at") { $0.queriesPerSecond != nil }
            #expect(!seen.isReplicationKnown)
            #expect(probe.logLines.contains { $0.contains("SLAVE MONITOR") })
            try await server.execute("GRANT SLAVE MONITOR ON *.* TO \(account)")
            _ = try await probe.observation("the link") { $0.replication.count == 1 }
            // To connect anew is no outage, and breaks no count.
            #expect(!probe.conditions.contains { $0.isDown })
            let counted = probe.conditions.compactMap(\.observation).drop { $0.queriesPerSecond == nil }
            #expect(counted.allSatisfy { $0.queriesPerSecond != nil })
        }
    }

    @Test func showsWhyReplicationStopped() async throws {
        try await withServers(2) { servers in
            let (primary, replica) = (servers[0], servers[1])
            try await primary.createAccounts()
            try await primary.execute("CREATE TABLE app.t (id INT PRIMARY KEY)")
            try await replica.follow(primary)
            try await replica.waitToCatchUp(with: primary)
            // A row that only the replica has: inserting it on the primary breaks replication.
            try await replica.query("SET SESSION sql_log_bin = 0", "INSERT INTO app.t VALUES (1)")
            let probe = try ProbeHarness(replica.address)
            try await primary.execute("INSERT INTO app.t VALUES (1)")
            let broken = try await probe.observation("replication broken") { $0.replication.first?.sqlState == "No" }
            #expect(broken.replication.first?.ioState == "Yes")
            #expect(broken.replication.first?.lastError.contains("Duplicate entry") == true)
        }
    }

    @Test func noReportComesAfterStop() async throws {
        try await withServers { servers in
            let probe = try ProbeHarness(servers[0].address, interval: .milliseconds(1))
            try await waitUntil("some reports") { probe.conditions.count > 5 }
            probe.stop()
            let count = probe.conditions.count
            try await servers[0].execute("SET GLOBAL read_only = 1")
            #expect(probe.conditions.count == count)
            try await waitUntil("the probe's session is gone") {
                try await servers[0].value("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'root'")
                    == "1"
            }
        }
    }

    /// Holds a table's lock in a session of its own while the body runs.
    private func withLockedTable(of server: MariaDBServer, _ body: () async throws -> Void) async throws {
        // The session waits for a named lock that a second one holds: it ends when that one is killed.
        async let locker = server.query("LOCK TABLES app.t READ", "SELECT SLEEP(60)")
        func lockerID() async throws -> String? {
            try await server.value("SELECT ID FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(60)'")
        }
        let id = try await waitFor("the lock is taken") { try await lockerID() }
        do {
            try await body()
        } catch {
            try? await server.execute("KILL QUERY \(id)")
            throw error
        }
        try await server.execute("KILL QUERY \(id)")
        _ = try? await locker
    }

    @Test func `a schema of the server that the virtual one hides is told, once`() async throws {
        try await withServers { servers in
            try await servers[0].execute("CREATE DATABASE cluster_schema")
            let probe = try ProbeHarness(servers[0].address)
            _ = try await probe.observation("one")
            _ = try await probe.observation("another")
            #expect(probe.logLines.filter { $0.contains("has a schema of the name cluster_schema") }.count == 1)
        }
    }
}
