import ClusterModel
import MySQLWire
import QueryRouting
import SQLDialect

/// Answers SHOW and DESCRIBE from the tables' definitions, under the headers that MySQL and MariaDB print.
struct SchemaAnswers {
    let catalog: TableCatalog
    let context: SessionContext
    /// When the procedures came to be: the process's start.
    let createdAt: WallTime
    /// The rows of STATUS.
    let status: () -> [(name: String, value: String)]

    /// - Throws: `SQLError` 1146 for a table that is not there.
    func answer(_ statement: VirtualStatement) throws(SQLError) -> ResultSet {
        switch statement {
        case .select, .noOperation, .filtered, .call, .waitForChange, .showCompatibilityVariables:
            return ResultSet(columns: [], rows: [])
        case .listServerSchemas: return try schemas(nil)
        case .showProcedures(let pattern):
            return try filtered(Self.procedures(createdAt: createdAt), pattern, column: 1)
        case .showCreateProcedure(let procedure): return createProcedure(procedure)
        case .diagnostics(let question): return diagnostics(question)
        case .showTables(let detail, let pattern): return try tables(detail, pattern)
        case .showTableStatus(let pattern): return try tableStatus(pattern)
        case .showColumns(let table, let detail, let pattern):
            return try columns(try definition(table), detail, pattern)
        case .showCreateTable(let table): return createTable(try definition(table))
        case .showCreateSchema: return createSchema()
        case .showIndexes: return Listing.indexes.empty
        case .showNothing(let listing): return Listing(listing).empty
        case .showSchemas(let pattern): return try schemas(pattern)
        case .showStatus(let pattern): return try filtered(serverStatus, pattern)
        case .showVariables(let pattern): return try variables(pattern)
        case .showCollations(let pattern): return try collations(pattern)
        case .showCharacterSets(let pattern): return try characterSets(pattern)
        case .showEngines: return engines()
        }
    }

    private func definition(_ table: String) throws(SQLError) -> TableDefinition {
        guard let definition = catalog.definition(of: table) else { throw .unknownTable(table) }
        return definition
    }

    /// Keeps the rows in which a column matches.
    private func filtered(
        _ result: ResultSet,
        _ pattern: String?,
        column: Int = 0
    ) throws(SQLError) -> ResultSet {
        guard let pattern else { return result }
        guard let matcher = LikePattern(pattern) else { throw .unsupported("a LIKE pattern of that length") }
        var result = result
        result.rows.removeAll { row in !(row.dropFirst(column).first?.text.map { matcher.matches($0) } ?? false) }
        return result
    }

    // MARK: Tables

    private func tables(_ detail: ShowDetail, _ pattern: String?) throws(SQLError) -> ResultSet {
        var listing = Listing(schema: "information_schema", table: "TABLE_NAMES")
        let suffix = pattern.map { " (\($0))" } ?? ""
        listing.text("Tables_in_\(VirtualSchema.name)\(suffix)", "TABLE_NAME", 64, .notNull)
        if detail == .full { listing.text("Table_type", "TABLE_TYPE", 64, .notNull) }
        let rows = catalog.tables.map { table -> [SQLValue] in
            detail == .full ? [.text(table.name), .text("SYSTEM VIEW")] : [.text(table.name)]
        }
        return try filtered(ResultSet(columns: listing.columns, rows: rows), pattern)
    }

    private func tableStatus(_ pattern: String?) throws(SQLError) -> ResultSet {
        var listing = Listing(schema: "information_schema", table: "TABLES")
        listing.text("Name", "TABLE_NAME", 64, .notNull)
        listing.text("Engine", "ENGINE", 64)
        listing.number("Version", "VERSION")
        listing.text("Row_format", "ROW_FORMAT", 10)
        let numbers = [
            ("Rows", "TABLE_ROWS"), ("Avg_row_length", "AVG_ROW_LENGTH"), ("Data_length", "DATA_LENGTH"),
            ("Max_data_length", "MAX_DATA_LENGTH"), ("Index_length", "INDEX_LENGTH"), ("Data_free", "DATA_FREE"),
            ("Auto_increment", "AUTO_INCREMENT"),
        ]
        for (name, original) in numbers { listing.number(name, original) }
        let times = [("Create_time", "CREATE_TIME"), ("Update_time", "UPDATE_TIME"), ("Check_time", "CHECK_TIME")]
        for (name, original) in times { listing.time(name, original) }
        listing.text("Collation", "TABLE_COLLATION", 64)
        listing.number("Checksum", "CHECKSUM")
        listing.text("Create_options", "CREATE_OPTIONS", 2048)
        listing.text("Comment", "TABLE_COMMENT", 2048, .notNull)
        let rows = catalog.tables.map { table -> [SQLValue] in
            let unknown = [SQLValue](repeating: .null, count: 12)
            return [.text(table.name), .text("PILOTFISH")] + unknown
                + [.text(Self.collation), .null, .text(""), .text(table.comment)]
        }
        return try filtered(ResultSet(columns: listing.columns, rows: rows), pattern)
    }

    private static let collation = "utf8mb4_general_ci"

    // MARK: Columns

