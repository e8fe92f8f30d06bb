import ClusterModel
import Probe
import TestServers
import Testing

/// Against real servers: what is seen when they do not answer.
@Suite struct ServerOutageTests {
    @Test func theEndOfTheConnectionIsNoticedAtOnce() async throws {
        try await withServers { servers in
            // The next look would come in an hour: what comes before it comes by the connection's end.
            let probe = try ProbeHarness(servers[0].address, interval: .seconds(3600))
            try await probe.next("up", skipping: 0) { $0.isUp }
            try await servers[0].kill9()
            let down = try await probe.next("down", skipping: 1) { $0.isDown }
            #expect(probe.conditions.count == 2)
            guard case .down(let reason, let last) = down else { return }
            #expect(reason.contains("cannot connect to mysqld at unix:"))
            #expect(last?.serverID == 1)
        }
    }

    @Test func aServerThatComesBackIsSeenAtTheNextLook() async throws {
        try await withServers { servers in
            let probe = try ProbeHarness(servers[0].address, interval: .seconds(1))
            try await probe.next("up", skipping: 0) { $0.isUp }
            try await servers[0].stop()
            _ = try await probe.reasonDown()
            let reports = probe.conditions.count
            try await servers[0].start()
            try await probe.next("up again", skipping: reports) { $0.isUp }
            // One line for each change, however many looks found it down.
            let changes = probe.logLines.filter { !$0.contains("still down") }
            #expect(
                changes.map { $0.split(separator: " ").prefix(4).joined(separator: " ") }
                    == ["info mysqld is up", "warning mysqld is down", "info mysqld is up"]
            )
        }
    }

    @Test func aKilledSessionIsReplacedWithoutAReportOfAnOutage() async throws {
        try await withServers { servers in
            let probe = try ProbeHarness(servers[0].address, interval: .seconds(60))
            try await probe.next("up", skipping: 0) { $0.isUp }
            let session = try await servers[0].value(
                "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'root' AND COMMAND = 'Sleep'"
            )
            try await servers[0].execute("KILL \(session ?? "")")
            try await waitUntil("a look with a new session") { probe.conditions.count >= 2 }
            #expect(probe.conditions.allSatisfy { $0.isUp })
        }
    }

    @Test func aServerThatHangsIsDownAfterTheTimeoutAndUpWhenItGoesOn() async throws {
        try await withServers { servers in
            let probe = try ProbeHarness(servers[0].address)
            try await probe.next("up", skipping: 0) { $0.isUp }
            try await servers[0].pause()
            let reason = try await probe.reasonDown()
            #expect(reason.contains("gave no answer within 1.0 seconds"))
            let reports = probe.conditions.count
            await servers[0].resume()
            try await probe.next("up again", skipping: reports) { $0.isUp }
        }
    }

    @Test func stopDoesNotWaitForAServerThatHangs() async throws {
        try await withServers { servers in
            let probe = try ProbeHarness(servers[0].address, queryTimeout: .seconds(60))
            try await probe.next("up", skipping: 0) { $0.isUp }
            try await servers[0].pause()
            let reports = probe.conditions.count
            probe.probeNow()
            let startedAt = ContinuousClock.now
            probe.stop()
            #expect(ContinuousClock.now - startedAt < .seconds(20))
            #expect(probe.conditions.dropFirst(reports).allSatisfy { $0.isUp })
        }
    }

    @Test func aServerThatWasNeverThereIsDownWithTheAddressAsReason() async throws {
        let probe = try ProbeHarness(.unixSocket(path: "/nonexistent/mysqld.sock"))
        let reason = try await probe.reasonDown()
        #expect(reason.contains("unix:/nonexistent/mysqld.sock"))
        #expect(probe.conditions.first == .down(reason: reason, last: nil))
    }

    @Test func aPortWhereNothingListensIsDown() async throws {
        let address = ServerAddress.tcp(HostPort(host: "127.0.0.1", port: try PortAllocator.allocate()))
        let probe = try ProbeHarness(address)
        #expect(try await probe.reasonDown().contains("cannot connect to mysqld at \(address)"))
    }

    @Test func aWrongPasswordIsNamedAndNotShown() async throws {
        try await withServers { servers in
            try await servers[0].createAccounts()
            let wrong = "not-the-password"
            let probe = try ProbeHarness(servers[0].address, user: TestAccount.probe.user, password: wrong)
            let reason = try await probe.reasonUnseen()
            #expect(reason.contains("mysqld refuses the account 'pilotfish'"))
            #expect(reason.contains("1045"))
            #expect(reason.contains("sql/setup"))
            #expect(!reason.contains(wrong))
            #expect(probe.logLines.allSatisfy { !$0.contains(wrong) })
        }
    }

    @Test func aMissingPrivilegeIsLoggedOnceAndTheServerStaysUp() async throws {
        try await withServers { servers in
            try await servers[0].execute("CREATE USER bare@localhost IDENTIFIED BY 'x'")
            let probe = try ProbeHarness(servers[0].address, user: "bare", password: "x")
            try await waitUntil("several looks") { probe.conditions.count >= 4 }
            #expect(probe.conditions.allSatisfy { $0.isUp })
            let seen = try #require(probe.conditions.last?.observation)
            #expect(!seen.isReplicationKnown)
            #expect(seen.problem?.contains("grant 'bare' SLAVE MONITOR") == true)
            let warnings = probe.logLines.filter { $0.hasPrefix("warning") }
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains("SLAVE MONITOR (sql/setup/mariadb.sql)") == true)
        }
    }
}
