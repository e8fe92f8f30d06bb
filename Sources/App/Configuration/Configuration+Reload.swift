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
            if row.isOfAccount || !hasChanged(row, since: oldRow) {
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
        for effect in Schema.reloadEffects where effect.isPossible(old, new) { effect.carry(new, into: &result) }
        return result
    }

    private func isTakenOver(_ row: EffectiveSetting) -> Bool { effect(row)?.isPossible(old, new) ?? false }

    private func hasChanged(_ row: EffectiveSetting, since oldRow: EffectiveSetting?) -> Bool {
        row.value != oldRow?.value || effect(row)?.hasChangedUnseen(old, new) ?? false
    }

    private func effect(_ row: EffectiveSetting) -> ReloadEffect? { Schema.settingsByPath[row.name]?.effect }
}
