internal import Logging
internal import MySQLAdmin
internal import Proxy
internal import Synchronization
internal import VirtualTables

/// Takes over a configuration that was read anew, as far as that can be done while the process runs.
final class Reloader: Sendable {
    /// What holds the parts of the configuration that a reload replaces.
    struct Targets: Sendable {
        var accounts: SidecarAccounts
        var transport: TransportSettings
        var probePassword: ProbePassword
        /// Nil for gossip in the open.
        var gossipCipher: KeyringCipher?
        var logLevel: SharedLogLevel
    }

    private let running: Mutex<Configuration>
    private let targets: Targets
    private let readAnew: @Sendable () throws -> Configuration
    private let logger: Logger
    private let proxy = Mutex<ProxyServer?>(nil)
    private let setLagThreshold = Mutex<(@Sendable (Int) -> Void)?>(nil)
    private let turn = Mutex(())

    /// - Parameter readAnew: what it throws is told in the log, line by line.
    init(
        _ configuration: Configuration,
        targets: Targets,
        readAnew: @escaping @Sendable () throws -> Configuration,
        logger: Logger
    ) {
        running = Mutex(configuration)
        self.targets = targets
        self.readAnew = readAnew
        self.logger = logger
    }

    func attach(_ proxy: ProxyServer) {
        self.proxy.withLock { $0 = proxy }
    }

    /// As it was last taken over.
    var configuration: Configuration { running.withLock { $0 } }

    /// - Parameter setLagThreshold: tells this node's members of another threshold, in milliseconds.
    func attach(setLagThreshold: @escaping @Sendable (Int) -> Void) {
        self.setLagThreshold.withLock { $0 = setLagThreshold }
    }

    /// The rows of SETTINGS.
    var settings: [SettingRow] {
        running.withLock { $0.settings }.map {
            SettingRow(
                name: $0.name,
                value: $0.value ?? "",
                source: $0.source.rawValue,
                reloadable: $0.isReloadable,
                // Names of accounts are half of what it takes to guess one.
                isForOperators: $0.name.hasPrefix(ConfigurationSchema.accountsPath + "[")
            )
        }
    }

    /// What a reload has taken over, and what waits for the next start.
    struct Outcome: Sendable {
        var changed: [String]
        var needsRestart: [String]
    }

    /// Why nothing was taken over, a line each.
    struct Failure: Error {
        var reasons: [String]
    }

    /// All or nothing: a configuration with an error in it changes nothing.
    ///
    /// - Throws: `Failure`, which is in the log by then.
    @discardableResult
    func reload() throws(Failure) -> Outcome {
        // One after another: two at once might each compare with what the other replaces.
        let result = turn.withLock { _ in Result { try takeOver() } }
        switch result {
        case .success(let outcome):
            if outcome.changed.isEmpty {
                logger.notice("configuration reloaded, nothing in it has changed that holds at once")
            } else {
                let changed = outcome.changed.joined(separator: ", ")
                logger.notice("configuration reloaded", metadata: ["changed": "\(changed)"])
            }
            for name in outcome.needsRestart {
                logger.warning("changed, and holds from the next start", metadata: ["setting": "\(name)"])
            }
            return outcome
        case .failure(let error):
            let text = (error as? ConfigurationErrors)?.lines.joined(separator: "\n") ?? "\(error)"
            let reasons = text.split(separator: "\n").map(String.init)
            for reason in reasons { logger.error("configuration not reloaded", metadata: ["reason": "\(reason)"]) }
            throw Failure(reasons: reasons)
        }
    }

    private func takeOver() throws -> Outcome {
        let plan = Configuration.reloadable(from: running.withLock { $0 }, to: try readAnew())
        // What can fail comes first. Files may have changed under the same names: every part is told.
        let transport = try TransportSettings.Values(plan.apply)
        for part in ReloadEffect.Part.allCases { tell(part, of: plan.apply, transport) }
        running.withLock { $0 = plan.apply }
        return Outcome(changed: plan.changed, needsRestart: plan.needsRestart)
    }

    private func tell(
        _ part: ReloadEffect.Part,
        of configuration: Configuration,
        _ transport: TransportSettings.Values
    ) {
        switch part {
        case .accounts: targets.accounts.replace(with: configuration.sql.accounts)
        case .gossipKeys:
            if let keyring = configuration.gossip.keyring { targets.gossipCipher?.replace(with: keyring) }
        case .lagThreshold: setLagThreshold.withLock { $0 }?(configuration.node.lagThresholdMilliseconds)
        case .limits: proxy.withLock { $0 }?.change(ProxyLimits(configuration, logger))
        case .logLevel: targets.logLevel.set(Logger.Level(rawValue: configuration.log.level.rawValue) ?? .info)
        case .probePassword: targets.probePassword.replace(with: configuration.mysqld)
        case .transport: targets.transport.replace { $0 = transport }
        }
    }
}
