internal import CSQLite
import MySQLWire
import QueryRouting

/// MySQL's errors for what a statement or SQLite does wrong.
enum StatementErrors {
    /// The longest piece of a statement that a message quotes, in characters.
    private static let maximumNear = 80

    /// Error 1064 that quotes the statement from a token on.
    static func syntax(in statement: TokenizedStatement, atToken index: Int) -> SQLError {
        guard statement.tokens.indices.contains(index) else {
            return .syntax(near: "", line: line(in: statement, before: statement.bytes.count))
        }
        let start = statement.tokens[index].start
        let near = String(decoding: statement.bytes[start...].prefix(maximumNear * 4), as: UTF8.self)
        return .syntax(near: String(near.prefix(maximumNear)), line: line(in: statement, before: start))
    }

    private static func line(in statement: TokenizedStatement, before offset: Int) -> Int {
        1 + statement.bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") }
    }

    /// - Parameters:
    ///   - interruption: why it was interrupted, if it was.
    ///   - version: of the server whose numbers are used.
    static func error(
        _ failure: SQLiteFailure,
        interruption: SQLiteGuard.Interruption?,
        version: ServerVersion
    ) -> SQLError {
        if let interruption { return interrupted(interruption, version) }
        switch failure.code & 0xff {
        case SQLITE_INTERRUPT: return interrupted(interruption, version)
        case SQLITE_TOOBIG:
            return SQLError(errno: 1301, sqlState: "HY000", message: "A value or the statement is too long")
        case SQLITE_NOMEM: return SQLError(errno: 1041, sqlState: "HY000", message: "Out of memory")
        default: break
        }
        return ours(failure.message) ?? known(failure.message)
            ?? SQLError(errno: 1105, sqlState: "HY000", message: failure.message)
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

    /// What a function of ours said.
    private static func ours(_ message: String) -> SQLError? {
        guard message.hasPrefix(SQLiteFunction.Failure.prefix) else { return nil }
        let parts = message.dropFirst(SQLiteFunction.Failure.prefix.count).split(
            separator: " ",
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard parts.count == 3, let errno = UInt16(parts[0]) else { return nil }
        return SQLError(errno: errno, sqlState: String(parts[1]), message: String(parts[2]))
    }

    private static func known(_ message: String) -> SQLError? {
        func starts(_ prefix: String) -> Bool { message.hasPrefix(prefix) }
        if starts("parser stack overflow") || starts("Expression tree is too large")
            || starts("too many terms in compound SELECT") || starts("too many")
        {
            return SyntaxReader.tooDeep
        }
        if message.contains("tables in a join") { return SyntaxReader.tooManyTables }
        if starts("misuse of aggregate") || starts("misuse of window") || starts("aggregate functions are not allowed")
        {
            return StatementWriter.misplacedAggregate
        }
        // Of SUM.
        if starts("integer overflow") { return DecimalFunctions.ofTooManyDigits }
        if starts("no such window: ") {
            let name = message.dropFirst("no such window: ".count)
            return SQLError(
                errno: 4059,
                sqlState: "HY000",
                message: "Window specification with name '\(name)' is not defined"
            )
        }
        if starts("recursive reference") || starts("multiple recursive") || starts("circular reference")
            || message.contains("recursive")
        {
            return .unsupported("this form of WITH RECURSIVE on cluster_schema")
        }
        if starts("not authorized") || message.hasSuffix("is prohibited") {
            return SQLError(errno: 1142, sqlState: "42000", message: "SELECT command denied: \(message)")
        }
        return nil
    }

    static func outOfRange(_ type: String) -> SQLError {
        SQLError(
            errno: 1690,
            sqlState: "22003",
            message: "\(type) value is out of range in a statement on cluster_schema"
        )
    }
}
