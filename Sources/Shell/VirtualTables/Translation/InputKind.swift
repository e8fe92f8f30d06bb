import MySQLWire

/// Of which kind a value from outside is; statements are compiled for the kinds of their values.
enum InputKind: Hashable {
    case unknown
    case null
    case integer
    case unsigned
    /// - Parameter scale: digits behind the point.
    case decimal(wholeDigits: Int, scale: Int)
    case double
    case text
    case bytes

    init(_ value: SQLValue) {
        switch value {
        case .null: self = .null
        case .integer: self = .integer
        case .unsigned: self = .unsigned
        case .decimal(let digits):
            let number = Decimal(text: digits)
            // In steps of nine digits, so that few kinds are compiled for values that differ in their size.
            self = .decimal(wholeDigits: (max(1, number.wholeDigits) + 8) / 9 * 9, scale: number.scale)
        case .double: self = .double
        case .text: self = .text
        case .blob: self = .bytes
        }
    }

    var type: ValueType {
        switch self {
        case .unknown, .text: .text(16_383)
        case .null: .null
        case .integer: .bigInteger
        case .unsigned: .wide
        case .decimal(let wholeDigits, let scale): .decimal(precision: wholeDigits + scale, scale: scale)
        case .double: .double
        case .bytes: ValueType(kind: .bytes, length: 65_535, collation: .binary)
        }
    }
}
