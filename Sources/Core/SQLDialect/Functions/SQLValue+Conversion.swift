package import MySQLWire

/// A value as a function's argument: converted as MySQL would. Nil for NULL.
extension SQLValue {
    package var text: String? {
        switch self {
        case .null: nil
        case .integer(let number): String(number)
        case .unsigned(let number): String(number)
        case .double(let number): Self.text(number)
        case .text(let text), .decimal(let text): text
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Of a text its UTF-8.
    var bytes: [UInt8]? {
        if case .blob(let bytes) = self { return bytes }
        return text.map { Array($0.utf8) }
    }

    package var integer: Int64? {
        switch self {
        case .null: nil
        case .integer(let number): number
        default: number.map { Int64(exactly: $0.rounded()) ?? ($0 < 0 ? .min : .max) }
        }
    }

    /// Of a text the number that it begins with, else 0.
    var number: Double? {
        switch self {
        case .null: return nil
        case .integer(let number): return Double(number)
        case .unsigned(let number): return Double(number)
        case .double(let number): return number
        case .text, .decimal, .blob:
            let text = (text ?? "").drop { $0 == " " }
            var prefix = text.prefix { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }.prefix(40)
            while !prefix.isEmpty {
                if let number = Double(prefix) { return number }
                prefix.removeLast()
            }
            return 0
        }
    }

    /// The whole number that a text begins with, else 0; the nearest where it is out of range.
    var leadingInteger: Int64 {
        let trimmed = (text ?? "").drop { $0 == " " || $0 == "\t" || $0 == "\n" }
        let isNegative = trimmed.hasPrefix("-")
        var number: Int64 = 0
        for byte in trimmed.utf8.dropFirst(isNegative || trimmed.hasPrefix("+") ? 1 : 0) {
            guard byte >= 0x30, byte <= 0x39 else { break }
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - 0x30)
            let (sum, overflowsSum) = product.addingReportingOverflow(isNegative ? -digit : digit)
            if overflow || overflowsSum { return isNegative ? .min : .max }
            number = sum
        }
        return number
    }

    /// A whole number has no point, as in MySQL.
    private static func text(_ number: Double) -> String {
        guard number == number.rounded(), number.magnitude < 1e15 else { return "\(number)" }
        return String(Int64(number))
    }
}
