internal import ClusterModel
internal import Cryptography

/// Makes a configuration of what was written: checks each value's type, fills in the defaults, then checks what
/// settings say together.
struct ConfigurationBuilder {
    private typealias Schema = ConfigurationSchema

    private let fileName: String?
    private let hostName: String
    private let files: any FileReading
    private let written: [String: RawSetting]
    private let rawAccounts: [FileReader.RawAccount]
    private var issues: [ConfigurationIssue]
    /// Effective values of derived settings, for SETTINGS.
    private var derived: [String: String] = [:]

    init(
        file: FileReader?,
        environment: EnvironmentReader,
        fileName: String?,
        hostName: String,
        files: any FileReading
    ) {
        self.fileName = fileName
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
        checkAddresses(sql: listen, gossip: gossipListen, mysqld: mysqld)
        checkGossipIsPrivate(listen: gossipListen, keyFile: keyFile)
        let accounts = readAccounts()
        var configuration = Configuration(
            cluster: .init(name: value(Schema.cluster)),
            node: .init(
                name: nodeName,
                kind: value(Schema.Node.kind),
                zone: value(Schema.Node.zone) ?? "",
                promotion: value(Schema.Node.promotion),
                lagThresholdMilliseconds: value(Schema.Node.lagThreshold)
            ),
            sql: .init(
                listen: listen,
                advertise: advertised(Schema.SQL.advertise, listen: listen),
                maximumConnections: value(Schema.SQL.maximumConnections),
                handshakeTimeoutMilliseconds: value(Schema.SQL.handshakeTimeout),
                accounts: accounts
            ),
            mysqld: .init(
                address: mysqld,
                user: value(Schema.MySQLD.user),
                password: passwordFile.flatMap { password(inFile: $0) },
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
                probeIntervalMilliseconds: value(Schema.Gossip.probeInterval)
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
        guard errors.isEmpty else { throw ConfigurationErrors(errors) }
        configuration.settings = effectiveSettings(accounts: accounts)
        return LoadedConfiguration(
            configuration: configuration,
            warnings: issues.sorted(by: ConfigurationIssue.precedes)
        )
    }

    // MARK: - One value

    private func value<Value>(_ setting: Setting<Value>) -> Value { setting.value(written[setting.path]?.value) }

    /// Where a setting was given, or where it would be.
    private func place(_ setting: any AnySetting) -> ConfigurationIssue.Place {
        written[setting.path]?.place ?? fileName.map { .file($0, line: nil) } ?? .nowhere
    }

    private mutating func report(_ severity: ConfigurationIssue.Severity, _ setting: any AnySetting, _ message: String)
    {
        issues.append(ConfigurationIssue(severity, at: place(setting), key: setting.path, message))
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

    private mutating func checkGossipIsPrivate(listen: HostPort, keyFile: String?) {
        guard keyFile == nil, !listen.isLoopback else { return }
        report(
            .error,
            Schema.Gossip.listen,
            "\(listen) is reachable from other machines, which needs gossip.key_file; "
                + "make one with: pilotfish keygen > /etc/pilotfish/gossip.keys"
        )
    }

    // MARK: - Files

    private mutating func password(inFile path: String) -> Secret? {
        let setting = Schema.MySQLD.passwordFile
        guard let contents = contents(of: path, setting) else { return nil }
        let line = contents.bytes.prefix { $0 != UInt8(ascii: "\n") }
        let bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        guard !bytes.isEmpty else {
            report(.error, setting, "\(QuotedText.escaped(path)) has no password on its first line")
            return nil
        }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            report(.error, setting, "\(QuotedText.escaped(path)) holds no text in UTF-8")
            return nil
        }
        if contents.isReadableByOthers {
            report(.warning, setting, "\(QuotedText.escaped(path)) is readable by every user; chmod o-r it")
        }
        return Secret(text)
    }

    private mutating func keyring(inFile path: String) -> GossipKeyring? {
        let setting = Schema.Gossip.keyFile
        guard let contents = contents(of: path, setting) else { return nil }
        if contents.isReadableByGroup || contents.isReadableByOthers {
            report(.warning, setting, "\(QuotedText.escaped(path)) is readable by other users; chmod go-r it")
        }
        do {
            return try GossipKeyring(text: contents.bytes, fileName: path)
        } catch {
            report(.error, setting, QuotedText.escaped(error.description))
            return nil
        }
    }

    private mutating func contents(of path: String, _ setting: any AnySetting) -> FileContents? {
        do {
            return try files.read(path, limit: 64 * 1024)
        } catch {
            report(.error, setting, "\(QuotedText.escaped(path)) \(error)")
            return nil
        }
    }

    // MARK: - Accounts

    private mutating func readAccounts() -> [Configuration.Account] {
        var accounts: [Configuration.Account] = []
        var lines: [String: Int?] = [:]
        for raw in rawAccounts {
            let name = accountValue(raw, "name", .text("a name", maximumBytes: 80), fallback: nil)
            let hash = accountValue(raw, "password_hash", .passwordHash, fallback: nil)
            let role = accountValue(raw, "role", ValueType<AccountRole>.choice, fallback: .reader)
            if let name, let earlier = lines[name] {
                let place = earlier.map { " on line \($0)" } ?? ""
                let message = "\(QuotedText.quoted(name)) is an account already\(place); remove one of the two"
                reportAccount(raw, "name", message)
            }
            if let name, lines[name] == nil { lines[name] = .some(raw.line) }
            guard let name, let hash, let role else { continue }
            accounts.append(Configuration.Account(name: name, passwordHash: hash, role: role))
        }
        return accounts
    }

    private mutating func accountValue<Value>(
        _ account: FileReader.RawAccount,
        _ key: String,
        _ type: ValueType<Value>,
        fallback: Value?
    ) -> Value? {
        guard let raw = account.values[key] else {
            if fallback == nil { reportAccount(account, key, "missing; give \(type.name)") }
            return fallback
        }
        do {
            return try type.parse(raw.value)
        } catch {
            reportAccount(account, key, error.message)
            return nil
        }
    }

    private mutating func reportAccount(_ account: FileReader.RawAccount, _ key: String, _ message: String) {
        let place = account.values[key]?.place ?? fileName.map { .file($0, line: account.line) } ?? .nowhere
        issues.append(ConfigurationIssue(.error, at: place, key: "\(account.path).\(key)", message))
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
                    isReloadable: false
                )
            )
            guard setting.path == Schema.SQL.handshakeTimeout.path else { continue }
            for (index, account) in accounts.enumerated() {
                let path = "\(Schema.accountsPath)[\(index)]"
                let rows = [
                    ("name", account.name), ("password_hash", Secret.blank), ("role", account.role.rawValue),
                ]
                settings += rows.map { key, value in
                    let isGiven = rawAccounts.indices.contains(index) && rawAccounts[index].values[key] != nil
                    return EffectiveSetting(
                        name: "\(path).\(key)",
                        value: value,
                        source: isGiven ? .file : .default,
                        isReloadable: false
                    )
                }
            }
        }
        return settings
    }
}

extension ValueType<Secret> {
    /// A stored hash of mysql_native_password. Its text is in no message: it may be a password by mistake.
    static var passwordHash: ValueType {
        let name = "* and 40 hexadecimal digits, in quotes, as \"pilotfish hash-password\" prints them"
        return ValueType(
            name: name,
            shape: .scalar,
            isNullable: false,
            parse: { (raw: RawValue) throws(ValueProblem) -> Secret in
                guard case .text(let text) = raw, NativePassword.isStoredHash(text) else {
                    throw ValueProblem("must be \(name)")
                }
                return Secret(text.uppercased())
            },
            show: { _ in Secret.blank }
        )
    }
}
