/// The column types of the protocol that our answers use
/// (MariaDB: "Result set packets", field types; MySQL: `enum_field_types`).
package enum ColumnType: UInt8, Sendable {
    case long = 0x03
    case double = 0x05
    case null = 0x06
    case longLong = 0x08
    case date = 0x0a
    case time = 0x0b
    case dateTime = 0x0c
    case newDecimal = 0xf6
    case varString = 0xfd
    case blob = 0xfc
}

/// Bits of a column definition's flags.
package struct ColumnFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let notNull = ColumnFlags(rawValue: 1)
    package static let primaryKey = ColumnFlags(rawValue: 2)
    package static let blob = ColumnFlags(rawValue: 16)
    package static let unsigned = ColumnFlags(rawValue: 32)
    package static let binary = ColumnFlags(rawValue: 128)
}

/// Character set numbers (collation ids) that our answers use.
package enum CharacterSet {
    /// `utf8mb4_general_ci`: for text.
    package static let utf8mb4: UInt16 = 45
    /// `binary`: for numbers and times, as the servers themselves say.
    package static let binary: UInt16 = 63
}

/// One column of a result set as the client is told of it.
package struct ColumnDefinition: Hashable, Sendable {
    package var schema: String
    /// The table's alias in the statement.
    package var table: String
    package var originalTable: String
    /// The name that the client reads the column by.
    package var name: String
    package var originalName: String
    package var characterSet: UInt16
    /// The longest value, in bytes of the character set.
    package var length: UInt32
    package var type: ColumnType
    package var flags: ColumnFlags
    /// Digits after the point; 0x1f when any number may follow.
    package var decimals: UInt8

    package init(
        schema: String = "",
        table: String = "",
        originalTable: String = "",
        name: String,
        originalName: String = "",
        characterSet: UInt16 = CharacterSet.utf8mb4,
        length: UInt32 = 1024,
        type: ColumnType = .varString,
        flags: ColumnFlags = [],
        decimals: UInt8 = 0
    ) {
        self.schema = schema
        self.table = table
        self.originalTable = originalTable
        self.name = name
        self.originalName = originalName
        self.characterSet = characterSet
        self.length = length
        self.type = type
        self.flags = flags
        self.decimals = decimals
    }
}

/// A value of a result set.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    /// Beyond what `integer` holds; lesser numbers are always an `integer`.
    case unsigned(UInt64)
    /// An exact number, as its digits: what a client or mysqld sent as a DECIMAL.
    case decimal(String)
    case double(Double)
    /// Times too, as `YYYY-MM-DD hh:mm:ss.uuuuuu`.
    case text(String)
    case blob([UInt8])
}

/// A whole answer; ours are small (the engine limits their rows), so they are built before they are sent.
package struct ResultSet: Hashable, Sendable {
    package var columns: [ColumnDefinition]
    package var rows: [[SQLValue]]

    package init(columns: [ColumnDefinition], rows: [[SQLValue]]) {
        self.columns = columns
        self.rows = rows
    }
}
