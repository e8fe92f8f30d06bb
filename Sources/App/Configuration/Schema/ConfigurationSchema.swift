internal import ClusterModel
internal import QueryRouting

/// Every key that there is: the one list behind the reader, the environment, SETTINGS and the documentation's test.
enum ConfigurationSchema {
    static let environmentPrefix = "PILOTFISH_"
    static let accountsPath = "sql.accounts"
    static let accountsEffect = ReloadEffect(on: .accounts, \.sql.accounts)
    static let accountKeys = ["name", "password_hash", "native_password_hash", "role"]
    static let unavailableMessage = "is not available in this version; remove it"
    // Sections that switch a feature on by being there, so that an empty one is a question.
    static let mysqldTLSSection = "mysqld.tls"
    static let electionSection = "election"
    static let emptyMysqldTLSMessage =
        "is empty; write { ca: /path/of/ca.pem }, or { verify: none } to trust any server, or null for no encryption"
    static let emptySectionMessages = [
        mysqldTLSSection: emptyMysqldTLSMessage,
        electionSection: "is empty; write { voters: 3 }, or null for no quorum",
    ]

    static let cluster = Setting(
        "cluster",
        .text("a name", maximumBytes: 64),
        default: "",
        presence: .required(example: "cluster: orders")
    )

    enum Node {
        static let name = Setting("node.name", .nodeName, default: "", presence: .derived(rule: "the host's name"))
        static let kind = Setting("node.kind", .choice, default: NodeKind.database)
        static let zone = Setting("node.zone", ValueType.text("a name", maximumBytes: 64).orNull, default: nil)
        static let promotion = Setting("node.promotion", .choice, default: PromotionRule.neutral)
        static let lagThreshold = Setting(
            "node.lag_threshold_ms",
            .integer(0...86_400_000, unit: "milliseconds"),
            default: 10_000,
            effect: ReloadEffect(on: .lagThreshold, \.node.lagThresholdMilliseconds)
        )
    }

    enum SQL {
        static let listen = Setting("sql.listen", .hostPort, default: HostPort(host: "127.0.0.1", port: 6306))
        static let primaryListen = Setting("sql.primary_listen", ValueType.hostPort.orNull, default: nil)
        static let primaryWait = Setting(
            "sql.primary_wait_ms",
            .integer(0...600_000, unit: "milliseconds"),
            default: 8_000,
            effect: .limit(\.sql.primaryWaitMilliseconds)
        )
        static let advertise = Setting(
            "sql.advertise",
            ValueType.hostPort.orNull,
            default: nil,
            presence: .derived(rule: "sql.listen; the host's name in place of a wildcard")
        )
        static let tlsCertificate = Setting(
            "sql.tls.certificate",
            ValueType.path.orNull,
            default: nil,
            effect: .clientTLS
        )
        static let tlsKey = Setting("sql.tls.key", ValueType.path.orNull, default: nil, effect: .clientTLS)
        static let tlsClientCA = Setting("sql.tls.client_ca", ValueType.path.orNull, default: nil, effect: .clientTLS)
        static let tlsRequire = Setting("sql.tls.require", .boolean, default: false, effect: .clientTLS)
        static let tlsRequireClientCertificate = Setting(
            "sql.tls.require_client_certificate",
            .boolean,
            default: false,
            effect: .clientTLS
        )
        static let proxyAcceptFrom = Setting(
            "sql.proxy_protocol.accept_from",
            ValueType.addressRange.list,
            default: []
        )
        static let proxySend = Setting("sql.proxy_protocol.send", .boolean, default: false)
        static let compression = Setting(
            "sql.compression",
            ValueType<CompressionMethod>.choice.list,
            default: CompressionMethod.allCases
        )
        static let compat = Setting(
            "sql.compat",
            ValueType<CompatibilityView>.suggestingChoice.list,
            default: []
        )
        static let redirect = Setting("sql.redirect", .choice, default: Redirect.off)
        static let maximumConnections = Setting(
            "sql.max_connections",
            .integer(1...100_000),
            default: 10_000,
            effect: .limit(\.sql.maximumConnections)
        )
        static let maximumConnectionsPerHost = Setting(
            "sql.max_connections_per_host",
            ValueType<Int>.integer(0...100_000).orNull,
            default: nil,
            presence: .derived(rule: "four fifths of sql.max_connections"),
            effect: .limit(\.sql.maximumConnectionsPerHost)
        )
        static let maximumConnectionsPerAccount = Setting(
            "sql.max_connections_per_account",
            .integer(0...100_000),
            default: 8_000,
            effect: .limit(\.sql.maximumConnectionsPerAccount)
        )
        static let handshakeTimeout = Setting(
            "sql.handshake_timeout_ms",
            .integer(100...600_000, unit: "milliseconds"),
            default: 10_000,
            effect: .limit(\.sql.handshakeTimeoutMilliseconds)
        )
        /// A week: longer than mysqld's own wait_timeout by default, and far below what a timer holds.
        static let idleTimeout = Setting(
            "sql.idle_timeout_ms",
            .integer(0...604_800_000, unit: "milliseconds"),
            default: 0,
            effect: .limit(\.sql.idleTimeoutMilliseconds)
        )
        /// As mysqld's net_write_timeout.
        static let writeTimeout = Setting(
            "sql.write_timeout_ms",
            .integer(100...3_600_000, unit: "milliseconds"),
            default: 60_000,
            effect: .limit(\.sql.writeTimeoutMilliseconds)
        )
        static let drain = Setting(
            "sql.drain_ms",
            .integer(0...600_000, unit: "milliseconds"),
            default: 10_000,
            effect: .limit(\.sql.drainMilliseconds)
        )
        static let virtualStatement = Setting(
            "sql.virtual_statement_ms",
            .integer(100...600_000, unit: "milliseconds"),
            default: 2_000
        )
    }

