import MySQLClient
import TestServers
import Testing

/// What SETTINGS says to be reloadable takes effect at a reload, and not only in SETTINGS.
@Suite struct ReloadEffectTests {
    /// Settings whose effect is seen by other tests, and by which.
    private static let seenElsewhere = [
        "mysqld.tls.ca": "the connection to mysqld is encrypted and checked",
        "mysqld.tls.verify": "the connection to mysqld is encrypted and checked",
        "mysqld.tls.certificate": "takes over TLS to mysqld at the same address",
        "mysqld.tls.key": "takes over TLS to mysqld at the same address",
        "gossip.key_file": "keys are exchanged node by node",
    ]

    private static let certificates = Result { try TestCertificates() }
    private static let other = Result { try TestCertificates(name: "Other CA") }

    private struct Effect {
        var names: [String]
        /// The value before and after the reload.
        var change: (inout SidecarConfiguration) throws -> Void
        /// What the new value alone makes true.
        var isSeen: (PilotfishProcess) async throws -> Bool

        init(
            _ names: String...,
            change: @escaping (inout SidecarConfiguration) throws -> Void,
            isSeen: @escaping (PilotfishProcess) async throws -> Bool
        ) {
            self.names = names
            self.change = change
            self.isSeen = isSeen
        }
    }

    private static func connections(_ count: Int, port: UInt16) async throws -> Int? {
        try await onThread {
            let open = try (0..<count).map { _ in
                let session = try RawSession(port: port)
                try session.logIn()
                return session
            }
            return withExtendedLifetime(open) { () -> Int? in
                do {
                    try RawSession(port: port).logIn()
                    return nil
                } catch {
                    return "\(error)".contains("1040") ? 1040 : nil
                }
            }
        }
    }

    /// The last of them is looked at when the sidecar stops.
    private static func effects(_ server: MariaDBServer, primaryPort: UInt16) -> [Effect] {
        [
            Effect("sql.primary_wait_ms") {
                $0.sqlLines[0] = "primary_listen: 127.0.0.1:\(primaryPort)"
                $0.sqlLines[1] = "primary_wait_ms: 1"
            } isSeen: { _ in
                await refusal(primaryPort)?.code == 1927
            },
            Effect("sql.max_connections") {
                $0.maximumConnections = 2
            } isSeen: {
                (try? await connections(2, port: $0.sqlPort)) == 1040
            },
            Effect("sql.max_connections_per_host") {
                $0.maximumConnections = nil
                $0.sqlLines.append("max_connections_per_host: 3")
            } isSeen: {
                (try? await connections(3, port: $0.sqlPort)) == 1040
            },
            Effect("sql.handshake_timeout_ms") {
                $0.handshakeTimeoutMilliseconds = 1_000
            } isSeen: { sidecar in
                try await onThread { try RawSession(port: sidecar.sqlPort).drain() } > 0
            },
            Effect("sql.accounts") {
                try $0.addTopologyAccount()
            } isSeen: {
                await refusal($0.sqlPort, as: .topology, "SELECT * FROM cluster_schema.members") == nil
            },
            Effect("sql.max_connections_per_account") {
                $0.sqlLines.append("max_connections_per_account: 1")
            } isSeen: { sidecar in
                try await onThread {
                    let first = try RawSession(port: sidecar.sqlPort)
                    try first.logIn(.topology)
                    return withExtendedLifetime(first) {
                        do {
                            try RawSession(port: sidecar.sqlPort).logIn(.topology)
                            return false
                        } catch {
                            return "\(error)".contains("1226")
                        }
                    }
                }
            },
            Effect("log.level") {
                $0.extra = "log: { level: debug }"
            } isSeen: {
                // Of the seed that nobody can resolve.
                try contents(of: $0.log).contains("cannot resolve")
            },
            Effect("sql.tls.require") {
                let server = try certificates.get().makeServer()
                $0.sqlLines.append("tls:")
                $0.sqlLines += [
                    "  certificate: \(server.certificateFile)", "  key: \(server.keyFile)", "  require: true",
                ]
            } isSeen: {
                await refusal($0.sqlPort)?.code == 3159
            },
            Effect("sql.tls.certificate", "sql.tls.key") {
                let server = try other.get().makeServer()
                $0.sqlLines.removeLast(3)
                $0.sqlLines += [
                    "  certificate: \(server.certificateFile)", "  key: \(server.keyFile)", "  require: true",
                ]
            } isSeen: { sidecar in
                let authority = try other.get().authorityFile
                return try await MariaDBShell.run(
                    port: sidecar.sqlPort,
                    "SELECT 1",
                    options: ["--ssl", "--ssl-ca=\(authority)", "--ssl-verify-server-cert"]
                ) == ["1"]
            },
            Effect("sql.tls.client_ca") {
                $0.sqlLines.append("  client_ca: \(try certificates.get().authorityFile)")
            } isSeen: { sidecar in
                let stranger = try TestCertificates(name: "Another CA").makeClient()
                let lines = try await MariaDBShell.run(
                    port: sidecar.sqlPort,
                    "SELECT 1",
                    options: ["--ssl", "--ssl-cert=\(stranger.certificateFile)", "--ssl-key=\(stranger.keyFile)"]
                )
                return lines.first?.hasPrefix("ERROR") == true
            },
            Effect("sql.tls.require_client_certificate") {
                $0.sqlLines.append("  require_client_certificate: true")
            } isSeen: { sidecar in
                let lines = try await MariaDBShell.run(port: sidecar.sqlPort, "SELECT 1", options: ["--ssl"])
                return lines.first?.hasPrefix("ERROR") == true
            },
            Effect("mysqld.password_file") {
                $0.passwordFile += ".new"
                try write("rotated\n", to: $0.passwordFile)
            } isSeen: { _ in
                let probe = "SELECT COALESCE(MAX(id), 0) FROM information_schema.processlist WHERE user = 'pilotfish'"
                let earlier = try await server.value(probe).flatMap { Int($0) } ?? 0
                let account = "'pilotfish'@'localhost'"
                try await server.query(
                    "SET sql_log_bin = 0",
                    "ALTER USER \(account) IDENTIFIED BY 'rotated'",
                    "KILL CONNECTION USER \(account)"
                )
                try await waitUntil("the probe is let in") {
                    try await server.value(probe).flatMap { Int($0) } ?? 0 > earlier
                }
                return true
            },
            Effect("sql.idle_timeout_ms") {
                $0.sqlLines.removeAll { $0.contains("tls:") || $0.hasPrefix("  ") }
                $0.sqlLines.append("idle_timeout_ms: 200")
            } isSeen: { sidecar in
                try await onThread {
                    let idle = try RawSession(port: sidecar.sqlPort)
                    try idle.logIn()
                    return try idle.drain() == 0
                }
            },
            Effect("sql.write_timeout_ms") {
                $0.sqlLines.append("write_timeout_ms: 200")
            } isSeen: { sidecar in
                let stalled = try await onThread {
                    let session = try RawSession(port: sidecar.sqlPort, receiveBufferBytes: 4096)
                    try session.logIn()
                    try session.send(RawSession.query("SELECT REPEAT('x', 10000000) FROM app.seq_1_to_10"))
                    return SendableBox(session)
                }
                try await waitUntil("it is ended") {
                    try contents(of: sidecar.log).contains("its client takes nothing")
                }
                return withExtendedLifetime(stalled) { true }
            },
            Effect("sql.drain_ms") {
                $0.sqlLines[2] = "drain_ms: 1"
            } isSeen: { sidecar in
                // Its statement outlasts the deadline.
                let busy = try await onThread {
                    let session = try RawSession(port: sidecar.sqlPort)
                    try session.logIn()
                    try session.send(RawSession.query("SELECT SLEEP(600)"))
                    return SendableBox(session)
                }
                let exit = await sidecar.terminate()
                return withExtendedLifetime(busy) { exit != nil }
            },
        ]
    }

