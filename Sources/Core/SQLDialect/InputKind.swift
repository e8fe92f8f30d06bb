package import MySQLWire

/// Of which kind a value from outside is; statements are compiled for the kinds of their values.
package enum InputKind: Hashable {
    case unknown
    case null
    case integer
    /// - Parameter scale: digits behind the point.
    case decimal(wholeDigits: Int, scale: Int)
    /// A number of more digits than there are here.
    case tooLong
    case double
    case text
    case bytes

    package init(_ value: SQLValue) {
        switch value {
        case .null: self = .null
        case .integer: self = .integer
        case .unsigned: self = .tooLong
        case .decimal(let digits):
            guard let parts = ScaledDecimal.parts(of: digits) else {
                self = .tooLong
                return
            }
            // In steps of nine digits, so that few kinds are compiled for values that differ in their size.
            self = .decimal(wholeDigits: (parts.wholeDigits + 8) / 9 * 9, scale: parts.scale)
        case .double: self = .double
        case .text: self = .text
        case .blob: self = .bytes
        }
    }

    /// - Throws: `SQLError` 1235 for numbers that are too long.
    var type: ValueType {
        get throws(SQLError) {
            switch self {
            case .tooLong: throw DecimalFunctions.ofTooManyDigits
            case .unknown, .text: return .text(16_383)
            case .null: return .null
            case .integer: return .bigInteger
            case .decimal(let wholeDigits, let scale): return .decimal(precision: wholeDigits + scale, scale: scale)
            case .double: return .double
            case .bytes: return ValueType(kind: .bytes, length: 65_535, collation: .binary)
            }
        }
    }
}
