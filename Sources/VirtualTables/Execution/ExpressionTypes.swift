import MySQLWire

/// Finds the types of columns that are expressions from the values in them.
enum ExpressionTypes {
    private enum Kind: Int {
        case nothing
        case integer
        case double
        case text
    }

    static func describe(_ column: inout ColumnDefinition, at index: Int, in rows: [[SQLValue]]) {
        var kind = Kind.nothing
        var bytes = 0
        for row in rows where row.indices.contains(index) {
            switch row[index] {
            case .null: break
            case .integer: if kind.rawValue < Kind.integer.rawValue { kind = .integer }
            case .double: if kind.rawValue < Kind.double.rawValue { kind = .double }
            case .text(let text):
                kind = .text
                bytes = max(bytes, text.utf8.count)
            case .blob(let blob):
                kind = .text
                bytes = max(bytes, blob.count)
            }
        }
        switch kind {
        case .nothing, .text:
            column.type = .varString
            column.characterSet = CharacterSet.utf8mb4
            column.length = UInt32(clamping: max(1024, bytes))
        case .integer:
            number(&column, .longLong, length: 21, decimals: 0)
        case .double:
            number(&column, .double, length: 23, decimals: 0x1f)
        }
    }

    private static func number(_ column: inout ColumnDefinition, _ type: ColumnType, length: UInt32, decimals: UInt8) {
        column.type = type
        column.characterSet = CharacterSet.binary
        column.length = length
        column.decimals = decimals
        column.flags.insert(.binary)
    }
}
