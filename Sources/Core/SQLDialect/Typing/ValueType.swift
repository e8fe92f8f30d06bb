import MySQLWire

/// The type of an expression as MariaDB's and MySQL's rules give it, before any row is read.
package struct ValueType: Hashable {
    enum Kind: Hashable {
        case null
        case integer
        case decimal
        case double
        case text
        case json
        case bytes
        case date
        case time
        case dateTime
    }

    var kind: Kind
    /// Digits of an integer or a decimal with its sign, characters of a text, bytes of bytes.
    var length: Int
    /// Scale of a decimal, digits of a second's fraction; 31 for a double.
    var decimals = 0
    var isUnsigned = false
    var isNullable = true
    /// An integer of 64 bits.
    var isBig = false
    var collation = TextCollation.caseInsensitive
    /// A comparison or TRUE and FALSE.
    var isBoolean = false

    static let null = ValueType(kind: .null, length: 0)
    static let boolean = ValueType(kind: .integer, length: 1, isNullable: false, isBoolean: true)
    static let double = ValueType(kind: .double, length: 23, decimals: 31)
    static let date = ValueType(kind: .date, length: 10)
    static let bigInteger = ValueType(kind: .integer, length: 21, isBig: true)

    static func integer(_ length: Int, isBig: Bool = false) -> ValueType {
        ValueType(kind: .integer, length: length, isBig: isBig)
    }

    static func decimal(precision: Int, scale: Int) -> ValueType {
        let scale = min(38, scale)
        let precision = min(65, max(precision, scale))
        return ValueType(kind: .decimal, length: precision + (scale > 0 ? 2 : 1), decimals: scale)
    }

    static func text(_ length: Int) -> ValueType { ValueType(kind: .text, length: max(0, min(length, 1 << 28))) }

    static func json(_ length: Int) -> ValueType { ValueType(kind: .json, length: max(0, min(length, 1 << 28))) }

    static func time(fraction: Int) -> ValueType {
        ValueType(kind: .time, length: fraction > 0 ? 11 + fraction : 10, decimals: fraction)
    }

    static func dateTime(fraction: Int) -> ValueType {
        ValueType(kind: .dateTime, length: fraction > 0 ? 20 + fraction : 19, decimals: fraction)
    }

    func nullable(_ isNullable: Bool) -> ValueType {
        var type = self
        type.isNullable = isNullable
        return type
    }

    var isText: Bool { kind == .text || kind == .json || kind == .bytes }
    var isNumber: Bool { kind == .integer || kind == .decimal || kind == .double }
    var isTemporal: Bool { kind == .date || kind == .time || kind == .dateTime }
    /// A date, with a time or without.
    var hasDate: Bool { kind == .date || kind == .dateTime }

    /// Digits of a number, without sign and point.
    var precision: Int {
        switch kind {
        case .integer: isUnsigned ? length : max(1, length - (length > 1 ? 1 : 0))
        case .decimal: max(1, length - (decimals > 0 ? 1 : 0) - (isUnsigned ? 0 : 1))
        case .null: 0
        case .bytes: min(20, length * 3)
        default: 20
        }
    }

    /// Scale of the number that the value is where a number is wanted.
    var scale: Int {
        switch kind {
        case .decimal, .time, .dateTime: decimals
        default: 0
        }
    }

    /// How many digits of the number in SQLite stand behind the point.
    var places: Int { kind == .decimal ? decimals : 0 }

    /// Whether its number has no digits behind the point.
    var isWhole: Bool {
        switch kind {
        case .integer, .null, .date: true
        case .time, .dateTime: decimals == 0
        case .decimal, .double, .text, .json, .bytes: false
        }
    }

    /// How many characters it takes as text.
    var characters: Int { kind == .double ? 23 : length }
}

extension ValueType {
    /// What a column declares.
    init(_ declared: DeclaredType, isNullable: Bool) {
        var column = ColumnDefinition(name: "")
        declared.describe(&column)
        switch column.type {
        case .long: self = ValueType(kind: .integer, length: Int(column.length))
        case .longLong: self = ValueType(kind: .integer, length: 20, isBig: true)
        case .double: self = .double
        case .dateTime: self = .dateTime(fraction: Int(column.decimals))
        default: self = .text(Int(column.length) / 4)
        }
        isUnsigned = declared.isUnsigned
        self.isNullable = isNullable
    }
}
