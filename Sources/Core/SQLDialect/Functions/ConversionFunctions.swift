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
                case .double(let number):
                    let whole = number.rounded(.toNearestOrAwayFromZero)
                    return .integer(Int64(exactly: whole) ?? (whole < 0 ? .min : .max))
                case .text, .decimal, .blob: return .integer(arguments[0].leadingInteger)
                }
            },
            SQLFunction("my_double_text", 1...1) { arguments in
                arguments[0].number.map { .text(DoubleText.shortest($0)) } ?? .null
            },
            SQLFunction("my_bytes", 1...1) { arguments in
                if case .blob = arguments[0] { return arguments[0] }
                return arguments[0].text.map { .blob(Array($0.utf8)) } ?? .null
            },
        ]
    }
}
