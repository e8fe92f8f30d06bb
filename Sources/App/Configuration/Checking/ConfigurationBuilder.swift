internal import ClusterModel

/// Makes a configuration of what was written: checks each value's type, fills in the defaults, then checks what
/// settings say together.
struct ConfigurationBuilder {
    typealias Schema = ConfigurationSchema

    let fileName: String?
    let hostName: String
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
        let node = node()
        checkAddresses()
        checkPrimaryListen()
        checkGossipIsPrivate()
        checkWitness()
        var configuration = Configuration(
            cluster: cluster(),
            node: node,
            sql: sql(),
            mysqld: mysqld(),
            replication: replication(),
            gossip: gossip(),
            election: election(),
            failover: failover(),
            http: http(),
            log: log(),
            settings: []
        )
        let errors = issues.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw ConfigurationErrors(errors, logFormat: configuration.log.format)
        }
        configuration.settings = effectiveSettings(accounts: configuration.sql.accounts)
        return LoadedConfiguration(
            configuration: configuration,
            warnings: issues.sorted(by: ConfigurationIssue.precedes)
        )
    }

    // MARK: - One value

    func value<Value>(_ setting: Setting<Value>) -> Value {
        assert(Schema.settingsByPath[setting.path] != nil, "\(setting.path) is not in the schema's list")
        return setting.value(written[setting.path]?.value)
    }

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

    /// Where others reach an address that is listened on.
    mutating func advertised(_ setting: Setting<HostPort?>, listen: HostPort) -> HostPort {
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

    private mutating func checkAddresses() {
        let sql = value(Schema.SQL.listen)
        let gossip = value(Schema.Gossip.listen)
        if sql.collides(with: gossip) {
            report(
                .error,
                Schema.Gossip.listen,
                "uses the port of sql.listen, \(sql); give it another one, such as 6307"
            )
        }
        guard case .tcp(let server) = value(Schema.MySQLD.address) else { return }
        if server == sql || (server.port == sql.port && server.isLoopback && sql.isWildcard) {
            report(.error, Schema.MySQLD.address, "is this sidecar's own sql.listen; give mysqld's address")
        }
    }

    private mutating func checkPrimaryListen() {
        guard let primary = value(Schema.SQL.primaryListen) else { return }
        for setting in [Schema.SQL.listen, Schema.Gossip.listen] {
            let other = value(setting)
            guard primary.collides(with: other) else { continue }
            report(.error, Schema.SQL.primaryListen, "uses the port of \(setting.path), \(other); give it another one")
        }
        guard case .tcp(let server) = value(Schema.MySQLD.address) else { return }
        if server == primary || (server.port == primary.port && server.isLoopback && primary.isWildcard) {
            report(.error, Schema.SQL.primaryListen, "is mysqld.address; give it another port")
        }
    }

    /// A witness votes, and has nothing else to do.
    private mutating func checkWitness() {
        guard value(Schema.Node.kind) == .witness else { return }
        if !Schema.Election.all.contains(where: { written[$0.path] != nil }), !hasError(Schema.electionSection) {
            report(.error, Schema.Node.kind, "witness has nothing to do without the section election; add it")
        }
        for setting in Schema.settings where setting.path.hasPrefix("mysqld.") && written[setting.path] != nil {
            report(.error, setting, "a witness has no mysqld; remove the section mysqld")
            return
        }
    }

    private mutating func checkGossipIsPrivate() {
        let listen = value(Schema.Gossip.listen)
        guard value(Schema.Gossip.keyFile) == nil, !listen.isLoopback else { return }
        report(
            .error,
            Schema.Gossip.listen,
            "\(listen) is reachable from other machines, which needs gossip.key_file; "
                + "make one with: (umask 077; pilotfish keygen > /etc/pilotfish/gossip.keys)"
        )
    }

    // MARK: - Files

    /// Hashes can be guessed at by whoever has them.
    mutating func checkFileIsClosed(holding accounts: [Configuration.Account]) {
        guard isFileOpen, let fileName, let first = rawAccounts.first, !accounts.isEmpty else { return }
        let message =
            "\(QuotedText.escaped(fileName)) holds hashes of passwords and is readable by every user; chmod o-r it"
        issues.append(
            ConfigurationIssue(.error, at: .file(fileName, line: first.line), key: Schema.accountsPath, message)
        )
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
