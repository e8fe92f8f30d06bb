package import MySQLWire
import QueryRouting

/// MySQL's errors for what is wrong with a statement.
package enum StatementErrors {
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

    /// What SQLite's own words mean of a statement that was written here; nil for others.
    package static func known(_ message: String) -> SQLError? {
        func starts(_ prefix: String) -> Bool { message.hasPrefix(prefix) }
        if starts("parser stack overflow") || starts("Expression tree is too large")
            || starts("too many terms in compound SELECT") || starts("too many")
        {
            return SyntaxReader.tooDeep
        }
        if message.contains("tables in a join") { return SyntaxReader.tooManyTables }
        if starts("misuse of aggregate") || starts("aggregate functions are not allowed") {
            return StatementWriter.misplacedAggregate
        }
        // Of SUM.
        if starts("integer overflow") { return DecimalFunctions.ofTooManyDigits }
        if starts("JSON path error") || starts("bad JSON path") {
            return SQLError(
                errno: 4042,
                sqlState: "HY000",
                message: "Syntax error in JSON path, or one of another kind"
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

    /// - Parameter digits: of a second's fraction.
    static func tooPrecise(_ digits: String) -> SQLError {
        SQLError(errno: 1426, sqlState: "42000", message: "Too big precision \(digits) specified. Maximum is 6")
    }

    static func outOfRange(_ type: String) -> SQLError {
        SQLError(
            errno: 1690,
            sqlState: "22003",
            message: "\(type) value is out of range in a statement on cluster_schema"
        )
    }
}
