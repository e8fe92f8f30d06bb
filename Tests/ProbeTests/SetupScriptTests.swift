import ClusterModel
import MySQLClient
import TestServers
import Testing

/// `sql/setup/mariadb.sql` as it lies in the repository, on a real server.
@Suite struct SetupScriptTests {
    @Test func grantsTheProbeAllThatItNeeds() async throws {
        try await withServers(2) { servers in
            let (primary, replica) = (servers[0], servers[1])
            try await primary.createAccounts()
            try await replica.follow(primary)
            try await replica.waitToCatchUp(with: primary)
            // The account came by replication, as the script says it does.
            let probe = try ProbeHarness(
                replica.address,
                user: TestAccount.probe.user,
                password: TestAccount.probe.password
            )
            let seen = try await probe.observation("with its replication") { !$0.replication.isEmpty }
            #expect(seen.gtidPosition?.text.hasPrefix("0-1-") == true)
            #expect(probe.logLines.allSatisfy { !$0.hasPrefix("warning") })
        }
    }

    @Test func grantsNothingElse() async throws {
        try await withServers { servers in
            try await servers[0].createAccounts()
            let grants = try await servers[0].query("SHOW GRANTS FOR 'pilotfish'@'localhost'").rows.compactMap {
                $0.first ?? nil
            }
            #expect(grants.count == 1)
            #expect(grants.first?.hasPrefix("GRANT SLAVE MONITOR ON *.* TO `pilotfish`@`localhost`") == true)
            let settings = ConnectionSettings.patient(
                servers[0].address,
                user: TestAccount.probe.user,
                password: AccountPassword(TestAccount.probe.password)
            )
            for refused in [
                "SELECT * FROM mysql.global_priv", "SET GLOBAL read_only = 1", "CREATE DATABASE x", "STOP SLAVE",
            ] {
                let error = await #expect(throws: AdminError.self) {
                    try await onThread { try AdminConnection(settings).query(refused) }
                }
                #expect([1044, 1142, 1227].contains(error?.code), "\(refused): \(String(describing: error))")
            }
        }
    }

    @Test func mayBeRunTwice() async throws {
        try await withServers { servers in
            for _ in 1...2 { try await servers[0].source(file: packageRoot() + "/sql/setup/mariadb.sql") }
            #expect(try await servers[0].value("SELECT COUNT(*) FROM mysql.user WHERE User = 'pilotfish'") == "1")
        }
    }

    /// The script's second way, with the account that fits the user who runs the tests.
    @Test func theUnixSocketCanStandForAPassword() async throws {
        try await withServers { servers in
            let user = try #require(userName())
            try await servers[0].execute(
                "CREATE USER IF NOT EXISTS '\(user)'@'localhost'",
                "ALTER USER '\(user)'@'localhost' IDENTIFIED VIA unix_socket",
                "GRANT SLAVE MONITOR ON *.* TO '\(user)'@'localhost'"
            )
            let probe = try ProbeHarness(servers[0].address, user: user)
            _ = try await probe.observation("up without a password")
            // Somebody else's account of that kind stays closed.
            try await servers[0].execute("CREATE USER '\(user)x'@'localhost' IDENTIFIED VIA unix_socket")
            let other = try ProbeHarness(servers[0].address, user: user + "x")
            #expect(try await other.reasonUnseen().contains("refuses the account '\(user)x'"))
        }
    }
}
