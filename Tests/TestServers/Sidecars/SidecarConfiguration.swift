/// What `pilotfish serve` is told, as the YAML file of its configuration.
package struct SidecarConfiguration: Sendable {
    package struct Account: Sendable {
        package var name: String
        /// As `pilotfish hash-password` prints it, with `--native` or without.
        package var passwordHash: String
        package var nativePasswordHash: String?
        package var role: String

        package init(
            name: String,
            passwordHash: String,
            nativePasswordHash: String? = nil,
            role: String = "reader"
        ) {
            self.name = name
            self.passwordHash = passwordHash
            self.nativePasswordHash = nativePasswordHash
            self.role = role
        }
    }

    package var cluster = "test"
    package var nodeName: String
    /// It has no server: `serverAddress` and the like are not written.
    package var isWitness = false
    /// `node.zone`.
    package var zone: String?
    package var sqlPort: UInt16
    package var gossipPort: UInt16
    /// Where the sidecar listens.
    package var listenHost = "127.0.0.1"
    /// The host by which others find it.
    package var advertisedHost = "127.0.0.1"
    /// What others are told, as host:port, where that is not where it listens.
    package var sqlAdvertise: String?
    package var gossipAdvertise: String?
    /// Where it listens for gossip, where that is not `listenHost`.
    package var gossipListenHost: String?
    /// Gossip ports of others on the loopback address.
    package var seeds: [UInt16] = []
    /// Others at any address, as host:port.
    package var furtherSeeds: [String] = []
    /// As `mysqld.address` has it: `unix:/path` or `host:port`.
    package var serverAddress: String
    package var user = TestAccount.probe.user
    package var passwordFile: String
    package var accounts: [Account] = []
    package var maximumConnections: Int?
    package var handshakeTimeoutMilliseconds: Int?
    /// Longer than by default: a busy machine may take its time.
    package var virtualStatementMilliseconds = 60_000
    /// Further lines of YAML below `node:`, without their indentation.
    package var nodeLines: [String] = []
    /// Further lines of YAML below `sql:`, without their indentation.
    package var sqlLines: [String] = []
    /// Further lines of YAML below `mysqld:`, without their indentation.
    package var mysqldLines: [String] = []
    /// Further lines of YAML below `gossip:`, without their indentation.
    package var gossipLines: [String] = []
    /// Lines of YAML below `election:`, without their indentation; nil for no such section.
    package var electionLines: [String]?
    /// `election.data_dir`; the sidecar's own folder if it is nil.
    package var dataDirectory: String?
    /// Further lines of YAML, at the top level.
    package var extra = ""

    package init(
        nodeName: String,
        sqlPort: UInt16,
        gossipPort: UInt16,
        serverAddress: String,
        passwordFile: String
    ) {
        self.nodeName = nodeName
        self.sqlPort = sqlPort
        self.gossipPort = gossipPort
        self.serverAddress = serverAddress
        self.passwordFile = passwordFile
    }

    package var yaml: String {
        var lines = [
            "cluster: \(cluster)",
            "node:",
            "  name: \(nodeName)",
        ]
        if let zone { lines.append("  zone: '\(zone.replacing("'", with: "''"))'") }
        if isWitness { lines.append("  kind: witness") }
        lines += nodeLines.map { "  " + $0 }
        lines += [
            "sql:",
            "  listen: '\(listenHost):\(sqlPort)'",
            "  advertise: \(sqlAdvertise ?? "\(advertisedHost):\(sqlPort)")",
        ]
        if let maximumConnections { lines.append("  max_connections: \(maximumConnections)") }
        if let handshakeTimeoutMilliseconds {
            lines.append("  handshake_timeout_ms: \(handshakeTimeoutMilliseconds)")
        }
        lines.append("  virtual_statement_ms: \(virtualStatementMilliseconds)")
        lines += sqlLines.map { "  " + $0 }
        if !accounts.isEmpty {
            lines.append("  accounts:")
            for account in accounts {
                lines.append("    - name: \(account.name)")
                lines.append("      password_hash: \"\(account.passwordHash)\"")
                if let hash = account.nativePasswordHash { lines.append("      native_password_hash: \"\(hash)\"") }
                lines.append("      role: \(account.role)")
            }
        }
        if !isWitness {
            lines += [
                "mysqld:",
                "  address: \(serverAddress)",
                "  user: \(user)",
                "  password_file: \(passwordFile)",
            ]
            lines += mysqldLines.map { "  " + $0 }
        }
        lines += [
            "gossip:",
            "  listen: \(gossipListenHost ?? listenHost):\(gossipPort)",
            "  advertise: \(gossipAdvertise ?? "\(advertisedHost):\(gossipPort)")",
            "  seeds: [\((seeds.map { "127.0.0.1:\($0)" } + furtherSeeds).joined(separator: ", "))]",
        ]
        lines += gossipLines.map { "  " + $0 }
        if let electionLines {
            lines.append("election:")
            if let dataDirectory { lines.append("  data_dir: \(dataDirectory)") }
            lines += electionLines.map { "  " + $0 }
        }
        return (lines + [extra]).joined(separator: "\n") + "\n"
    }
}
