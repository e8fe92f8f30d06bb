/// What a reload does with a configuration that was read anew.
package struct ConfigurationReload: Sendable {
    /// What to run with from now on: the running configuration with everything new that a reload can take over. It is
    /// what the next reload compares with.
    ///
    /// Files may have changed under the same names: take over `sql.tls`, `mysqld.tls` and `gossip.keyring` even where
    /// `changed` does not name them.
    package var apply: Configuration
    /// The settings whose values changed and are in `apply`, in the documentation's order; accounts are `sql.accounts`.
    package var changed: [String]
    /// The settings whose values changed and are not in `apply`, in the same order.
    package var needsRestart: [String]
}

extension Configuration {
    /// Tells what of a configuration that was read anew holds at once, and what waits for a restart.
    ///
    /// - Parameters:
    ///   - old: what the process runs with.
    ///   - new: what was read, without errors.
    package static func reloadable(from old: Configuration, to new: Configuration) -> ConfigurationReload {
        ReloadPlan(old: old, new: new).reload
    }
}

/// Compares two configurations.
private struct ReloadPlan {
    typealias Schema = ConfigurationSchema

    let old: Configuration
    let new: Configuration
    private let oldRows: [String: EffectiveSetting]

    init(old: Configuration, new: Configuration) {
        self.old = old
        self.new = new
        oldRows = Dictionary(old.settings.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var reload: ConfigurationReload {
        var changed: [String] = []
        var needsRestart: [String] = []
        var rows: [EffectiveSetting] = []
        for row in new.settings {
            let oldRow = oldRows[row.name]
            if isOfAccounts(row) || !hasChanged(row, since: oldRow) {
                rows.append(row)
            } else if isTakenOver(row) {
                rows.append(row)
                changed.append(row.name)
            } else {
                rows.append(oldRow ?? row)
                needsRestart.append(row.name)
            }
            // Accounts are one setting, whose rows show no hash.
            if row.name == Schema.lastPathBeforeAccounts, old.sql.accounts != new.sql.accounts {
                changed.append(Schema.accountsPath)
            }
        }
        var apply = configuration
        apply.settings = rows
        return ConfigurationReload(apply: apply, changed: changed, needsRestart: needsRestart)
    }

    private var configuration: Configuration {
        var result = old
        result.node.lagThresholdMilliseconds = new.node.lagThresholdMilliseconds
        result.sql.primaryWaitMilliseconds = new.sql.primaryWaitMilliseconds
        result.sql.tls = new.sql.tls
        result.sql.maximumConnections = new.sql.maximumConnections
        result.sql.maximumConnectionsPerHost = new.sql.maximumConnectionsPerHost
        result.sql.maximumConnectionsPerAccount = new.sql.maximumConnectionsPerAccount
        result.sql.handshakeTimeoutMilliseconds = new.sql.handshakeTimeoutMilliseconds
        result.sql.idleTimeoutMilliseconds = new.sql.idleTimeoutMilliseconds
        result.sql.drainMilliseconds = new.sql.drainMilliseconds
        result.sql.accounts = new.sql.accounts
        if takesPassword {
            result.mysqld.passwordFile = new.mysqld.passwordFile
            result.mysqld.password = new.mysqld.password
        }
        if takesServerTLS { result.mysqld.tls = new.mysqld.tls }
        if takesKeyring {
            result.gossip.keyFile = new.gossip.keyFile
            result.gossip.keyring = new.gossip.keyring
        }
        result.log.level = new.log.level
        return result
    }

    // MARK: - What cannot be taken over alone

    /// TLS is checked against the address that it is for.
    private var takesServerTLS: Bool { old.mysqld.address == new.mysqld.address }

    /// The password is that of one account.
    private var takesPassword: Bool { old.mysqld.user == new.mysqld.user }

    /// Gossip in the open and encrypted gossip do not understand each other: keys can be exchanged, not introduced.
    private var takesKeyring: Bool { (old.gossip.keyring == nil) == (new.gossip.keyring == nil) }

    private func isTakenOver(_ row: EffectiveSetting) -> Bool {
        guard row.isReloadable else { return false }
        if Schema.MySQLD.tls.contains(where: { $0.path == row.name }) { return takesServerTLS }
        if row.name == Schema.MySQLD.passwordFile.path { return takesPassword }
        return row.name != Schema.Gossip.keyFile.path || takesKeyring
    }

    // MARK: - Comparing

    private func hasChanged(_ row: EffectiveSetting, since oldRow: EffectiveSetting?) -> Bool {
        // The password itself, which no row shows, may have changed under the same file name.
        if row.name == Schema.MySQLD.passwordFile.path, old.mysqld.password != new.mysqld.password { return true }
        return row.value != oldRow?.value
    }

    private func isOfAccounts(_ row: EffectiveSetting) -> Bool { row.name.hasPrefix(Schema.accountsPath + "[") }
}
