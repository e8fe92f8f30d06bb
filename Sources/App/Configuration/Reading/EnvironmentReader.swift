/// Takes the settings out of the process's environment: `PILOTFISH_SQL_TLS_REQUIRE` is `sql.tls.require`.
///
/// An empty variable, or one that says `null`, is null; a list's values stand between commas.
struct EnvironmentReader {
    private(set) var settings: [String: RawSetting] = [:]
    private(set) var issues: [ConfigurationIssue] = []

    init(_ environment: [String: String]) {
        let accounts = ConfigurationSchema.environmentName(ofPath: ConfigurationSchema.accountsPath)
        let ours = environment.filter { $0.key.hasPrefix(ConfigurationSchema.environmentPrefix) }
        for (name, text) in ours.sorted(by: { $0.key < $1.key }) {
            let place = ConfigurationIssue.Place.environment(variable: name)
            if let setting = ConfigurationSchema.settingsByEnvironmentName[name] {
                settings[setting.path] = RawSetting(value: Self.value(text, isList: setting.isList), place: place)
            } else if name == accounts || name.hasPrefix(accounts + "_") {
                let message = "accounts cannot come from the environment; list them in the file under sql.accounts"
                issues.append(ConfigurationIssue(.error, at: place, message))
            } else {
                let near = NearestMatch.find(name, among: ConfigurationSchema.settings.map(\.environmentName))
                let advice =
                    near.map { "did you mean \($0)?" } ?? "remove it, or see docs/configuration.md for the names"
                issues.append(ConfigurationIssue(.error, at: place, "unknown environment variable; \(advice)"))
            }
        }
    }

    private static func value(_ text: String, isList: Bool) -> RawValue {
        let trimmed = trim(Substring(text))
        if trimmed.isEmpty || trimmed == "null" { return .null }
        guard isList else { return .text(String(trimmed)) }
        return .list(trimmed.split(separator: ",").map { String(trim($0)) }.filter { !$0.isEmpty })
    }

    private static func trim(_ text: Substring) -> Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let start = text.drop(while: isBlank)
        guard let end = start.lastIndex(where: { !isBlank($0) }) else { return "" }
        return start[...end]
    }
}