    enum MySQLD {
        static let address = Setting(
            "mysqld.address",
            .serverAddress,
            default: .unixSocket(path: "/run/mysqld/mysqld.sock")
        )
        static let user = Setting("mysqld.user", .text("a name", maximumBytes: 80), default: "pilotfish")
        static let passwordFile = Setting(
            "mysqld.password_file",
            ValueType.path.orNull,
            default: nil,
            effect: .password
        )
        static let tlsCA = Setting("mysqld.tls.ca", ValueType.path.orNull, default: nil, effect: .serverTLS)
        static let tlsVerify = Setting(
            "mysqld.tls.verify",
            ValueType<ServerVerification>.choice.orNull,
            default: nil,
            presence: .derived(rule: "full where another key of the section has a value, else null"),
            effect: .serverTLS
        )
        static let tlsCertificate = Setting(
            "mysqld.tls.certificate",
            ValueType.path.orNull,
            default: nil,
            effect: .serverTLS
        )
        static let tlsKey = Setting("mysqld.tls.key", ValueType.path.orNull, default: nil, effect: .serverTLS)
        static let tls: [any AnySetting] = [tlsCA, tlsVerify, tlsCertificate, tlsKey]
        static let probeInterval = Setting(
            "mysqld.probe_interval_ms",
            .integer(50...60_000, unit: "milliseconds"),
            default: 500
        )
    }

    enum Replication {
        static let user = Setting(
            "replication.user",
            ValueType.text("a name", maximumBytes: 80).orNull,
            default: nil,
            availability: .withoutEffect
        )
        static let passwordFile = Setting(
            "replication.password_file",
            ValueType.path.orNull,
            default: nil,
            availability: .withoutEffect
        )
        static let durability = Setting(
            "replication.durability",
            .choice,
            default: ReplicationDurability.semiSync,
            availability: .withoutEffect
        )
    }

    enum Gossip {
        static let listen = Setting("gossip.listen", .hostPort, default: HostPort(host: "127.0.0.1", port: 6307))
        static let advertise = Setting(
            "gossip.advertise",
            ValueType.hostPort.orNull,
            default: nil,
            presence: .derived(rule: "gossip.listen; the host's name in place of a wildcard")
        )
        static let seeds = Setting("gossip.seeds", ValueType.hostPort.list, default: [])
        static let profile = Setting("gossip.profile", .choice, default: GossipProfile.lan)
        static let keyFile = Setting("gossip.key_file", ValueType.path.orNull, default: nil, effect: .gossipKeys)
        static let probeInterval = Setting(
            "gossip.probe_interval_ms",
            .integer(50...60_000, unit: "milliseconds"),
            default: 500,
            presence: .derived(rule: "500; 3000 where gossip.profile is wan")
        )
        static let forgetAfter = Setting(
            "gossip.forget_after_ms",
            .integer(10_000...2_592_000_000, unit: "milliseconds"),
            default: 86_400_000
        )
    }

