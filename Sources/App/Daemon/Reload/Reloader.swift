internal import ClusterModel
internal import Configuration
internal import Logging
internal import MySQLClient
internal import Proxy

/// Takes over a configuration that was read anew, as far as that can be done while the process runs.
struct Reloader: Sendable {
    /// What holds the parts of the configuration that a reload replaces.
    struct Targets: Sendable {
        var accounts: SidecarAccounts
        var transport: TransportSettings
        var probePassword: AccountPassword
        /// Nil for gossip in the open.
        var gossipCipher: KeyringCipher?
        var logLevel: SharedLogLevel
        var proxy: ProxyServer
        var hub: ClusterHub
    }

    let running: RunningConfiguration
    let targets: Targets
    /// What it throws is told in the log, line by line.
    let readAnew: @Sendable () throws -> Configuration
    let logger: Logger

    /// What a reload has taken over, and what waits for the next start.
    struct Outcome: Sendable {
        var changed: [String]
        var needsRestart: [String]
    }

    /// Why nothing was taken over, a line each.
    struct Failure: Error {
        var reasons: [String]
    }

    /// All or nothing: a configuration with an error in it changes nothing. Not to be called twice at once: each compares
    /// with what the other replaces.
    ///
    /// - Throws: `Failure`, which is in the log by then.
    @discardableResult
    func reload() throws(Failure) -> Outcome {
        switch Result(catching: takeOver) {
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
        let plan = Configuration.reloadable(from: running.current, to: try readAnew())
        // What can fail comes first. Files may have changed under the same names: every part is told.
        let transport = try TransportSettings.Values(plan.apply)
        for part in ReloadEffect.Part.allCases { tell(part, of: plan.apply, transport) }
        running.replace(with: plan.apply)
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
        case .lagThreshold: targets.hub.handle(.lagThreshold(configuration.node.lagThresholdMilliseconds))
        case .limits: targets.proxy.change(ProxyLimits(configuration, logger))
        case .logLevel: targets.logLevel.set(Logger.Level(rawValue: configuration.log.level.rawValue) ?? .info)
        case .probePassword: targets.probePassword.replace(with: configuration.mysqld)
        case .transport: targets.transport.replace { $0 = transport }
        }
    }
}
