package import MySQLWire

/// A column's type as its definition declares it, and how the protocol tells it.
package struct DeclaredType: Hashable, Sendable {
    /// As declared, in upper case: `VARCHAR(64)`, `BIGINT UNSIGNED`.
    package let declaration: String

    package init(_ declaration: String) {
        self.declaration = declaration.uppercased()
    }

    /// As SHOW COLUMNS prints it.
    package var displayed: String { declaration.lowercased() }

    package var isText: Bool {
        switch baseName {
        case "CHAR", "VARCHAR", "TEXT": true
        default: false
        }
    }

    package var isUnsigned: Bool { declaration.hasSuffix(" UNSIGNED") }

    /// Fills in what the type decides of a column's definition.
    package func describe(_ column: inout ColumnDefinition) {
        switch baseName {
        case "BIGINT":
            number(&column, .longLong, length: isUnsigned ? 20 : 21)
        case "INT":
            number(&column, .long, length: isUnsigned ? 10 : 11)
        case "DOUBLE":
            number(&column, .double, length: 22)
            column.decimals = 0x1f
        case "DATETIME":
            number(&column, .dateTime, length: 26)
            column.flags.insert(.binary)
            column.decimals = UInt8(clamping: size ?? 0)
        case "TEXT":
            column.type = .blob
            column.characterSet = CharacterSet.utf8mb4
            column.length = 65_535 * 4
            column.flags.insert(.blob)
        default:
            column.type = .varString
            column.characterSet = CharacterSet.utf8mb4
            column.length = UInt32(clamping: size ?? 255) * 4
        }
    }

    private func number(_ column: inout ColumnDefinition, _ type: ColumnType, length: UInt32) {
        column.type = type
        column.characterSet = CharacterSet.binary
        column.length = length
        if isUnsigned { column.flags.insert(.unsigned) }
    }

    /// As information_schema names it: `varchar`, `bigint`.
    package var dataType: String { baseName.lowercased() }

    private var baseName: Substring {
        declaration.prefix { $0 != "(" && $0 != " " }
    }

    /// The number in parentheses.
    package var size: Int? {
        guard let open = declaration.firstIndex(of: "("), let close = declaration.firstIndex(of: ")") else {
            return nil
        }
        return Int(declaration[declaration.index(after: open)..<close])
    }
}
