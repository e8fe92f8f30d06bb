import MySQLWire
import QueryRouting

/// Puts together the columns of a listing.
struct Listing {
    private(set) var columns: [ColumnDefinition] = []
    private let schema: String
    private let table: String

    init(schema: String = "", table: String = "") {
        self.schema = schema
        self.table = table
    }

    /// - Parameter characters: the longest value.
    mutating func text(_ name: String, _ original: String, _ characters: Int, _ flags: ColumnFlags = []) {
        columns.append(
            ColumnDefinition(
                schema: schema,
                table: table,
                originalTable: table,
                name: name,
                originalName: original,
                length: UInt32(clamping: characters * 4),
                flags: flags
            )
        )
    }

    mutating func number(_ name: String, _ original: String) {
        columns.append(
            ColumnDefinition(
                schema: schema,
                table: table,
                originalTable: table,
                name: name,
                originalName: original,
                characterSet: CharacterSet.binary,
                length: 21,
                type: .longLong
            )
        )
    }

    mutating func time(_ name: String, _ original: String) {
        columns.append(
            ColumnDefinition(
                schema: schema,
                table: table,
                originalTable: table,
                name: name,
                originalName: original,
                characterSet: CharacterSet.binary,
                length: 19,
                type: .dateTime,
                flags: .binary
            )
        )
    }

    /// Without rows.
    var empty: ResultSet { ResultSet(columns: columns, rows: []) }

    /// SHOW INDEX.
    static var indexes: Listing {
        var listing = Listing(schema: "information_schema", table: "STATISTICS")
        listing.text("Table", "TABLE_NAME", 64, .notNull)
        listing.number("Non_unique", "NON_UNIQUE")
        listing.text("Key_name", "INDEX_NAME", 64, .notNull)
        listing.number("Seq_in_index", "SEQ_IN_INDEX")
        listing.text("Column_name", "COLUMN_NAME", 64, .notNull)
        listing.text("Collation", "COLLATION", 1)
        listing.number("Cardinality", "CARDINALITY")
        listing.number("Sub_part", "SUB_PART")
        listing.text("Packed", "PACKED", 10)
        listing.text("Null", "NULLABLE", 3, .notNull)
        listing.text("Index_type", "INDEX_TYPE", 16, .notNull)
        listing.text("Comment", "COMMENT", 16)
        listing.text("Index_comment", "INDEX_COMMENT", 1024, .notNull)
        return listing
    }

    init(_ listing: EmptyListing) {
        self.init()
        switch listing {
        case .warnings:
            text("Level", "", 7, .notNull)
            number("Code", "")
            text("Message", "", 512, .notNull)
        case .triggers:
            for name in [
                "Trigger", "Event", "Table", "Statement", "Timing", "Created", "sql_mode", "Definer",
                "character_set_client", "collation_connection", "Database Collation",
            ] { text(name, "", 64) }
        case .events:
            for name in [
                "Db", "Name", "Definer", "Time zone", "Type", "Execute at", "Interval value", "Interval field",
                "Starts", "Ends", "Status", "Originator", "character_set_client", "collation_connection",
                "Database Collation",
            ] { text(name, "", 64) }
        case .openTables:
            text("Database", "", 64, .notNull)
            text("Table", "", 64, .notNull)
            number("In_use", "")
            number("Name_locked", "")
        case .functions:
            for name in [
                "Db", "Name", "Type", "Definer", "Modified", "Created", "Security_type", "Comment",
                "character_set_client", "collation_connection", "Database Collation",
            ] { text(name, "", 64) }
        case .plugins:
            for name in ["Name", "Status", "Type", "Library", "License"] { text(name, "", 64) }
        }
    }
}
