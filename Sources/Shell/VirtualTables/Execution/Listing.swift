import MySQLWire
import QueryRouting
import SQLDialect

/// The columns of a listing, under the headers that MySQL and MariaDB print.
struct Listing {
    var columns: [ColumnDefinition]

    /// - Parameters:
    ///   - table: of information_schema that the columns are from; empty if they are from none.
    ///   - columns: `Header=ORIGINAL_NAME type, …`. Types are the greatest length of a text, `n` for a number and `d` for
    ///     a time; `!` marks those that are never NULL.
    init(of table: String = "", _ columns: String) {
        self.columns = columns.split(separator: ",").compactMap { Self.column($0.drop { $0 == " " }, table) }
    }

    private static func column(_ text: Substring, _ table: String) -> ColumnDefinition? {
        guard let space = text.lastIndex(of: " ") else { return nil }
        let names = text[..<space].split(separator: "=")
        let type = text[space...].dropFirst()
        var column = ColumnDefinition(
            schema: table.isEmpty ? "" : VirtualSchema.informationSchema,
            table: table,
            originalTable: table,
            name: String(names.first ?? ""),
            originalName: names.count > 1 ? String(names[1]) : ""
        )
        switch type.first {
        case "n":
            column.type = .longLong
            column.length = 21
            column.characterSet = CharacterSet.binary
        case "d":
            column.type = .dateTime
            column.length = 19
            column.characterSet = CharacterSet.binary
            column.flags = .binary
        default: column.length = UInt32(clamping: (Int(type.prefix { $0 != "!" }) ?? 0) * 4)
        }
        if type.hasSuffix("!") { column.flags.insert(.notNull) }
        return column
    }

    /// - Parameters:
    ///   - pattern: keeps the rows in which a column matches it.
    ///   - index: the column's.
    func answer(_ rows: [[SQLValue]], like pattern: String? = nil, at index: Int = 0) throws(SQLError) -> ResultSet {
        guard let pattern else { return ResultSet(columns: columns, rows: rows) }
        guard let matcher = LikePattern(pattern) else { throw .unsupported("a LIKE pattern of that length") }
        let kept = rows.filter { $0.dropFirst(index).first?.text.map { matcher.matches($0) } ?? false }
        return ResultSet(columns: columns, rows: kept)
    }

    init(_ listing: EmptyListing) {
        switch listing {
        case .warnings: self.init("Level 7!, Code n, Message 512!")
        case .triggers:
            self.init(
                "Trigger 64, Event 64, Table 64, Statement 64, Timing 64, Created 64, sql_mode 64, Definer 64, "
                    + "character_set_client 64, collation_connection 64, Database Collation 64"
            )
        case .events:
            self.init(
                "Db 64, Name 64, Definer 64, Time zone 64, Type 64, Execute at 64, Interval value 64, "
                    + "Interval field 64, Starts 64, Ends 64, Status 64, Originator 64, character_set_client 64, "
                    + "collation_connection 64, Database Collation 64"
            )
        case .openTables: self.init("Database 64!, Table 64!, In_use n, Name_locked n")
        case .functions:
            self.init(
                "Db 64, Name 64, Type 64, Definer 64, Modified 64, Created 64, Security_type 64, Comment 64, "
                    + "character_set_client 64, collation_connection 64, Database Collation 64"
            )
        case .plugins: self.init("Name 64, Status 64, Type 64, Library 64, License 64")
        }
    }
}