    @Test func `every setting that is said to be reloadable takes effect`() async throws {
        let primaryPort = try PortAllocator.allocate()
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = [
                "primary_listen: 127.0.0.1:\(primaryPort)", "primary_wait_ms: 600000", "drain_ms: 600000",
            ]
            configuration.handshakeTimeoutMilliseconds = 600_000
            configuration.furtherSeeds = ["nobody.invalid:6307"]
        } _: { cluster in
            let sidecar = cluster.sidecars[0]
            let reloadable = try await sidecar.ask(
                "SELECT variable_name FROM cluster_schema.settings WHERE reloadable = 1"
            ).rows.compactMap { $0.first ?? nil }
            let effects = Self.effects(cluster.servers[0], primaryPort: primaryPort)
            let known = Set(effects.flatMap(\.names) + Self.seenElsewhere.keys + ["node.lag_threshold_ms"])
            let untested = reloadable.filter { !known.contains($0) && !$0.hasPrefix("sql.accounts") }
            #expect(untested.isEmpty, "add the effect of \(untested)")

            try await cluster.servers[0].execute("SET GLOBAL read_only = 1")
            try await waitUntil("there is no primary") {
                try await sidecar.ask("SELECT * FROM cluster_schema.primary_member").rows.isEmpty
            }
            var configuration = sidecar.configuration
            for (number, effect) in effects.enumerated() {
                try effect.change(&configuration)
                try await sidecar.reload(configuration)
                try await waitUntil("the reload for \(effect.names) is done") {
                    try contents(of: sidecar.log).split(separator: "\n").count { $0.contains("configuration reloaded") }
                        > number
                }
                try await waitUntil("\(effect.names) has its effect") { try await effect.isSeen(sidecar) }
            }
        }
    }

    @Test func `the threshold of LAGGING is told to all nodes at a reload`() async throws {
        try await withCluster(nodes: 2) { _, configuration in
            configuration.nodeLines = ["lag_threshold_ms: 86400000"]
        } _: { cluster in
            let (primary, replica) = (cluster.servers[0], cluster.servers[1])
            try await replica.execute("STOP SLAVE", "CHANGE MASTER TO MASTER_DELAY = 3600", "START SLAVE")
            try await primary.execute("CREATE TABLE app.late (id INT)")
            try await waitUntil("the replica is late") {
                try await cluster.sidecars[0].ask(
                    "SELECT COUNT(*) FROM cluster_schema.members WHERE replication_lag_ms > 1000"
                ).rows == [["1"]]
            }
            #expect(try await cluster.sidecars[0].members("state")["db2"] == "ONLINE")
            var configuration = cluster.sidecars[1].configuration
            configuration.nodeLines = ["lag_threshold_ms: 500"]
            try await cluster.sidecars[1].reload(configuration)
            for sidecar in cluster.sidecars {
                try await waitUntil("db2 is LAGGING") { try await sidecar.members("state")["db2"] == "LAGGING" }
            }
        }
    }
}