    enum Election {
        static let voters = Setting("election.voters", .integer(1...15), default: 3)
        static let dataDirectory = Setting("election.data_dir", .path, default: "/var/lib/pilotfish")
        static let profile = Setting("election.profile", .choice, default: ElectionProfile.lan)
        static let campaign = Setting("election.campaign", .boolean, default: true)
        static let heartbeat = Setting(
            "election.heartbeat_ms",
            .integer(10...60_000, unit: "milliseconds"),
            default: 150,
            presence: .derived(rule: "150; 600 where election.profile is wan")
        )
        static let voteHold = Setting(
            "election.vote_hold_ms",
            .integer(100...600_000, unit: "milliseconds"),
            default: 1_500,
            presence: .derived(rule: "1500; 6000 where election.profile is wan")
        )
        static let spread = Setting(
            "election.spread_ms",
            .integer(10...600_000, unit: "milliseconds"),
            default: 500,
            presence: .derived(rule: "500; 2000 where election.profile is wan")
        )
        static let replaceAfter = Setting(
            "election.replace_after_ms",
            .integer(10_000...2_592_000_000, unit: "milliseconds"),
            default: 600_000
        )
        static let all: [any AnySetting] = [
            voters, dataDirectory, profile, campaign, heartbeat, voteHold, spread, replaceAfter,
        ]
    }

    enum Failover {
        static let mode = Setting(
            "failover.mode",
            .choice,
            default: FailoverMode.automatic
        )
        static let hooksDirectory = Setting(
            "failover.hooks_dir",
            ValueType.path.orNull,
            default: nil,
            availability: .withoutEffect
        )
    }

    enum HTTP {
        static let listen = Setting("http.listen", ValueType.hostPort.orNull, default: nil, availability: .unavailable)
    }

    enum Log {
        static let level = Setting(
            "log.level",
            .choice,
            default: LogLevel.info,
            effect: ReloadEffect(on: .logLevel, \.log.level)
        )
        static let format = Setting("log.format", .choice, default: LogFormat.text)
    }

    /// `sql.accounts`, which is no single value, stands behind this one.
    static let lastPathBeforeAccounts = SQL.drain.path

    /// In the documentation's order.
    static let settings: [any AnySetting] = [
        cluster,
        Node.name, Node.kind, Node.zone, Node.promotion, Node.lagThreshold,
        SQL.listen, SQL.primaryListen, SQL.primaryWait, SQL.advertise,
        SQL.tlsCertificate, SQL.tlsKey, SQL.tlsClientCA, SQL.tlsRequire, SQL.tlsRequireClientCertificate,
        SQL.proxyAcceptFrom, SQL.proxySend, SQL.compression, SQL.compat, SQL.redirect,
        SQL.maximumConnections, SQL.maximumConnectionsPerHost, SQL.maximumConnectionsPerAccount,
        SQL.handshakeTimeout, SQL.idleTimeout, SQL.writeTimeout, SQL.drain, SQL.virtualStatement,
        MySQLD.address, MySQLD.user, MySQLD.passwordFile,
        MySQLD.tlsCA, MySQLD.tlsVerify, MySQLD.tlsCertificate, MySQLD.tlsKey, MySQLD.probeInterval,
        Replication.user, Replication.passwordFile, Replication.durability,
        Gossip.listen, Gossip.advertise, Gossip.seeds, Gossip.keyFile, Gossip.profile,
        Gossip.probeInterval, Gossip.forgetAfter,
        Election.voters, Election.dataDirectory, Election.profile, Election.campaign,
        Election.heartbeat, Election.voteHold, Election.spread, Election.replaceAfter,
        Failover.mode, Failover.hooksDirectory,
        HTTP.listen,
        Log.level, Log.format,
    ]

    /// That of accounts with them.
    static let reloadEffects = settings.compactMap(\.effect) + [accountsEffect]

    static let settingsByPath = Dictionary(
        settings.map { ($0.path, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    static let settingsByEnvironmentName = Dictionary(
        settings.map { ($0.environmentName, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    /// The paths that hold further keys: `sql`, `sql.tls` …
    static let sections = Set(
        settings.flatMap { setting -> [String] in
            let parts = setting.path.split(separator: ".")
            return (1..<max(1, parts.count)).map { parts.prefix($0).joined(separator: ".") }
        }
    )

    /// Every path that a file may hold, sections included.
    static let allPaths = settings.map(\.path) + sections.sorted() + [accountsPath]

    static func environmentName(ofPath path: String) -> String {
        environmentPrefix + path.uppercased().split(separator: ".").joined(separator: "_")
    }

    /// What may stand directly in a section, for a message.
    static func keys(inSection section: String) -> [String] {
        let prefix = section.isEmpty ? "" : section + "."
        return allPaths.filter { path in
            path.hasPrefix(prefix) && path.count > prefix.count && !path.dropFirst(prefix.count).contains(".")
        }
        .map { String($0.dropFirst(prefix.count)) }
    }
}
