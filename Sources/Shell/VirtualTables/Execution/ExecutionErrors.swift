import MySQLWire
import SQLDialect
import SQLite

/// MySQL's errors for statements that do not end well.
enum ExecutionErrors {
    /// - Parameters:
    ///   - interruption: why it was interrupted, if it was.
    ///   - version: of the server whose numbers are used.
    static func error(
        _ failure: SQLiteFailure,
        interruption: SQLiteGuard.Interruption?,
        version: ServerVersion
    ) -> SQLError {
        if let interruption { return interrupted(interruption, version) }
        switch failure.kind {
        case .interrupted: return interrupted(interruption, version)
        case .tooBig: return SQLError(errno: 1301, sqlState: "HY000", message: "A value or the statement is too long")
        case .noMemory: return SQLError(errno: 1041, sqlState: "HY000", message: "Out of memory")
        case .full, .readOnly, .corrupt, .busy, .other:
            return failure.functionError ?? StatementErrors.known(failure.message)
                ?? SQLError(errno: 1105, sqlState: "HY000", message: failure.message)
        }
    }

    static func interrupted(_ interruption: SQLiteGuard.Interruption?, _ version: ServerVersion) -> SQLError {
        switch interruption {
        case .memory:
            SQLError(
                errno: 1038,
                sqlState: "HY001",
                message: "Out of sort memory: the statement on cluster_schema needs more than it may take"
            )
        case .cancelled, .allowance:
            SQLError(errno: 1317, sqlState: "70100", message: "Query execution was interrupted")
        case .time, nil:
            version.isMariaDB
                ? SQLError(
                    errno: 1969,
                    sqlState: "70100",
                    message: "Query execution was interrupted (max_statement_time exceeded)"
                )
                : SQLError(
                    errno: 3024,
                    sqlState: "HY000",
                    message: "Query execution was interrupted, maximum statement execution time exceeded"
                )
        }
    }
}
