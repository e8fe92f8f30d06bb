/// A value as it was written, before its type is known.
enum RawValue: Hashable, Sendable {
    /// Nothing, `~` or `null`.
    case null
    case text(String)
    case list([String])
    /// Keys with values; only where no section is expected, so what they are does not matter.
    case section

    /// What it is, for "not …" in a message. Lists and sections are not shown.
    var spoken: String {
        switch self {
        case .null: "null"
        case .text(let text): QuotedText.quoted(text)
        case .list: "a list"
        case .section: "a section of keys"
        }
    }
}

/// A raw value and where it stands.
struct RawSetting: Hashable, Sendable {
    var value: RawValue
    var place: ConfigurationIssue.Place

    var source: SettingSource {
        switch place {
        case .file: .file
        case .environment: .environment
        case .nowhere: .default
        }
    }
}
