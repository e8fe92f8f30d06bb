import ClusterModel
import Probe
import TestServers
import Testing

/// Against real servers: they answer, and the sidecar's account may not look.
@Suite struct ServerNotSeenTests {
    private func killSessions(of user: String, on server: MariaDBServer) async throws {
        try await server.execute("KILL CONNECTION USER '\(user)'@'localhost'")
    }

    @Test func `what was seen holds for a while after the password was changed`() async throws {
        try await withServers { servers in
            try await servers[0].execute("CREATE USER probe@localhost IDENTIFIED BY 'old'")
            let probe = try ProbeHarness(servers[0].address, user: "probe", password: "old", grace: .seconds(2))
            try await probe.next("up", skipping: 0) { $0.isUp }
            try await servers[0].execute("ALTER USER probe@localhost IDENTIFIED BY 'new'")
            try await killSessions(of: "probe", on: servers[0])
            let held = try await probe.next("not seen, and holding", skipping: 0) { $0.isUnseen }
            guard case .unseen(let reason, let last, holds: true) = held else {
                Issue.record("\(held)")
                return
            }
            #expect(reason.contains("1045"))
            #expect(last?.isReadOnly == false)
            try await probe.next("too old to go by", skipping: 0) {
                if case .unseen(_, _, holds: false) = $0 { true } else { false }
            }
            #expect(!probe.conditions.contains { $0.isDown })
            #expect(probe.logLines.filter { $0.hasPrefix("warning mysqld answers") }.count == 1)
        }
    }

    @Test func `another password in the file is tried at once when the account is refused`() async throws {
        try await withServers { servers in
            try await servers[0].execute("CREATE USER probe@localhost IDENTIFIED BY 'old'")
            let file = FakeFile("old")
            let probe = try ProbeHarness(
                servers[0].address,
                user: "probe",
                password: "old",
                passwordFile: file
            )
            try await probe.next("up", skipping: 0) { $0.isUp }
            try await servers[0].execute("ALTER USER probe@localhost IDENTIFIED BY 'new'")
            file.text = "new"
            let reports = probe.conditions.count
            try await killSessions(of: "probe", on: servers[0])
            try await waitUntil("several looks") { probe.conditions.count >= reports + 5 }
            #expect(probe.conditions.allSatisfy { $0.isUp })
        }
    }

    @Test func `a full server is not down, and does not lock out a connection that there is`() async throws {
        try await withServers { servers in
            try await servers[0].execute("CREATE USER probe@localhost IDENTIFIED BY 'x'")
            let inside = try ProbeHarness(servers[0].address, user: "probe", password: "x")
            try await inside.next("up", skipping: 0) { $0.isUp }
            let server = servers[0]
            // They end with the server.
            let sleepers = (0..<9).map { _ in Task { try? await server.query("SELECT SLEEP(600)") } }
            defer { for sleeper in sleepers { sleeper.cancel() } }
            try await waitUntil("all are there") {
                try await server.value(
                    "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(600)'"
                )
                    == "9"
            }
            // With the probe inside these are all that there may be. One more is for an administrator.
            try await server.execute("SET GLOBAL max_connections = 10")
            let reports = inside.conditions.count
            let outside = try ProbeHarness(servers[0].address, user: "probe", password: "x")
            let reason = try await outside.reasonUnseen()
            #expect(reason.contains("1040"))
            #expect(outside.conditions.first == .unseen(reason: reason, last: nil, holds: false))
            try await waitUntil("several looks") { inside.conditions.count >= reports + 5 }
            #expect(inside.conditions.allSatisfy { $0.isUp })
            try await server.execute("SET GLOBAL max_connections = 100")
            try await outside.next("let in", skipping: 0) { $0.isUp }
        }
    }

    @Test func `links that the account was shown before hold for a while after its privilege is gone`() async throws {
        try await withServers { servers in
            try await servers[0].execute(
                "CREATE USER probe@localhost IDENTIFIED BY 'x'",
                "GRANT SLAVE MONITOR ON *.* TO probe@localhost",
                "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1"
            )
            let probe = try ProbeHarness(servers[0].address, user: "probe", password: "x", grace: .seconds(2))
            _ = try await probe.observation("its link", skipping: 0) { $0.replication.count == 1 && $0.problem == nil }
            try await servers[0].execute("REVOKE SLAVE MONITOR ON *.* FROM probe@localhost")
            try await killSessions(of: "probe", on: servers[0])
            let held = try await probe.observation("not shown", skipping: 0) { $0.problem != nil }
            #expect(held.replication.count == 1)
            #expect(held.isReplicationKnown)
            let expired = try await probe.observation("too old to go by", skipping: 0) { !$0.isReplicationKnown }
            #expect(expired.replication.isEmpty)
        }
    }
}
