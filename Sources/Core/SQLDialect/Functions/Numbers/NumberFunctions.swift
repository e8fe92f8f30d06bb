import MySQLWire

/// Arithmetic that SQLite lacks or means otherwise.
enum NumberFunctions {
    static func all(_ environment: FunctionEnvironment) -> [SQLFunction] {
        operators + rounding + [
            SQLFunction("my_rand", 0...0, isDeterministic: false) { _ in .double(environment.random()) }
        ]
    }

    private static var operators: [SQLFunction] {
        [
            // DIV: the whole part of a quotient.
            SQLFunction("my_div", 2...2) { arguments in
                if case .integer(let left) = arguments[0], case .integer(let right) = arguments[1] {
                    guard right != 0 else { return .null }
                    let (quotient, overflow) = left.dividedReportingOverflow(by: right)
                    return overflow ? .null : .integer(quotient)
                }
                guard let left = arguments[0].number, let right = arguments[1].number, right != 0 else { return .null }
                return ConversionFunctions.integer((left / right).rounded(.towardZero))
            },
            SQLFunction("my_mod", 2...2) { arguments in
                if case .integer(let left) = arguments[0], case .integer(let right) = arguments[1] {
                    return right == 0 ? .null : .integer(right == -1 ? 0 : left % right)
                }
                guard let left = arguments[0].number, let right = arguments[1].number, right != 0 else { return .null }
                return .double(left.truncatingRemainder(dividingBy: right))
            },
            SQLFunction("my_xor", 2...2) { arguments in
                guard let left = arguments[0].integer, let right = arguments[1].integer else { return .null }
                return .integer(left ^ right)
            },
        ]
    }

    private static var rounding: [SQLFunction] {
        [
            // ROUND of a DOUBLE: half goes to the even neighbour.
            SQLFunction("my_round_double", 2...2) { arguments in
                guard let number = arguments[0].number, let digits = arguments[1].integer else { return .null }
                return .double(scaled(number, Int(clamping: digits), .toNearestOrEven))
            },
            SQLFunction("my_truncate", 2...2) { arguments in
                guard let number = arguments[0].number, let digits = arguments[1].integer else { return .null }
                if case .integer(let whole) = arguments[0] {
                    guard digits < 0 else { return arguments[0] }
                    guard digits > -19 else { return .integer(0) }
                    let unit = (0..<(-digits)).reduce(Int64(1)) { unit, _ in unit * 10 }
                    return .integer(whole / unit * unit)
                }
                return .double(scaled(number, Int(clamping: digits), .towardZero))
            },
            SQLFunction("my_floor", 1...1) { whole($0[0], .down) },
            SQLFunction("my_ceil", 1...1) { whole($0[0], .up) },
        ]
    }

    private static func scaled(_ number: Double, _ digits: Int, _ rule: FloatingPointRoundingRule) -> Double {
        let scale = NumberText.power(10, min(300, Int(clamping: digits.magnitude)))
        let result = digits < 0 ? (number / scale).rounded(rule) * scale : (number * scale).rounded(rule) / scale
        return result.isFinite ? result : number
    }

    private static func whole(_ value: SQLValue, _ rule: FloatingPointRoundingRule) -> SQLValue {
        if case .integer = value { return value }
        guard let number = value.number else { return .null }
        return .double(number.rounded(rule))
    }
}
