import MySQLWire
import QueryRouting

/// What `+ - *` of SQLite's integers and `ScaledDecimal` lack.
enum DecimalFunctions {
    /// What a whole number that was computed is checked against. Beyond 64 bits SQLite's own operators give a REAL, and
    /// every further step stays one.
    enum Check: Int64 {
        case signed
        case unsigned
        case decimal
        /// 64 bits without a sign, as CAST AS UNSIGNED gives.
        case bits
    }

    static var all: [SQLFunction] {
        [
            SQLFunction("my_checked", 2...2) { arguments throws(SQLFunction.Failure) in
                try checked(arguments[0], Check(rawValue: arguments[1].integer ?? 0) ?? .signed)
            },
            // Dividend, divisor, and by how many digits the dividend is moved; the rest is cut.
            SQLFunction("my_quotient", 3...3) { arguments throws(SQLFunction.Failure) in
                guard arguments[0] != .null, arguments[1] != .null else { return .null }
                guard case .integer(let left) = arguments[0], case .integer(let right) = arguments[1] else {
                    throw tooLong
                }
                guard right != 0 else { return .null }
                let shift = Int(min(36, max(0, arguments[2].integer ?? 0)))
                let (moved, overflow) = Int128(left).multipliedReportingOverflow(by: ScaledDecimal.power(shift))
                guard !overflow, let quotient = Int64(exactly: moved / Int128(right)) else { throw tooLong }
                return .integer(quotient)
            },
            // A number, how many digits it loses at its end, and how it is rounded.
            SQLFunction("my_rescale", 3...3) { arguments throws(SQLFunction.Failure) in
                guard arguments[0] != .null else { return .null }
                guard case .integer(let units) = arguments[0], let dropped = arguments[1].integer,
                    let rule = ScaledDecimal.Rounding(rawValue: arguments[2].integer ?? 0),
                    let kept = Int64(exactly: ScaledDecimal.rounded(Int128(units), dropping: Int(dropped), rule))
                else { throw tooLong }
                return .integer(kept)
            },
            SQLFunction("my_decimal_text", 2...2) { arguments in
                guard case .integer(let units) = arguments[0], let scale = arguments[1].integer else { return .null }
                return .text(ScaledDecimal.text(units, scale: Int(scale)))
            },
            SQLFunction("my_decimal_double", 2...2) { arguments in
                guard case .integer(let units) = arguments[0], let scale = arguments[1].integer else { return .null }
                return Double(ScaledDecimal.text(units, scale: Int(scale))).map { .double($0) } ?? .null
            },
            // The 64 bits of a number; a text's are those of the whole number that it begins with.
            SQLFunction("my_bits", 1...1) { arguments throws(SQLFunction.Failure) in
                switch arguments[0] {
                case .null, .integer: return arguments[0]
                case .double(let number):
                    guard let whole = Int64(exactly: number.rounded(.toNearestOrAwayFromZero)) else { throw tooLong }
                    return .integer(whole)
                default:
                    let whole = arguments[0].leadingInteger
                    guard whole != .max, whole != .min else { throw tooLong }
                    return .integer(whole)
                }
            },
        ]
    }

    private static func checked(_ value: SQLValue, _ check: Check) throws(SQLFunction.Failure) -> SQLValue {
        guard value != .null else { return .null }
        guard case .integer(let number) = value else {
            throw check == .signed ? SQLFunction.Failure(StatementErrors.outOfRange("BIGINT")) : tooLong
        }
        guard number < 0 else { return value }
        switch check {
        case .signed, .decimal: return value
        case .unsigned: throw SQLFunction.Failure(StatementErrors.outOfRange("BIGINT UNSIGNED"))
        case .bits: throw tooLong
        }
    }

    static let tooLong = SQLFunction.Failure(ofTooManyDigits)

    /// Error 1235, so that mysqld is given the statement where there is one.
    static let ofTooManyDigits = SQLError.unsupported("numbers of more than 18 digits on cluster_schema")
}
