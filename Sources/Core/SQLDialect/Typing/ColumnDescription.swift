import MySQLWire

/// What the protocol tells of a column that is an expression.
enum ColumnDescription {
    static func describe(_ type: ValueType, name: String) -> ColumnDefinition {
        var column = ColumnDefinition(name: name)
        if !type.isNullable { column.flags.insert(.notNull) }
        column.decimals = UInt8(clamping: type.decimals)
        column.length = UInt32(clamping: type.length)
        column.characterSet = CharacterSet.binary
        switch type.kind {
        case .null:
            column.type = .null
            column.length = 0
        case .integer: column.type = type.isBig ? .longLong : .long
        case .decimal: column.type = .newDecimal
        case .double: column.type = .double
        case .date: column.type = .date
        case .time: column.type = .time
        case .dateTime: column.type = .dateTime
        case .bytes: column.type = type.length > 65_535 ? .blob : .varString
        case .text, .json:
            column.type = type.length * 4 > 65_535 * 4 ? .blob : .varString
            column.characterSet = CharacterSet.utf8mb4
            column.length = UInt32(clamping: type.length * 4)
            // As the servers mark what has no fixed digits.
            column.decimals = column.type == .blob ? 0 : 39
        }
        if column.characterSet == CharacterSet.binary { column.flags.insert(.binary) }
        if type.isUnsigned { column.flags.insert(.unsigned) }
        return column
    }
}