    private func columns(
        _ table: TableDefinition,
        _ detail: ShowDetail,
        _ pattern: String?
    ) throws(SQLError) -> ResultSet {
        var listing = Listing(schema: "information_schema", table: "COLUMNS")
        listing.text("Field", "COLUMN_NAME", 64, .notNull)
        listing.text("Type", "COLUMN_TYPE", 1024, .notNull)
        if detail == .full { listing.text("Collation", "COLLATION_NAME", 64) }
        listing.text("Null", "IS_NULLABLE", 3, .notNull)
        listing.text("Key", "COLUMN_KEY", 3, .notNull)
        listing.text("Default", "COLUMN_DEFAULT", 1024)
        listing.text("Extra", "EXTRA", 80, .notNull)
        if detail == .full {
            listing.text("Privileges", "PRIVILEGES", 80, .notNull)
            listing.text("Comment", "COLUMN_COMMENT", 1024, .notNull)
        }
        let rows = table.columns.map { column -> [SQLValue] in
            let null = SQLValue.text(column.isNullable ? "YES" : "NO")
            let start: [SQLValue] = [.text(column.name), .text(column.type.displayed)]
            let rest: [SQLValue] = [null, .text(""), .null, .text("")]
            guard detail == .full else { return start + rest }
            let collation: SQLValue = column.type.isText ? .text(Self.collation) : .null
            return start + [collation] + rest + [.text("select"), .text(column.comment)]
        }
        return try filtered(ResultSet(columns: listing.columns, rows: rows), pattern)
    }

    private func createTable(_ table: TableDefinition) -> ResultSet {
        var listing = Listing()
        listing.text("Table", "", 64, .notNull)
        listing.text("Create Table", "", 4096, .notNull)
        let lines = table.columns.map { column in
            "  `\(column.name)` \(column.type.displayed)\(column.isNullable ? " DEFAULT NULL" : " NOT NULL")"
                + " COMMENT \(Self.quoted(column.comment))"
        }
        let sql =
            "CREATE TABLE `\(table.name)` (\n\(lines.joined(separator: ",\n"))\n"
            + ") ENGINE=PILOTFISH DEFAULT CHARSET=utf8mb4 COLLATE=\(Self.collation) COMMENT=\(Self.quoted(table.comment))"
        return ResultSet(columns: listing.columns, rows: [[.text(table.name), .text(sql)]])
    }

    private func createSchema() -> ResultSet {
        var listing = Listing()
        listing.text("Database", "", 64, .notNull)
        listing.text("Create Database", "", 1024, .notNull)
        let sql =
            "CREATE DATABASE `\(VirtualSchema.name)` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE \(Self.collation) */"
        return ResultSet(columns: listing.columns, rows: [[.text(VirtualSchema.name), .text(sql)]])
    }

    static func quoted(_ text: String) -> String {
        "'" + text.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
    }

    // MARK: The session

    private func schemas(_ pattern: String?) throws(SQLError) -> ResultSet {
        var listing = Listing(schema: "information_schema", table: "SCHEMATA")
        listing.text("Database\(pattern.map { " (\($0))" } ?? "")", "SCHEMA_NAME", 64, .notNull)
        let rows: [[SQLValue]] = [[.text(VirtualSchema.name)], [.text(VirtualSchema.informationSchema)]]
        return try filtered(ResultSet(columns: listing.columns, rows: rows), pattern)
    }

    private func variables(_ pattern: String?) throws(SQLError) -> ResultSet {
        var listing = Listing(schema: "information_schema", table: "SESSION_VARIABLES")
        listing.text("Variable_name", "VARIABLE_NAME", 64, .notNull)
        listing.text("Value", "VARIABLE_VALUE", 2048, .notNull)
        let rows = SystemVariables.rows(in: context).map { [SQLValue.text($0.name), .text($0.value)] }
        return try filtered(ResultSet(columns: listing.columns, rows: rows), pattern)
    }

    private func collations(_ pattern: String?) throws(SQLError) -> ResultSet {
        var listing = Listing(schema: "information_schema", table: "COLLATIONS")
        listing.text("Collation", "COLLATION_NAME", 64, .notNull)
        listing.text("Charset", "CHARACTER_SET_NAME", 32)
        listing.number("Id", "ID")
        listing.text("Default", "IS_DEFAULT", 3)
        listing.text("Compiled", "IS_COMPILED", 3, .notNull)
        listing.number("Sortlen", "SORTLEN")
        let row: [SQLValue] = [
            .text(Self.collation), .text("utf8mb4"), .integer(Int64(CharacterSet.utf8mb4)), .text("Yes"), .text("Yes"),
            .integer(1),
        ]
        return try filtered(ResultSet(columns: listing.columns, rows: [row]), pattern)
    }

    private func characterSets(_ pattern: String?) throws(SQLError) -> ResultSet {
        var listing = Listing(schema: "information_schema", table: "CHARACTER_SETS")
        listing.text("Charset", "CHARACTER_SET_NAME", 32, .notNull)
        listing.text("Description", "DESCRIPTION", 60, .notNull)
        listing.text("Default collation", "DEFAULT_COLLATE_NAME", 64, .notNull)
        listing.number("Maxlen", "MAXLEN")
        let row: [SQLValue] = [.text("utf8mb4"), .text("UTF-8 Unicode"), .text(Self.collation), .integer(4)]
        return try filtered(ResultSet(columns: listing.columns, rows: [row]), pattern)
    }

    private func engines() -> ResultSet {
        var listing = Listing(schema: "information_schema", table: "ENGINES")
        listing.text("Engine", "ENGINE", 64, .notNull)
        listing.text("Support", "SUPPORT", 8, .notNull)
        listing.text("Comment", "COMMENT", 160, .notNull)
        listing.text("Transactions", "TRANSACTIONS", 3)
        listing.text("XA", "XA", 3)
        listing.text("Savepoints", "SAVEPOINTS", 3)
        let row: [SQLValue] = [
            .text("PILOTFISH"), .text("DEFAULT"), .text("The cluster as this node sees it, read only"), .text("NO"),
            .text("NO"), .text("NO"),
        ]
        return ResultSet(columns: listing.columns, rows: [row])
    }
}
