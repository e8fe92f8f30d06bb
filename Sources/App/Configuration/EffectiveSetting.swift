/// One row of the table SETTINGS.
package struct EffectiveSetting: Hashable, Sendable {
    /// The key's full path, for example `sql.listen` or `sql.accounts[0].name`.
    package var name: String
    /// As the file would write it, secrets blanked; nil for null.
    package var value: String?
    package var source: SettingSource
    /// Whether a reload takes a change over without a restart.
    package var isReloadable: Bool

    /// Whether it is of one of `sql.accounts`.
    package var isOfAccount: Bool { name.hasPrefix(ConfigurationSchema.accountsPath + "[") }
}

/// Where a setting's value comes from.
package enum SettingSource: String, Sendable, CaseIterable {
    case `default`
    case file
    case environment
}
