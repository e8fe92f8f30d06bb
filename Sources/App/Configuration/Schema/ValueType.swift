/// How a kind of value is read from text, shown again and spoken of.
struct ValueType<Value: Sendable & Equatable>: Sendable {
    /// For people: "host:port", "a whole number from 1 to 15".
    let name: String
    let shape: ValueShape
    let isNullable: Bool
    let parse: @Sendable (RawValue) throws(ValueProblem) -> Value
    /// As the file would write it; nil for null.
    let show: @Sendable (Value) -> String?
}

/// How the file and the environment write a value.
enum ValueShape: Hashable, Sendable {
    case scalar
    case list
}

/// Why a value is not of its key's type. The text follows the key: "must be …, not …".
struct ValueProblem: Error, Hashable, Sendable {
    let message: String

    init(_ message: String) { self.message = message }

    static func expected(_ name: String, found: String) -> ValueProblem {
        ValueProblem("must be \(name), not \(found)")
    }
}

extension ValueType {
    /// - Parameters:
    ///   - name: completes "must be …".
    ///   - read: nil if the text is no such value.
    static func scalar(
        _ name: String,
        show: @escaping @Sendable (Value) -> String = { "\($0)" },
        read: @escaping @Sendable (String) throws(ValueProblem) -> Value?
    ) -> ValueType {
        ValueType(
            name: name,
            shape: .scalar,
            isNullable: false,
            parse: { (raw: RawValue) throws(ValueProblem) -> Value in
                switch raw {
                case .text(let text):
                    guard let value = try read(text) else { throw .expected(name, found: raw.spoken) }
                    return value
                case .null:
                    throw ValueProblem("is empty; give \(name), or remove the key for its default")
                case .list, .section:
                    throw .expected(name, found: raw.spoken)
                }
            },
            show: show
        )
    }

    /// The same, or null.
    var orNull: ValueType<Value?> {
        ValueType<Value?>(
            name: "\(name) or null",
            shape: shape,
            isNullable: true,
            parse: { [parse] (raw: RawValue) throws(ValueProblem) -> Value? in
                if case .null = raw { return nil }
                return try parse(raw)
            },
            show: { [show] value in value.flatMap(show) }
        )
    }

    /// Any number of them. Null is the empty list.
    var list: ValueType<[Value]> {
        ValueType<[Value]>(
            name: "a list of \(name)",
            shape: .list,
            isNullable: true,
            parse: { [name, parse] (raw: RawValue) throws(ValueProblem) -> [Value] in
                switch raw {
                case .null: return []
                case .list(let items):
                    var values: [Value] = []
                    for item in items { values.append(try parse(.text(item))) }
                    return values
                case .text(let text):
                    throw ValueProblem("must be a list of \(name); write [\(QuotedText.quoted(text))]")
                case .section:
                    throw .expected("a list of \(name)", found: raw.spoken)
                }
            },
            show: { [show] values in values.compactMap(show).joined(separator: ",") }
        )
    }
}
