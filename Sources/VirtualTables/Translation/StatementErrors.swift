internal import CSQLite
import MySQLWire
import QueryRouting

/// Turns SQLite's errors into MySQL's.
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
    ///   - translation: what SQLite was given.
    ///   - interruption: why it was interrupted, if it was.
    static func error(
        _ failure: SQLiteFailure,
        _ translation: Translation,
        text: String,
        mode: LexicalMode,
        interruption: SQLiteGuard.Interruption?
    ) -> SQLError {
        switch failure.code & 0xff {
        case SQLITE_INTERRUPT: return interrupted(interruption)
        case SQLITE_TOOBIG:
            return SQLError(errno: 1301, sqlState: "HY000", message: "A value or the statement is too long")
        case SQLITE_NOMEM: return SQLError(errno: 1041, sqlState: "HY000", message: "Out of memory")
        default: break
        }
        let clause = failure.offset.flatMap { translation.origin(at: $0)?.clause } ?? .fieldList
        if let named = namedError(failure.message, clause) { return named }
        if isSyntax(failure.message) {
            let statement = SQLTokenizer.tokenize(Array(text.utf8), mode: mode)
            let origin = failure.offset.flatMap { translation.origin(at: $0) }
            return syntax(in: statement, atToken: origin?.token ?? statement.tokens.count)
        }
        return SQLError(errno: 1105, sqlState: "HY000", message: failure.message)
    }

    static func interrupted(_ interruption: SQLiteGuard.Interruption?) -> SQLError {
        switch interruption {
        case .memory:
            SQLError(
                errno: 1038,
                sqlState: "HY001",
                message: "Out of sort memory: the statement on cluster_schema needs more than it may take"
            )
        case .time, nil:
            SQLError(
                errno: 3024,
                sqlState: "HY000",
                message: "Query execution was interrupted, maximum statement execution time exceeded"
            )
        }
    }

    private static func isSyntax(_ message: String) -> Bool {
        message.hasSuffix("syntax error") || message.hasPrefix("incomplete input")
            || message.hasPrefix("unrecognized token") || message.hasPrefix("more than one statement")
            || message.hasPrefix("empty statement")
    }

    private static func namedError(_ message: String, _ clause: Translation.Clause) -> SQLError? {
        func rest(_ prefix: String) -> String? {
            message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : nil
        }
        if let column = rest("no such column: ") { return .unknownColumn(column, in: clause.rawValue) }
        if let column = rest("ambiguous column name: ") {
            return SQLError(
                errno: 1052,
                sqlState: "23000",
                message: "Column '\(column)' in \(clause.rawValue) is ambiguous"
            )
        }
        if let table = rest("no such table: ") {
            let name =
                table.hasPrefix("\(VirtualSchema.name).") ? table.dropFirst(VirtualSchema.name.count + 1) : table[...]
            return .unknownTable(String(name))
        }
        if let function = rest("no such function: ") ?? rest("not authorized to use function: ") {
            return .unknownFunction(function.uppercased())
        }
        if let function = rest("wrong number of arguments to function ") {
            return SQLError(
                errno: 1582,
                sqlState: "42000",
                message: "Incorrect parameter count in the call to native function '\(function.prefix { $0 != "(" })'"
            )
        }
        if message.hasPrefix("misuse of aggregate") || message.hasPrefix("misuse of window") {
            return SQLError(errno: 1111, sqlState: "HY000", message: "Invalid use of group function")
        }
        if message.hasPrefix("sub-select returns") || message.hasPrefix("row value misused") {
            return SQLError(errno: 1241, sqlState: "21000", message: "Operand should contain 1 column(s)")
        }
        if message.hasSuffix("do not have the same number of result columns") {
            return SQLError(
                errno: 1222,
                sqlState: "21000",
                message: "The used SELECT statements have a different number of columns"
            )
        }
        if message.contains("ORDER BY term out of range") {
            return .unknownColumn(String(message.prefix { $0.isNumber }), in: Translation.Clause.order.rawValue)
        }
        if message.contains("GROUP BY term out of range") {
            return .unknownColumn(String(message.prefix { $0.isNumber }), in: Translation.Clause.group.rawValue)
        }
        if message == "no tables specified" {
            return SQLError(errno: 1096, sqlState: "HY000", message: "No tables used")
        }
        if message.hasPrefix("not authorized") || message.hasSuffix("is prohibited") {
            return SQLError(errno: 1142, sqlState: "42000", message: "SELECT command denied: \(message)")
        }
        return nil
    }
}
