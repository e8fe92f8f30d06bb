/// One key of the configuration.
struct Setting<Value: Sendable & Equatable>: Sendable {
    /// The full path, for example `sql.tls.require`.
    let path: String
    let type: ValueType<Value>
    /// What holds if the key is not given. For required and derived keys a stand-in that no result shows.
    let fallback: Value
    let presence: Presence
    let availability: Availability
    /// What a reload does with another value; nil where that waits for the next start.
    let effect: ReloadEffect?

    init(
        _ path: String,
        _ type: ValueType<Value>,
        default fallback: Value,
        presence: Presence = .optional,
        availability: Availability = .available,
        effect: ReloadEffect? = nil
    ) {
        self.path = path
        self.type = type
        self.fallback = fallback
        self.presence = presence
        self.availability = availability
        self.effect = effect
    }
}

/// Whether a key must be given.
enum Presence: Hashable, Sendable {
    case optional
    /// - Parameter example: a line of YAML.
    case required(example: String)
    /// The default depends on other settings or on the machine.
    /// - Parameter rule: for the documentation.
    case derived(rule: String)
}

/// Whether something stands behind a key.
enum Availability: Hashable, Sendable {
    case available
    /// Checked and otherwise ignored, with a warning: to ignore it does no harm.
    case withoutEffect
    /// Refused unless it says what holds anyway: to ignore it would be unsafe or wrong.
    case unavailable
}

/// A setting without its type, for what treats all of them alike.
protocol AnySetting: Sendable {
    var path: String { get }
    var typeName: String { get }
    /// As the documentation shows it.
    var defaultText: String { get }
    var presence: Presence { get }
    var availability: Availability { get }
    var effect: ReloadEffect? { get }
    var isList: Bool { get }

    /// What is wrong with a value; nil if nothing is.
    func problem(of raw: RawValue) -> String?
    /// The effective value as the file would write it, given what was written.
    func shown(_ raw: RawValue?) -> String?
}

extension Setting: AnySetting {
    var typeName: String { type.name }
    var isList: Bool { type.shape == .list }

    var defaultText: String {
        switch presence {
        case .required: "required"
        case .derived(let rule): rule
        case .optional:
            switch type.show(fallback) {
            case nil: "null"
            case let text? where isList: "[\(text.split(separator: ",").joined(separator: ", "))]"
            case ""?: "\"\""
            case let text?: text
            }
        }
    }

    func problem(of raw: RawValue) -> String? {
        do {
            let value = try type.parse(raw)
            guard availability == .unavailable, value != fallback else { return nil }
            return ConfigurationSchema.unavailableMessage
        } catch {
            return error.message
        }
    }

    func shown(_ raw: RawValue?) -> String? { type.show(value(raw)) }

    /// The value that was written, or the default if none was, or if it is wrong (which `problem` reports).
    func value(_ raw: RawValue?) -> Value {
        guard let raw, let value = try? type.parse(raw) else { return fallback }
        return value
    }
}

extension AnySetting {
    /// The environment variable that wins over the file.
    var environmentName: String { ConfigurationSchema.environmentName(ofPath: path) }
}
