import MySQLWire

/// Exact arithmetic. Decimals come and go as the bytes of `Decimal.bytes`; so do whole numbers of 64 bits without a
/// sign, which SQLite has not.
enum DecimalFunctions {
    static var all: [SQLiteFunction] { conversions + arithmetic + rounding + wholeNumbers }

    /// A function of decimals; NULL if an argument is.
    private static func exact(
        _ name: String,
        _ count: Int,
        _ body: @escaping ([Decimal], [SQLValue]) throws(SQLiteFunction.Failure) -> Decimal?
    ) -> SQLiteFunction {
        SQLiteFunction(name, count...count) { arguments throws(SQLiteFunction.Failure) in
            let numbers = arguments.compactMap { Decimal($0) }
            guard numbers.count == arguments.count else { return .null }
            return try value(try body(numbers, arguments))
        }
    }

    static func value(_ number: Decimal?) throws(SQLiteFunction.Failure) -> SQLValue {
        guard let number else { return .null }
        guard number.wholeDigits <= Decimal.maximumDigits else { throw outOfRange("DECIMAL") }
        return .blob(number.bytes)
    }

    static func outOfRange(_ type: String) -> SQLiteFunction.Failure {
        SQLiteFunction.Failure(
            .error(
                errno: 1690,
                sqlState: "22003",
                message: "\(type) value is out of range in a statement on cluster_schema"
            )
        )
    }

    private static func count(_ value: SQLValue) -> Int { Int(clamping: value.integer ?? 0) }

    // MARK: Conversions

    private static var conversions: [SQLiteFunction] {
        [
            exact("my_exact", 1) { numbers, _ in numbers[0] },
            SQLiteFunction("my_exact_text", 2...2) { arguments in
                Decimal(arguments[0]).map { .text($0.text(scale: min(Decimal.maximumScale, count(arguments[1])))) }
                    ?? .null
            },
            SQLiteFunction("my_exact_double", 1...1) { arguments in
                Decimal(arguments[0]).map { .double($0.double) } ?? .null
            },
            // Rounded to 64 bits; the nearest where it is out of range.
            SQLiteFunction("my_exact_integer", 1...1) { arguments in
                Decimal(arguments[0]).map { .integer($0.signed) } ?? .null
            },
            // CAST AS DECIMAL: of a number out of range the nearest.
            exact("my_exact_cast", 3) { numbers, arguments in
                let (precision, scale) = (count(arguments[1]), min(Decimal.maximumScale, count(arguments[2])))
                let number = numbers[0].rounded(to: scale)
                guard number.wholeDigits > precision - scale else { return number }
                let nines = Magnitude(digits: Array(repeating: 9, count: max(0, min(Decimal.maximumDigits, precision))))
                return Decimal(isNegative: number.isNegative, magnitude: nines, scale: scale)
            },
        ]
    }

    // MARK: Arithmetic

    private static var arithmetic: [SQLiteFunction] {
        [
            // A number, then steps: the code of each and its other operand.
            SQLiteFunction("my_fold", 3...127) { arguments throws(SQLiteFunction.Failure) in
                guard var number = Decimal(arguments[0]) else { return .null }
                for index in stride(from: 1, to: arguments.count - 1, by: 2) {
                    guard let step = FoldStep(code: count(arguments[index])),
                        let other = Decimal(arguments[index + 1]),
                        let result = try step.apply(number, other)
                    else { return .null }
                    number = result
                }
                return try value(number)
            },
            // The same of SQLite's integers.
            SQLiteFunction("my_whole", 3...127) { arguments throws(SQLiteFunction.Failure) in
                guard var number = arguments[0].integer else { return .null }
                for index in stride(from: 1, to: arguments.count - 1, by: 2) {
                    guard let step = FoldStep(code: count(arguments[index])), let other = arguments[index + 1].integer
                    else { return .null }
                    number = try step.apply(number, other)
                }
                return .integer(number)
            },
            exact("my_exact_negative", 1) { numbers, _ in -numbers[0] },
            exact("my_exact_abs", 1) { numbers, _ in numbers[0].isNegative ? -numbers[0] : numbers[0] },
            SQLiteFunction("my_exact_sign", 1...1) { arguments in
                Decimal(arguments[0]).map { .integer($0.isZero ? 0 : $0.isNegative ? -1 : 1) } ?? .null
            },
        ]
    }

    private static var rounding: [SQLiteFunction] {
        [
            exact("my_exact_round", 2) { numbers, arguments in
                numbers[0].rounded(to: min(Decimal.maximumScale, count(arguments[1])))
            },
            exact("my_exact_truncate", 2) { numbers, arguments in
                numbers[0].rounded(to: min(Decimal.maximumScale, count(arguments[1])), .towardZero)
            },
            exact("my_exact_floor", 1) { numbers, _ in numbers[0].rounded(to: 0, .down) },
            exact("my_exact_ceil", 1) { numbers, _ in numbers[0].rounded(to: 0, .up) },
        ]
    }

    // MARK: Whole numbers

    private static var wholeNumbers: [SQLiteFunction] {
        [
            // The 64 bits of a number as SQLite's integer: those of a negative number as they are, those of others
            // without a sign. What is out of range has the bits of the nearest.
            SQLiteFunction("my_bits", 1...1) { arguments in
                guard let number = Decimal(arguments[0]) else { return .null }
                return .integer(number.isNegative ? number.signed : Int64(bitPattern: number.unsigned ?? .max))
            },
            // CAST AS UNSIGNED of a decimal or double: the nearest number that there is.
            exact("my_cast_unsigned", 1) { numbers, _ in
                let whole = numbers[0].rounded(to: 0)
                return whole.isNegative ? Decimal(0 as UInt64) : Decimal(whole.unsigned ?? .max)
            },
            // The whole number that a text begins with, cut behind its digits.
            exact("my_integer_text", 1) { _, arguments in
                let text = (arguments[0].text ?? "").drop { $0 == " " || $0 == "\t" || $0 == "\n" }
                let sign = text.prefix { $0 == "-" || $0 == "+" }.prefix(1)
                return Decimal(text: sign + text.dropFirst(sign.count).prefix { $0.isASCII && $0.isNumber })
            },
            // 64 bits as a number without a sign.
            SQLiteFunction("my_of_bits", 1...1) { arguments in
                arguments[0].integer.map { .blob(Decimal(UInt64(bitPattern: $0)).bytes) } ?? .null
            },
            SQLiteFunction("my_shift_left", 2...2) { shift($0[0], $0[1], <<) },
            SQLiteFunction("my_shift_right", 2...2) { shift($0[0], $0[1], >>) },
        ]
    }

    /// By 64 bits or more nothing is left.
    private static func shift(_ value: SQLValue, _ by: SQLValue, _ operation: (UInt64, UInt64) -> UInt64) -> SQLValue {
        guard let bits = value.integer, let count = by.integer else { return .null }
        guard (0..<64).contains(count) else { return .integer(0) }
        return .integer(Int64(bitPattern: operation(UInt64(bitPattern: bits), UInt64(count))))
    }
}
