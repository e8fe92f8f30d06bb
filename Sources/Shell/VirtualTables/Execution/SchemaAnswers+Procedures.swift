import ClusterModel
import MySQLWire
import QueryRouting
import SQLDialect

// What is told of procedures, and of the statement before.
extension SchemaAnswers {
    /// SHOW PROCEDURE STATUS.
    func procedures(_ pattern: String?) throws(SQLError) -> ResultSet {
        let listing = Listing(
            of: "ROUTINES",
            "Db=ROUTINE_SCHEMA 64!, Name=ROUTINE_NAME 64!, Type=ROUTINE_TYPE 13!, Definer=DEFINER 384!, "
                + "Modified=LAST_ALTERED d, Created=CREATED d, Security_type=SECURITY_TYPE 7!, "
                + "Comment=ROUTINE_COMMENT 1024!, character_set_client=CHARACTER_SET_CLIENT 64!, "
                + "collation_connection=COLLATION_CONNECTION 64!, Database Collation=DATABASE_COLLATION 64!"
        )
        let time = SQLValue.text(CalendarTime.text(of: createdAt, fraction: 0))
        let rows = Procedure.allCases.map { procedure -> [SQLValue] in
            [
                .text(VirtualSchema.name), .text(procedure.name), .text("PROCEDURE"), .text(""), time, time,
                .text("INVOKER"), .text(procedure.comment), .text("utf8mb4"), .text("utf8mb4_general_ci"),
                .text("utf8mb4_general_ci"),
            ]
        }
        return try listing.answer(rows, like: pattern, at: 1)
    }

    func createProcedure(_ procedure: Procedure) throws(SQLError) -> ResultSet {
        let listing = Listing(
            "Procedure 64!, sql_mode 1024!, Create Procedure 4096, character_set_client 64!, "
                + "collation_connection 64!, Database Collation 64!"
        )
        let parameters = procedure.parameters.map(\.declaration).joined(separator: ", ")
        let sql =
            "CREATE PROCEDURE `\(procedure.name)`(\(parameters))\n    NO SQL\n    SQL SECURITY INVOKER\n"
            + "    COMMENT \(Self.quoted(procedure.comment))\nBEGIN\n    /* carried out by the sidecar */\nEND"
        let row: [SQLValue] = [
            .text(procedure.name), .text(""), .text(sql), .text("utf8mb4"), .text("utf8mb4_general_ci"),
            .text("utf8mb4_general_ci"),
        ]
        return try listing.answer([row])
    }

    /// SHOW STATUS of a session without mysqld: what shells print, of this sidecar.
    func serverStatus(_ pattern: String?) throws(SQLError) -> ResultSet {
        let listing = Listing(of: "SESSION_STATUS", "Variable_name=VARIABLE_NAME 64!, Value=VARIABLE_VALUE 2048!")
        let own = Dictionary(status().map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let statements = own["PROXY_VIRTUAL_STATEMENTS"] ?? "0"
        let rows = [
            ("Flush_commands", "0"), ("Open_tables", String(catalog.tables.count)), ("Opened_tables", "0"),
            ("Queries", statements), ("Questions", statements), ("Slow_queries", "0"),
            ("Threads_connected", own["PROXY_CONNECTIONS_CURRENT"] ?? "0"), ("Threads_running", "1"),
            ("Uptime", own["UPTIME_SECONDS"] ?? "0"),
        ]
        return try listing.answer(rows.map { [.text($0.0), .text($0.1)] }, like: pattern)
    }

    func diagnostics(_ question: DiagnosticsQuestion) throws(SQLError) -> ResultSet {
        let all = context.diagnostics ?? []
        let errors = all.filter { $0.level == .error }
        switch question {
        case .list(let onlyErrors, let offset, let count):
            let rows = (onlyErrors ? errors : all).dropFirst(max(0, offset)).prefix(max(0, count ?? .max))
            return try Listing(.warnings).answer(
                rows.map { [.text($0.level.rawValue), .integer(Int64($0.code)), .text($0.message)] }
            )
        case .counts(let counts):
            var listing = Listing(counts.map { _ in "Count n" }.joined(separator: ", "))
            for (index, count) in counts.enumerated() { listing.columns[index].name = count.name }
            let row = counts.map { SQLValue.integer(Int64($0.onlyErrors ? errors.count : all.count)) }
            return try listing.answer([row])
        }
    }
}
