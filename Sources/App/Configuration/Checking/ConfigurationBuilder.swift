internal import ClusterModel
internal import Cryptography

/// Makes a configuration of what was written: checks each value's type, fills in the defaults, then checks what
/// settings say together.
struct ConfigurationBuilder {
    typealias Schema = ConfigurationSchema

    let fileName: String?
    private let hostName: String
    let files: any FileReading
    /// Every user of this machine can read the configuration's own file.
    private let isFileOpen: Bool
    let written: [String: RawSetting]
    let rawAccounts: [FileReader.RawAccount]
    var issues: [ConfigurationIssue]
    /// Effective values of derived settings, for SETTINGS.
    var derived: [String: String] = [:]

    init(
        file: FileReader?,
        environment: EnvironmentReader,
        fileName: String?,
        hostName: String,
        files: any FileReading,
        isFileOpen: Bool = false
    ) {
        self.fileName = fileName
        self.isFileOpen = isFileOpen
        self.hostName = hostName
        self.files = files
        rawAccounts = file?.accounts ?? []
        written = (file?.settings ?? [:]).merging(environment.settings) { _, environment in environment }
        issues = (file?.issues ?? []) + environment.issues
    }

    mutating func build() throws(ConfigurationErrors) -> LoadedConfiguration {
        checkEach()
        let nodeName = readNodeName()
        let listen = value(Schema.SQL.listen)
        let gossipListen = value(Schema.Gossip.listen)
        let mysqld = value(Schema.MySQLD.address)
        let passwordFile = value(Schema.MySQLD.passwordFile)
        let keyFile = value(Schema.Gossip.keyFile)
        let gossipProfile = value(Schema.Gossip.profile)
        checkAddresses(sql: listen, gossip: gossipListen, mysqld: mysqld)
        checkPrimaryListen(sql: listen, gossip: gossipListen, mysqld: mysqld)
        checkGossipIsPrivate(listen: gossipListen, keyFile: keyFile)
        let accounts = readAccounts()
        checkFileIsClosed(holding: accounts)
        var configuration = Configuration(
            cluster: .init(name: value(Schema.cluster)),
            node: .init(
                name: nodeName,
                kind: value(Schema.Node.kind),
                zone: value(Schema.Node.zone) ?? "",
                promotion: value(Schema.Node.promotion),
                lagThresholdMilliseconds: value(Schema.Node.lagThreshold)
            ),
            sql: sql(listen: listen, accounts: accounts),
            mysqld: .init(
                address: mysqld,
                user: value(Schema.MySQLD.user),
                passwordFile: passwordFile,
                password: passwordFile.flatMap { password(inFile: $0) },
                tls: serverTLS(to: mysqld),
                probeIntervalMilliseconds: value(Schema.MySQLD.probeInterval)
            ),
            replication: .init(
                user: value(Schema.Replication.user),
                passwordFile: value(Schema.Replication.passwordFile),
                durability: value(Schema.Replication.durability)
            ),
            gossip: .init(
                listen: gossipListen,
                advertise: advertised(Schema.Gossip.advertise, listen: gossipListen),
                seeds: value(Schema.Gossip.seeds),
                keyFile: keyFile,
                keyring: keyFile.flatMap { keyring(inFile: $0) },
                profile: gossipProfile,
                probeIntervalMilliseconds: gossipProbeInterval(gossipProfile),
                forgetAfterMilliseconds: value(Schema.Gossip.forgetAfter)
            ),
            election: .init(
                voters: value(Schema.Election.voters),
                dataDirectory: value(Schema.Election.dataDirectory)
            ),
            failover: .init(
                mode: value(Schema.Failover.mode),
                hooksDirectory: value(Schema.Failover.hooksDirectory)
            ),
            http: .init(listen: value(Schema.HTTP.listen)),
            log: .init(level: value(Schema.Log.level), format: value(Schema.Log.format)),
            settings: []
        )
        let errors = issues.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw ConfigurationErrors(errors, logFormat: configuration.log.format)
        }
        configuration.settings = effectiveSettings(accounts: accounts)
        return LoadedConfiguration(
            configuration: configuration,
            warnings: issues.sorted(by: ConfigurationIssue.precedes)
        )
    }

    private mutating func sql(listen: HostPort, accounts: [Configuration.Account]) -> Configuration.SQL {
        Configuration.SQL(
            listen: listen,
            primaryListen: value(Schema.SQL.primaryListen),
            primaryWaitMilliseconds: value(Schema.SQL.primaryWait),
            advertise: advertised(Schema.SQL.advertise, listen: listen),
            tls: listenerTLS(),
            proxyProtocol: .init(
                acceptFrom: value(Schema.SQL.proxyAcceptFrom),
                sendsToServer: value(Schema.SQL.proxySend)
            ),
            compression: Set(value(Schema.SQL.compression)),
            compatibility: Set(value(Schema.SQL.compat)),
            maximumConnections: value(Schema.SQL.maximumConnections),
            redirect: value(Schema.SQL.redirect),
            maximumConnectionsPerHost: maximumConnectionsPerHost(),
            maximumConnectionsPerAccount: nilIfZero(value(Schema.SQL.maximumConnectionsPerAccount)),
            handshakeTimeoutMilliseconds: value(Schema.SQL.handshakeTimeout),
            idleTimeoutMilliseconds: nilIfZero(value(Schema.SQL.idleTimeout)),
            drainMilliseconds: value(Schema.SQL.drain),
            virtualStatementMilliseconds: value(Schema.SQL.virtualStatement),
            accounts: accounts
        )
    }

    private mutating func maximumConnectionsPerHost() -> Int? {
        let setting = Schema.SQL.maximumConnectionsPerHost
        if let given = value(setting) { return nilIfZero(given) }
        let all = value(Schema.SQL.maximumConnections)
        let share = all - all / 5
        derived[setting.path] = String(share)
        return share
    }

    private func nilIfZero(_ number: Int) -> Int? { number == 0 ? nil : number }

    // MARK: - One value

    func value<Value>(_ setting: Setting<Value>) -> Value { setting.value(written[setting.path]?.value) }

    /// Where a setting was given, or where it would be.
    private func place(_ setting: any AnySetting) -> ConfigurationIssue.Place {
        written[setting.path]?.place ?? fileName.map { .file($0, line: nil) } ?? .nowhere
    }

    mutating func report(_ severity: ConfigurationIssue.Severity, _ setting: any AnySetting, _ message: String) {
        issues.append(ConfigurationIssue(severity, at: place(setting), key: setting.path, message))
    }

    /// Whether a key, or one of a section's, has an error already, so that its value is only a stand-in.
    func hasError(_ path: String) -> Bool {
        issues.contains { issue in
            guard issue.severity == .error, let key = issue.key else { return false }
            return key == path || key.hasPrefix(path + ".")
        }
    }

    private mutating func checkEach() {
        for setting in Schema.settings {
            if let raw = written[setting.path] {
                if let problem = setting.problem(of: raw.value) {
                    report(.error, setting, problem)
                } else if setting.availability == .withoutEffect {
                    report(.warning, setting, "has no effect in this version")
                }
            } else if case .required(let example) = setting.presence {
                // Worth a line only where the file was understood and the key itself is not in another error.
                if issues.contains(where: { $0.key == nil || $0.key == setting.path }) { continue }
                let file = fileName == nil ? "write a file with the line" : "add the line"
                report(.error, setting, "missing; \(file) \"\(example)\" or set \(setting.environmentName)")
            }
        }
    }

    // MARK: - Derived values

    private mutating func readNodeName() -> String {
        if written[Schema.Node.name.path] != nil { return value(Schema.Node.name) }
        derived[Schema.Node.name.path] = hostName
        if !ValueType<String>.isNodeName(hostName) {
            let name = QuotedText.quoted(hostName)
            report(.error, Schema.Node.name, "missing, and the host's name \(name) is no node name; set node.name")
        }
        return hostName
    }

    private mutating func advertised(_ setting: Setting<HostPort?>, listen: HostPort) -> HostPort {
        if let given = value(setting) {
            if given.isWildcard {
                let example = HostPort(host: hostName, port: given.port)
                report(.error, setting, "is no address that others can connect to; give one such as \(example)")
            }
            return given
        }
        let address = listen.isWildcard ? HostPort(host: hostName, port: listen.port) : listen
        derived[setting.path] = address.description
        return address
    }

    private mutating func gossipProbeInterval(_ profile: GossipProfile) -> Int {
        let setting = Schema.Gossip.probeInterval
        if written[setting.path] != nil { return value(setting) }
        let interval = profile.probeIntervalMilliseconds
        derived[setting.path] = String(interval)
        return interval
    }

    // MARK: - Settings together

    private mutating func checkAddresses(sql: HostPort, gossip: HostPort, mysqld: ServerAddress) {
        if sql.collides(with: gossip) {
            report(
                .error,
                Schema.Gossip.listen,
                "uses the port of sql.listen, \(sql); give it another one, such as 6307"
            )
        }
        guard case .tcp(let server) = mysqld else { return }
        if server == sql || (server.port == sql.port && server.isLoopback && sql.isWildcard) {
            report(.error, Schema.MySQLD.address, "is this sidecar's own sql.listen; give mysqld's address")
        }
    }

    private mutating func checkPrimaryListen(sql: HostPort, gossip: HostPort, mysqld: ServerAddress) {
        guard let primary = value(Schema.SQL.primaryListen) else { return }
        for (name, other) in [("sql.listen", sql), ("gossip.listen", gossip)] where primary.collides(with: other) {
            report(.error, Schema.SQL.primaryListen, "uses the port of \(name), \(other); give it another one")
        }
        guard case .tcp(let server) = mysqld else { return }
        if server == primary || (server.port == primary.port && server.isLoopback && primary.isWildcard) {
            report(.error, Schema.SQL.primaryListen, "is mysqld.address; give it another port")
        }
    }

    private mutating func checkGossipIsPrivate(listen: HostPort, keyFile: String?) {
        guard keyFile == nil, !listen.isLoopback else { return }
        report(
            .error,
            Schema.Gossip.listen,
            "\(listen) is reachable from other machines, which needs gossip.key_file; "
                + "make one with: (umask 077; pilotfish keygen > /etc/pilotfish/gossip.keys)"
        )
    }

    // MARK: - Files

    /// Hashes can be guessed at by whoever has them.
    private mutating func checkFileIsClosed(holding accounts: [Configuration.Account]) {
        guard isFileOpen, let fileName, let first = rawAccounts.first, !accounts.isEmpty else { return }
        let message =
            "\(QuotedText.escaped(fileName)) holds hashes of passwords and is readable by every user; chmod o-r it"
        issues.append(
            ConfigurationIssue(.error, at: .file(fileName, line: first.line), key: Schema.accountsPath, message)
        )
    }

    private mutating func password(inFile path: String) -> Secret? {
        let setting = Schema.MySQLD.passwordFile
        guard let contents = contents(of: path, setting) else { return nil }
        let secret: Secret
        do {
            secret = try PasswordFile.password(in: contents.bytes)
        } catch {
            report(.error, setting, "\(QuotedText.escaped(path)) \(error)")
            return nil
        }
        guard isClosed(contents, path, setting) else { return nil }
        return secret
    }

    private mutating func keyring(inFile path: String) -> GossipKeyring? {
        let setting = Schema.Gossip.keyFile
        guard let contents = contents(of: path, setting) else { return nil }
        guard isClosed(contents, path, setting) else { return nil }
        if contents.isReadableByGroup {
            report(.warning, setting, "\(QuotedText.escaped(path)) is readable by its group; chmod g-r it")
        }
        do {
            return try GossipKeyring(text: contents.bytes, fileName: path)
        } catch {
            report(.error, setting, QuotedText.escaped(error.description))
            return nil
        }
    }

    /// A secret that every user of this machine can read is none.
    mutating func isClosed(_ contents: FileContents, _ path: String, _ setting: any AnySetting) -> Bool {
        guard contents.isReadableByOthers else { return true }
        report(.error, setting, "\(QuotedText.escaped(path)) is readable by every user; chmod o-r it")
        return false
    }

    mutating func contents(of path: String, _ setting: any AnySetting) -> FileContents? {
        do {
            return try files.read(path, limit: 64 * 1024)
        } catch {
            report(.error, setting, "\(QuotedText.escaped(path)) \(error)")
            return nil
        }
    }

    // MARK: - SETTINGS

    private func effectiveSettings(accounts: [Configuration.Account]) -> [EffectiveSetting] {
        var settings: [EffectiveSetting] = []
        for setting in Schema.settings {
            let raw = written[setting.path]
            settings.append(
                EffectiveSetting(
                    name: setting.path,
                    value: derived[setting.path] ?? setting.shown(raw?.value),
                    source: derived[setting.path] == nil ? raw?.source ?? .default : .default,
                    isReloadable: setting.effect != nil
                )
            )
            guard setting.path == Schema.lastPathBeforeAccounts else { continue }
            for (index, account) in accounts.enumerated() {
                let path = "\(Schema.accountsPath)[\(index)]"
                let rows: [(String, String?)] = [
                    ("name", account.name), ("password_hash", Secret.blank),
                    ("native_password_hash", account.nativePasswordHash.map { _ in Secret.blank }),
                    ("role", account.role.rawValue),
                ]
                settings += rows.map { key, value in
                    let isGiven = rawAccounts.indices.contains(index) && rawAccounts[index].values[key] != nil
                    return EffectiveSetting(
                        name: "\(path).\(key)",
                        value: value,
                        source: isGiven ? .file : .default,
                        isReloadable: true
                    )
                }
            }
        }
        return settings
    }
}
