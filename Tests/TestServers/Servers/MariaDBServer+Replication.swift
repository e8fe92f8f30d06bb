internal import MySQLClient

/// The accounts that `MariaDBServer.createAccounts` makes.
package enum TestAccount {
    package static let probe = (user: "pilotfish", password: "probe's \"secret\"")
    package static let replication = (user: "repl", password: "repl-secret")
    package static let application = (user: "app", password: "app-secret")
}

extension MariaDBServer {
    /// The sidecar's account by `sql/setup/mariadb.sql`, one for replication, and one for an application that may do
    /// anything in the database `app`.
    package nonisolated func createAccounts() async throws {
        try await source(file: packageRoot() + "/sql/setup/mariadb.sql") { script in
            script.split(separator: "'change-me'", omittingEmptySubsequences: false)
                .joined(separator: Self.literal(TestAccount.probe.password))
        }
        let replication = TestAccount.replication
        let application = TestAccount.application
        try await execute(
            "CREATE USER '\(replication.user)'@'%' IDENTIFIED BY \(Self.literal(replication.password))",
            "GRANT REPLICATION SLAVE ON *.* TO '\(replication.user)'@'%'",
            "CREATE USER '\(application.user)'@'%' IDENTIFIED BY \(Self.literal(application.password))",
            "CREATE DATABASE app",
            "GRANT ALL ON app.* TO '\(application.user)'@'%'"
        )
    }

    /// Lets the sidecar's account do what `sql/setup/mariadb-election.sql` is for.
    package nonisolated func allowFencing() async throws {
        try await source(file: packageRoot() + "/sql/setup/mariadb-election.sql")
    }

    /// Makes this server a GTID replica of another that has the accounts of `createAccounts`.
    package nonisolated func follow(_ primary: MariaDBServer) async throws {
        try await follow(host: "127.0.0.1", port: primary.port)
    }

    /// The same by the source's address, which may be that of its sidecar.
    package nonisolated func follow(host: String, port: UInt16) async throws {
        let replication = TestAccount.replication
        try await execute(
            "STOP SLAVE",
            """
            CHANGE MASTER TO MASTER_HOST = '\(host)', MASTER_PORT = \(port),
                MASTER_USER = '\(replication.user)', MASTER_PASSWORD = \(Self.literal(replication.password)),
                MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1
            """,
            "START SLAVE"
        )
    }

    /// Waits until this replica has applied all that the other server has in its binary log by now.
    package nonisolated func waitToCatchUp(with primary: MariaDBServer) async throws {
        let position = try await primary.value("SELECT @@global.gtid_binlog_pos") ?? ""
        guard try await value("SELECT MASTER_GTID_WAIT('\(position)', 30)") == "0" else {
            let status = try await query("SHOW ALL SLAVES STATUS").records.first
            throw TestServerError(
                "server \(serverID) has not reached \(position) within 30 s: \(status?["Last_Error"] ?? "")"
                    + " \(status?["Last_IO_Error"] ?? "")"
            )
        }
    }

    /// Moves the primary's part from one server to another as a DBA would, losing nothing.
    ///
    /// - Parameter others: further replicas, which then follow the new primary.
    package nonisolated func handOver(to successor: MariaDBServer, others: [MariaDBServer] = []) async throws {
        try await execute("SET GLOBAL read_only = 1")
        try await successor.waitToCatchUp(with: self)
        try await successor.execute("STOP SLAVE", "RESET SLAVE ALL", "SET GLOBAL read_only = 0")
        // The old primary continues from what it wrote itself.
        try await execute("SET GLOBAL gtid_slave_pos = @@global.gtid_current_pos")
        for server in [self] + others { try await server.follow(successor) }
    }

    /// - Returns: SQL's literal of a text, quoted.
    static func literal(_ text: String) -> String {
        "'" + text.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] } + "'"
    }
}
