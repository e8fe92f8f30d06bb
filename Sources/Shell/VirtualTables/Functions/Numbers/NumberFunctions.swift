import MySQLWire

/// Arithmetic that SQLite lacks or means otherwise.
enum NumberFunctions {
    static var all: [SQLiteFunction] { operators + rounding + others }

    private static var operators: [SQLiteFunction] {
        [
            // DIV: the whole part of a quotient.
            SQLiteFunction("my_div", 2...2) { arguments in
                if case .integer(let left) = arguments[0], case .integer(let right) = arguments[1] {
                    guard right != 0 else { return .null }
                    let (quotient, overflow) = left.dividedReportingOverflow(by: right)
                    return overflow ? .null : .integer(quotient)
                }
                guard let left = arguments[0].number, let right = arguments[1].number, right != 0 else { return .null }
                return ConversionFunctions.integer((left / right).rounded(.towardZero))
            },
            SQLiteFunction("my_mod", 2...2) { arguments in
                if case .integer(let left) = arguments[0], case .integer(let right) = arguments[1] {
                    return right == 0 ? .null : .integer(right == -1 ? 0 : left % right)
                }
                guard let left = arguments[0].number, let right = arguments[1].number, right != 0 else { return .null }
                return .double(left.truncatingRemainder(dividingBy: right))
            },
            SQLiteFunction("my_xor", 2...2) { arguments in
                guard let left = arguments[0].integer, let right = arguments[1].integer else { return .null }
                return .integer(left ^ right)
            },
        ]
    }

    private static var rounding: [SQLiteFunction] {
        [
            // ROUND of a DOUBLE: half goes to the even neighbour.
            SQLiteFunction("my_round_double", 2...2) { arguments in
                guard let number = arguments[0].number, let digits = arguments[1].integer else { return .null }
                return .double(scaled(number, Int(clamping: digits), .toNearestOrEven))
            },
            SQLiteFunction("my_truncate", 2...2) { arguments in
                guard let number = arguments[0].number, let digits = arguments[1].integer else { return .null }
                if case .integer(let whole) = arguments[0] {
                    guard digits < 0 else { return arguments[0] }
                    guard digits > -19 else { return .integer(0) }
                    let unit = (0..<(-digits)).reduce(Int64(1)) { unit, _ in unit * 10 }
                    return .integer(whole / unit * unit)
                }
                return .double(scaled(number, Int(clamping: digits), .towardZero))
            },
            SQLiteFunction("my_floor", 1...1) { whole($0[0], .down) },
            SQLiteFunction("my_ceil", 1...1) { whole($0[0], .up) },
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

    private static var others: [SQLiteFunction] {
        [
            SQLiteFunction("my_rand", 0...0, isDeterministic: false) { _ in .double(Double.random(in: 0..<1)) },
            // FORMAT: thousands apart, so many digits behind the point.
            SQLiteFunction("my_format", 2...2) { arguments in
                guard arguments[0] != .null, let digits = arguments[1].integer else { return .null }
                return .text(format(arguments[0], Int(min(38, max(0, digits)))))
            },
            SQLiteFunction("my_inet_aton", 1...1) { arguments in
                guard let text = arguments[0].text else { return .null }
                let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
                guard (1...4).contains(parts.count), !parts.contains(nil) else { return .null }
                let numbers = parts.compactMap { $0.map(Int64.init) }
                // Short forms: the last number is the host.
                let network = numbers.dropLast().enumerated().reduce(Int64(0)) {
                    $0 | $1.element << (24 - 8 * $1.offset)
                }
                return .integer(network | (numbers.last ?? 0))
            },
            SQLiteFunction("my_inet_ntoa", 1...1) { arguments in
                guard let number = arguments[0].integer, (0...0xffff_ffff).contains(number) else { return .null }
                return .text("\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)")
            },
            SQLiteFunction("my_conv", 3...3) { arguments in
                guard let text = arguments[0].text, let from = arguments[1].integer, let to = arguments[2].integer,
                    (2...36).contains(from.magnitude), (2...36).contains(to.magnitude)
                else { return .null }
                var digits = text.prefix(70).drop { $0 == " " }
                let isNegative = digits.hasPrefix("-")
                if isNegative { digits = digits.dropFirst() }
                let valid = digits.prefix { ($0.hexDigitValue ?? letter($0)).map { $0 < Int(from.magnitude) } ?? false }
                let number = UInt64(valid.isEmpty ? "0" : valid, radix: Int(from.magnitude)) ?? .max
                let signed = isNegative ? 0 &- number : number
                if to < 0 { return .text(String(Int64(bitPattern: signed), radix: Int(-to), uppercase: true)) }
                return .text(String(signed, radix: Int(to), uppercase: true))
            },
        ]
    }

    private static func letter(_ character: Character) -> Int? {
        guard let byte = character.asciiValue, (0x61...0x7a).contains(byte | 0x20) else { return nil }
        return Int(byte | 0x20) - 0x61 + 10
    }

    private static func format(_ value: SQLValue, _ digits: Int) -> String {
        let text = NumberText.decimal(value, scale: digits)
        let isNegative = text.hasPrefix("-")
        let halves = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        var grouped = ""
        for (index, digit) in (halves.first ?? "0").enumerated() {
            if index > 0, ((halves.first?.count ?? 1) - index).isMultiple(of: 3) { grouped.append(",") }
            grouped.append(digit)
        }
        return (isNegative ? "-" : "") + grouped + (halves.count == 2 ? "." + halves[1] : "")
    }
}
