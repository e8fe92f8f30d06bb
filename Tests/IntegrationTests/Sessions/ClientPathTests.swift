import MySQLClient
import TestServers
import Testing

/// By which way clients come to mysqld where its unix socket lets the sidecar in as somebody.
@Suite struct ClientPathTests {
    /// How an account is identified by the socket.
    enum Account: String, CaseIterable, Sendable {
        case named
        case besidePassword

        /// Statements that make it, for an operating system user.
        func statements(_ user: String) -> [String] {
            ["DELETE FROM mysql.global_priv WHERE User = '\(user)' AND Host <> 'localhost'", "FLUSH PRIVILEGES"]
                + creation(of: user)
        }

        private func creation(of user: String) -> [String] {
            switch self {
            case .named:
                [
                    "CREATE USER IF NOT EXISTS '\(user)'@'localhost'",
                    "ALTER USER '\(user)'@'localhost' IDENTIFIED VIA unix_socket",
                ]
            case .besidePassword:
                [
                    "CREATE USER IF NOT EXISTS '\(user)'@'localhost'",
                    "ALTER USER '\(user)'@'localhost' IDENTIFIED VIA mysql_native_password USING 'invalid' OR unix_socket",
                ]
            }
        }
    }

    @Test(arguments: Account.allCases)
    func `where the socket opens an account, clients are forwarded over TCP`(account: Account) async throws {
        let user = try #require(userName())
        try await withCluster(nodes: 1) { cluster in
            let (server, sidecar) = (cluster.servers[0], cluster.sidecars[0])
            #expect(try await Self.path(of: sidecar) == "CONFIGURED")
            #expect(try await Self.clientHost(sidecar) == "localhost")
            for statement in account.statements(user) { try await server.execute(statement) }
            // With the next connection of the probe it is known.
            await sidecar.terminate()
            try await sidecar.start()
            try await waitUntil("clients come over TCP") {
                try await Self.path(of: sidecar) == "LOOPBACK 127.0.0.1:\(server.port)"
            }
            #expect(try await Self.clientHost(sidecar).hasPrefix("localhost:"))
            let events = try await sidecar.ask(
                "SELECT detail FROM cluster_schema.events WHERE type = 'CLIENT_PATH_CHANGED'"
            )
            #expect(events.rows.count == 1)
            #expect(try contents(of: sidecar.log).contains("clients are kept from mysqld's unix socket"))
            // What the socket alone would have opened.
            let refused = await refusal(sidecar.sqlPort, as: Login(user: user, password: ""))
            #expect(refused != nil, "let in")
        }
    }

    @Test func `where mysqld does not listen on TCP either, clients are told why they are not forwarded`() async throws
    {
        let user = try #require(userName())
        let server = try await MariaDBServer.start(options: ["--skip-networking"])
        try await server.createAccounts()
        for statement in Account.named.statements(user) { try await server.execute(statement) }
        var configuration = try SidecarConfiguration.alone(beside: server)
        try configuration.addTopologyAccount()
        let sidecar = try PilotfishProcess(configuration)
        try await sidecar.start()
        let refused = await refusal(sidecar.sqlPort)
        #expect(refused?.code == 1045)
        #expect(
            refused?.text.contains("lets the sidecar's operating system account in") == true,
            "\(refused?.text ?? "")"
        )
        #expect(refused?.text.contains("'\(user)'") == false)
        // Its own accounts need no mysqld.
        let path = try await sidecar.ask(
            as: .topology,
            "SELECT variable_value FROM cluster_schema.status WHERE variable_name = 'PROXY_CLIENT_PATH'"
        )
        #expect(path.rows == [["CLOSED"]])
        // Once the account is another, the next connection of the probe finds that out.
        try await server.execute("ALTER USER '\(user)'@'localhost' IDENTIFIED BY ''")
        try await server.restart()
        try await waitUntil("clients come by the socket") { await refusal(sidecar.sqlPort) == nil }
        await sidecar.remove()
        await server.remove()
    }

    @Test(.enabled(if: MySQL9Server.isInstalled, "scripts/install-mysql9 has not been run, or not by root"))
    func `MySQL's auth_socket is found, too`() async throws {
        let user = try #require(userName())
        try await MySQL9Server.with { server in
            let directory = try TemporaryRoot.makeDirectory("mysql9-path")
            try await server.query(
                "CREATE USER 'pilotfish'@'%' IDENTIFIED BY 'probe-secret'",
                "CREATE USER 'app'@'%' IDENTIFIED BY ''",
                "GRANT REPLICATION CLIENT ON *.* TO 'pilotfish'@'%'",
                "INSTALL PLUGIN auth_socket SONAME 'auth_socket.so'",
                "CREATE USER IF NOT EXISTS '\(user)'@'localhost'",
                "ALTER USER '\(user)'@'localhost' IDENTIFIED WITH auth_socket"
            )
            let sidecar = try PilotfishProcess(
                .alone(
                    serverAddress: "unix:\(server.socketPath)",
                    directory: directory,
                    password: "probe-secret"
                )
            )
            try await sidecar.start()
            try await waitUntil("clients come over TCP") {
                let rows = try await ask(
                    sidecar.sqlPort,
                    as: Login(user: "app", password: ""),
                    "SELECT variable_value FROM cluster_schema.status WHERE variable_name = 'PROXY_CLIENT_PATH'"
                ).rows
                return rows == [["LOOPBACK 127.0.0.1:\(server.port)"]]
            }
            await sidecar.remove()
        }
    }

    private static func path(of sidecar: PilotfishProcess) async throws -> String {
        let result = try await sidecar.ask(
            "SELECT variable_value FROM cluster_schema.status WHERE variable_name = 'PROXY_CLIENT_PATH'"
        )
        return (result.rows.first?.first ?? nil) ?? ""
    }

    /// The client's host as mysqld has it: with a port over TCP.
    private static func clientHost(_ sidecar: PilotfishProcess) async throws -> String {
        let result = try await sidecar.ask(
            "SELECT host FROM information_schema.processlist WHERE id = CONNECTION_ID()"
        )
        return (result.rows.first?.first ?? nil) ?? ""
    }
}
