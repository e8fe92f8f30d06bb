import MySQLWire

/// Finds the statements that ask what the statement before has left behind.
enum DiagnosticsClassifier {
    /// Longer statements are none of these, in bytes.
    static let maximumBytes = 256

    /// - Parameter start: at the head of the statement.
    static func question(_ start: TokenCursor) -> DiagnosticsQuestion? {
        var cursor = start
        if cursor.takeWord("show") { return show(&cursor) }
        if cursor.takeWord("select") { return select(&cursor) }
        return nil
    }

    private static func show(_ cursor: inout TokenCursor) -> DiagnosticsQuestion? {
        if cursor.takeWord("count") {
            guard cursor.takeSymbol("("), cursor.takeSymbol("*"), cursor.takeSymbol(")"),
                let what = cursor.takeWord(of: ["warnings", "errors"]), cursor.isAtEnd
            else { return nil }
            let isErrors = what == "errors"
            let name = "@@session.\(isErrors ? "error" : "warning")_count"
            return .counts([DiagnosticsQuestion.Count(onlyErrors: isErrors, name: name)])
        }
        guard let what = cursor.takeWord(of: ["warnings", "errors"]) else { return nil }
        var numbers: [Int] = []
        if cursor.takeWord("limit") {
            repeat {
                guard let token = cursor.peek(), token.kind == .number,
                    let number = Int(cursor.statement.source(token))
                else { return nil }
                numbers.append(number)
                cursor.skip()
            } while cursor.takeSymbol(",") && numbers.count < 2
        }
        guard cursor.isAtEnd else { return nil }
        return .list(
            onlyErrors: what == "errors",
            offset: numbers.count == 2 ? numbers[0] : 0,
            count: numbers.last
        )
    }

    /// `SELECT @@warning_count [AS name], … [LIMIT 1]`; nil for a query that asks anything else too.
    private static func select(_ cursor: inout TokenCursor) -> DiagnosticsQuestion? {
        var counts: [DiagnosticsQuestion.Count] = []
        repeat {
            guard let token = cursor.peek(), token.kind == .systemVariable else { return nil }
            let source = cursor.statement.source(token)
            let parts = source.asciiLowercased.dropFirst(2).split(separator: ".", omittingEmptySubsequences: false)
            guard let name = parts.last, name == "warning_count" || name == "error_count",
                parts.count == 1 || (parts.count == 2 && ["session", "local"].contains(parts[0]))
            else { return nil }
            cursor.skip()
            var alias: String?
            if cursor.takeWord("as") {
                alias = cursor.takeName() ?? cursor.takeString()
            } else if !cursor.isWord("limit") {
                alias = cursor.takeName()
            }
            counts.append(DiagnosticsQuestion.Count(onlyErrors: name == "error_count", name: alias ?? source))
        } while cursor.takeSymbol(",")
        if cursor.takeWord("limit") { cursor.skip() }
        return cursor.isAtEnd ? .counts(counts) : nil
    }
}
