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
        case .select, .noOperation, .filtered, .call, .waitForChange, .election, .showCompatibilityVariables:
            return ResultSet(columns: [], rows: [])
        case .listServerSchemas: return try schemas(nil)
        case .showProcedures(let pattern): return try procedures(pattern)
        case .showCreateProcedure(let procedure): return try createProcedure(procedure)
        case .diagnostics(let question): return try diagnostics(question)
        case .showTables(let detail, let pattern): return try tables(detail, pattern)
        case .showTableStatus(let pattern): return try tableStatus(pattern)
        case .showColumns(let table, let detail, let pattern):
            return try columns(try definition(table), detail, pattern)
        case .showCreateTable(let table): return try createTable(try definition(table))
        case .showCreateSchema: return try createSchema()
        case .showIndexes: return try Self.indexes.answer([])
        case .showNothing(let listing): return try Listing(listing).answer([])
        case .showSchemas(let pattern): return try schemas(pattern)
        case .showStatus(let pattern): return try serverStatus(pattern)
        case .showVariables(let pattern): return try variables(pattern)
        case .showCollations(let pattern): return try collations(pattern)
        case .showCharacterSets(let pattern): return try characterSets(pattern)
        case .showEngines: return try engines()
        }
    }

    private func definition(_ table: String) throws(SQLError) -> TableDefinition {
        guard let definition = catalog.definition(of: table) else { throw .unknownTable(table) }
        return definition
    }

    // MARK: Tables

    private func tables(_ detail: ShowDetail, _ pattern: String?) throws(SQLError) -> ResultSet {
        let type = detail == .full ? ", Table_type=TABLE_TYPE 64!" : ""
        var listing = Listing(of: "TABLE_NAMES", "Tables_in_\(VirtualSchema.name)=TABLE_NAME 64!\(type)")
        listing.columns[0].name += Self.shown(pattern)
        let rows = catalog.tables.map { table -> [SQLValue] in
            detail == .full ? [.text(table.name), .text("SYSTEM VIEW")] : [.text(table.name)]
        }
        return try listing.answer(rows, like: pattern)
    }

    private func tableStatus(_ pattern: String?) throws(SQLError) -> ResultSet {
        let listing = Listing(
            of: "TABLES",
            "Name=TABLE_NAME 64!, Engine=ENGINE 64, Version=VERSION n, Row_format=ROW_FORMAT 10, Rows=TABLE_ROWS n, "
                + "Avg_row_length=AVG_ROW_LENGTH n, Data_length=DATA_LENGTH n, Max_data_length=MAX_DATA_LENGTH n, "
                + "Index_length=INDEX_LENGTH n, Data_free=DATA_FREE n, Auto_increment=AUTO_INCREMENT n, "
                + "Create_time=CREATE_TIME d, Update_time=UPDATE_TIME d, Check_time=CHECK_TIME d, "
                + "Collation=TABLE_COLLATION 64, Checksum=CHECKSUM n, Create_options=CREATE_OPTIONS 2048, "
                + "Comment=TABLE_COMMENT 2048!"
        )
        let rows = catalog.tables.map { table -> [SQLValue] in
            let unknown = [SQLValue](repeating: .null, count: 12)
            return [.text(table.name), .text("PILOTFISH")] + unknown
                + [.text(Self.collation), .null, .text(""), .text(table.comment)]
        }
        return try listing.answer(rows, like: pattern)
    }

    private static let indexes = Listing(
        of: "STATISTICS",
        "Table=TABLE_NAME 64!, Non_unique=NON_UNIQUE n, Key_name=INDEX_NAME 64!, Seq_in_index=SEQ_IN_INDEX n, "
            + "Column_name=COLUMN_NAME 64!, Collation=COLLATION 1, Cardinality=CARDINALITY n, Sub_part=SUB_PART n, "
            + "Packed=PACKED 10, Null=NULLABLE 3!, Index_type=INDEX_TYPE 16!, Comment=COMMENT 16, "
            + "Index_comment=INDEX_COMMENT 1024!"
    )

    private static let collation = "utf8mb4_general_ci"

    /// As a header shows the pattern behind LIKE.
    private static func shown(_ pattern: String?) -> String { pattern.map { " (\($0))" } ?? "" }

    // MARK: Columns

    private func columns(
        _ table: TableDefinition,
        _ detail: ShowDetail,
        _ pattern: String?
    ) throws(SQLError) -> ResultSet {
        let isFull = detail == .full
        let listing = Listing(
            of: "COLUMNS",
            "Field=COLUMN_NAME 64!, Type=COLUMN_TYPE 1024!, " + (isFull ? "Collation=COLLATION_NAME 64, " : "")
                + "Null=IS_NULLABLE 3!, Key=COLUMN_KEY 3!, Default=COLUMN_DEFAULT 1024, Extra=EXTRA 80!"
                + (isFull ? ", Privileges=PRIVILEGES 80!, Comment=COLUMN_COMMENT 1024!" : "")
        )
        let rows = table.columns.map { column -> [SQLValue] in
            let null = SQLValue.text(column.isNullable ? "YES" : "NO")
            let start: [SQLValue] = [.text(column.name), .text(column.type.displayed)]
            let rest: [SQLValue] = [null, .text(""), .null, .text("")]
            guard isFull else { return start + rest }
            let collation: SQLValue = column.type.isText ? .text(Self.collation) : .null
            return start + [collation] + rest + [.text("select"), .text(column.comment)]
        }
        return try listing.answer(rows, like: pattern)
    }

    private func createTable(_ table: TableDefinition) throws(SQLError) -> ResultSet {
        let lines = table.columns.map { column in
            "  `\(column.name)` \(column.type.displayed)\(column.isNullable ? " DEFAULT NULL" : " NOT NULL")"
                + " COMMENT \(Self.quoted(column.comment))"
        }
        let sql =
            "CREATE TABLE `\(table.name)` (\n\(lines.joined(separator: ",\n"))\n"
            + ") ENGINE=PILOTFISH DEFAULT CHARSET=utf8mb4 COLLATE=\(Self.collation) COMMENT=\(Self.quoted(table.comment))"
        return try Listing("Table 64!, Create Table 4096!").answer([[.text(table.name), .text(sql)]])
    }

    private func createSchema() throws(SQLError) -> ResultSet {
        let sql =
            "CREATE DATABASE `\(VirtualSchema.name)` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE \(Self.collation) */"
        return try Listing("Database 64!, Create Database 1024!").answer([[.text(VirtualSchema.name), .text(sql)]])
    }

    static func quoted(_ text: String) -> String {
        "'" + text.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
    }

    // MARK: The session

    private func schemas(_ pattern: String?) throws(SQLError) -> ResultSet {
        var listing = Listing(of: "SCHEMATA", "Database=SCHEMA_NAME 64!")
        listing.columns[0].name += Self.shown(pattern)
        return try listing.answer(
            [[.text(VirtualSchema.name)], [.text(VirtualSchema.informationSchema)]],
            like: pattern
        )
    }

    private func variables(_ pattern: String?) throws(SQLError) -> ResultSet {
        try Listing(of: "SESSION_VARIABLES", "Variable_name=VARIABLE_NAME 64!, Value=VARIABLE_VALUE 2048!").answer(
            SystemVariables.rows(in: context).map { [.text($0.name), .text($0.value)] },
            like: pattern
        )
    }

    private func collations(_ pattern: String?) throws(SQLError) -> ResultSet {
        let listing = Listing(
            of: "COLLATIONS",
            "Collation=COLLATION_NAME 64!, Charset=CHARACTER_SET_NAME 32, Id=ID n, Default=IS_DEFAULT 3, "
                + "Compiled=IS_COMPILED 3!, Sortlen=SORTLEN n"
        )
        let row: [SQLValue] = [
            .text(Self.collation), .text("utf8mb4"), .integer(Int64(CharacterSet.utf8mb4)), .text("Yes"), .text("Yes"),
            .integer(1),
        ]
        return try listing.answer([row], like: pattern)
    }

    private func characterSets(_ pattern: String?) throws(SQLError) -> ResultSet {
        let listing = Listing(
            of: "CHARACTER_SETS",
            "Charset=CHARACTER_SET_NAME 32!, Description=DESCRIPTION 60!, Default collation=DEFAULT_COLLATE_NAME 64!, "
                + "Maxlen=MAXLEN n"
        )
        let row: [SQLValue] = [.text("utf8mb4"), .text("UTF-8 Unicode"), .text(Self.collation), .integer(4)]
        return try listing.answer([row], like: pattern)
    }

    private func engines() throws(SQLError) -> ResultSet {
        let listing = Listing(
            of: "ENGINES",
            "Engine=ENGINE 64!, Support=SUPPORT 8!, Comment=COMMENT 160!, Transactions=TRANSACTIONS 3, XA=XA 3, "
                + "Savepoints=SAVEPOINTS 3"
        )
        let row: [SQLValue] = [
            .text("PILOTFISH"), .text("DEFAULT"), .text("The cluster as this node sees it, read only"), .text("NO"),
            .text("NO"), .text("NO"),
        ]
        return try listing.answer([row])
    }
}
