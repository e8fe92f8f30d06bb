import MySQLWire

/// Conversions between the kinds of values, by MySQL's rules.
enum ConversionFunctions {
    static var all: [SQLFunction] {
        [
            // The number that a text begins with.
            SQLFunction("my_double", 1...1) { arguments in
                if case .integer = arguments[0] { return arguments[0] }
                return arguments[0].number.map { .double($0) } ?? .null
            },
            // The whole number that a text begins with; other numbers are rounded.
            SQLFunction("my_integer", 1...1) { arguments in
                switch arguments[0] {
                case .null, .integer, .unsigned: return arguments[0]
                case .double(let number): return integer(number.rounded(.toNearestOrAwayFromZero))
                case .text, .decimal, .blob: return .integer(NumberText.leadingInteger(arguments[0].text ?? ""))
                }
            },
            SQLFunction("my_round", 2...2) { arguments in
                rounded(arguments[0], Int(clamping: arguments[1].integer ?? 0))
            },
            SQLFunction("my_double_text", 1...1) { arguments in
                arguments[0].number.map { .text(DoubleText.shortest($0)) } ?? .null
            },
            SQLFunction("my_cut", 2...2) { arguments in
                guard let text = arguments[0].text, let count = arguments[1].integer else { return .null }
                return .text(TextFunctions.prefix(text, Int(clamping: count)))
            },
            SQLFunction("my_bytes", 1...2) { arguments in
                guard let text = arguments[0].text else { return .null }
                if case .blob = arguments[0], arguments.count == 1 { return arguments[0] }
                let bytes = Array(text.utf8)
                guard arguments.count == 2 else { return .blob(bytes) }
                let length = Int(min(65_535, max(0, arguments[1].integer ?? 0)))
                return .blob(Array(bytes.prefix(length)) + Array(repeating: 0, count: max(0, length - bytes.count)))
            },
        ]
    }

    static func integer(_ number: Double) -> SQLValue {
        .integer(Int64(exactly: number) ?? (number < 0 ? .min : .max))
    }

    /// To tens, hundreds … if the scale is negative; half goes away from zero.
    private static func rounded(_ value: SQLValue, _ scale: Int) -> SQLValue {
        if case .integer = value, scale >= 0 { return value }
        guard let number = value.number else { return .null }
        let unit = NumberText.power(10, -scale)
        guard unit < 1e19 else { return .integer(0) }
        return integer((number / unit).rounded(.toNearestOrAwayFromZero) * unit)
    }
}
