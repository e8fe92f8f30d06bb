import ClusterModel
import MySQLWire
import QueryRouting
import SQLDialect

// What is told of procedures, and of the statement before.
extension SchemaAnswers {
    /// SHOW PROCEDURE STATUS, all of them.
    static func procedures(createdAt: WallTime) -> ResultSet {
        var listing = Listing(schema: "information_schema", table: "ROUTINES")
        listing.text("Db", "ROUTINE_SCHEMA", 64, .notNull)
        listing.text("Name", "ROUTINE_NAME", 64, .notNull)
        listing.text("Type", "ROUTINE_TYPE", 13, .notNull)
        listing.text("Definer", "DEFINER", 384, .notNull)
        listing.time("Modified", "LAST_ALTERED")
        listing.time("Created", "CREATED")
        listing.text("Security_type", "SECURITY_TYPE", 7, .notNull)
        listing.text("Comment", "ROUTINE_COMMENT", 1024, .notNull)
        listing.text("character_set_client", "CHARACTER_SET_CLIENT", 64, .notNull)
        listing.text("collation_connection", "COLLATION_CONNECTION", 64, .notNull)
        listing.text("Database Collation", "DATABASE_COLLATION", 64, .notNull)
        let time = SQLValue.text(CalendarTime.text(of: createdAt, fraction: 0))
        let rows = Procedure.allCases.map { procedure -> [SQLValue] in
            [
                .text(VirtualSchema.name), .text(procedure.name), .text("PROCEDURE"), .text(""), time, time,
                .text("INVOKER"), .text(procedure.comment), .text("utf8mb4"), .text("utf8mb4_general_ci"),
                .text("utf8mb4_general_ci"),
            ]
        }
        return ResultSet(columns: listing.columns, rows: rows)
    }

    func createProcedure(_ procedure: Procedure) -> ResultSet {
        var listing = Listing()
        listing.text("Procedure", "", 64, .notNull)
        listing.text("sql_mode", "", 1024, .notNull)
        listing.text("Create Procedure", "", 4096)
        listing.text("character_set_client", "", 64, .notNull)
        listing.text("collation_connection", "", 64, .notNull)
        listing.text("Database Collation", "", 64, .notNull)
        let parameters = procedure.parameters.map(\.declaration).joined(separator: ", ")
        let sql =
            "CREATE PROCEDURE `\(procedure.name)`(\(parameters))\n    NO SQL\n    SQL SECURITY INVOKER\n"
            + "    COMMENT \(Self.quoted(procedure.comment))\nBEGIN\n    /* carried out by the sidecar */\nEND"
        let row: [SQLValue] = [
            .text(procedure.name), .text(""), .text(sql), .text("utf8mb4"), .text("utf8mb4_general_ci"),
            .text("utf8mb4_general_ci"),
        ]
        return ResultSet(columns: listing.columns, rows: [row])
    }

    /// SHOW STATUS of a session without mysqld: what shells print, of this sidecar.
    var serverStatus: ResultSet {
        var listing = Listing(schema: "information_schema", table: "SESSION_STATUS")
        listing.text("Variable_name", "VARIABLE_NAME", 64, .notNull)
        listing.text("Value", "VARIABLE_VALUE", 2048, .notNull)
        let own = Dictionary(status().map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let statements = own["PROXY_VIRTUAL_STATEMENTS"] ?? "0"
        let rows = [
            ("Flush_commands", "0"), ("Open_tables", String(catalog.tables.count)), ("Opened_tables", "0"),
            ("Queries", statements), ("Questions", statements), ("Slow_queries", "0"),
            ("Threads_connected", own["PROXY_CONNECTIONS_CURRENT"] ?? "0"), ("Threads_running", "1"),
            ("Uptime", own["UPTIME_SECONDS"] ?? "0"),
        ]
        return ResultSet(columns: listing.columns, rows: rows.map { [.text($0.0), .text($0.1)] })
    }

    func diagnostics(_ question: DiagnosticsQuestion) -> ResultSet {
        let all = context.diagnostics ?? []
        let errors = all.filter { $0.level == .error }
        switch question {
        case .list(let onlyErrors, let offset, let count):
            let rows = (onlyErrors ? errors : all).dropFirst(max(0, offset)).prefix(max(0, count ?? .max))
            return ResultSet(
                columns: Listing(.warnings).columns,
                rows: rows.map { [.text($0.level.rawValue), .integer(Int64($0.code)), .text($0.message)] }
            )
        case .counts(let counts):
            var listing = Listing()
            for count in counts { listing.number(count.name, "") }
            let row = counts.map { SQLValue.integer(Int64($0.onlyErrors ? errors.count : all.count)) }
            return ResultSet(columns: listing.columns, rows: [row])
        }
    }
}
