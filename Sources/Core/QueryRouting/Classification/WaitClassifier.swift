import MySQLWire

/// Routes statements that call `cluster_schema.wait_for_change`.
///
/// The call stands alone in a SELECT: what waits holds a session up, and must not do so amid the rows of a query.
struct WaitClassifier {
    let context: SessionContext

    /// - Parameter start: at the head of a statement.
    /// - Returns: nil for a statement that does not call it.
    func route(_ start: TokenCursor) -> Route? {
        guard let call = firstCall(start) else { return nil }
        var cursor = start
        var depth = 0
        while cursor.takeSymbol("(") { depth += 1 }
        guard cursor.takeWord("select"), cursor.index == call.start else { return .refuse(Self.notAlone) }
        cursor.skip(call.length)
        var parameters = 0
        guard let known = takeArgument(&cursor, &parameters), cursor.takeSymbol(","),
            let seconds = takeArgument(&cursor, &parameters)
        else { return .refuse(Self.badArguments(cursor)) }
        guard cursor.takeSymbol(")") else { return .refuse(Self.badArguments(cursor)) }
        let written = source(start, call.start..<cursor.index)
        guard let alias = takeAlias(&cursor) else { return .refuse(Self.notAlone) }
        if cursor.takeWord("from"), !cursor.takeWord("dual") { return .refuse(Self.notAlone) }
        // As drivers add to what is read row by row.
        if cursor.takeWord("limit") { cursor.skip() }
        while depth > 0, cursor.takeSymbol(")") { depth -= 1 }
        guard cursor.isAtEnd, depth == 0 else { return .refuse(Self.notAlone) }
        if parameters > 0, !context.allowsParameters { return .refuse(.syntax(near: "?", line: 1)) }
        return .virtual(
            .waitForChange(
                WaitForChange(
                    columnName: String((alias.isEmpty ? written : alias).prefix(Self.longestName)),
                    known: known,
                    seconds: seconds
                )
            )
        )
    }

    /// Where the function's name begins, and how many tokens it takes up to behind its parenthesis.
    private func firstCall(_ start: TokenCursor) -> (start: Int, length: Int)? {
        var cursor = start
        while !cursor.isAtEnd {
            if cursor.mark() == ASCII.dot {
                // Behind a dot stands what belongs to another name.
                cursor.skip(2)
                continue
            }
            if isName(cursor, at: 0, VirtualSchema.name), cursor.isSymbol(".", at: 1),
                isName(cursor, at: 2, WaitForChange.name), cursor.isSymbol("(", at: 3)
            {
                return (cursor.index, 4)
            }
            if context.isVirtualSchemaSelected, isName(cursor, at: 0, WaitForChange.name), cursor.isSymbol("(", at: 1) {
                return (cursor.index, 2)
            }
            cursor.skip()
        }
        return nil
    }

    private func isName(_ cursor: TokenCursor, at offset: Int, _ name: String) -> Bool {
        cursor.peek(offset).map { cursor.statement.isName($0, name) } ?? false
    }

    private func takeArgument(_ cursor: inout TokenCursor, _ parameters: inout Int) -> WaitForChange.Argument? {
        var sign = ""
        if cursor.takeSymbol("-") { sign = "-" } else if cursor.takeSymbol("+") {}
        guard let token = cursor.peek() else { return nil }
        let source = cursor.statement.source(token)
        let argument: WaitForChange.Argument?
        switch token.kind {
        case .number:
            argument =
                Int64(sign + source).map { .value(.integer($0)) } ?? Double(sign + source).map { .value(.double($0)) }
        case _ where !sign.isEmpty: argument = nil
        case .string: argument = cursor.statement.text(token).map { .value(.text($0)) }
        case .word where cursor.isWord("null"): argument = .value(.null)
        case .userVariable: argument = .variable(source)
        case .parameter:
            argument = .parameter(parameters)
            parameters += 1
        default: argument = nil
        }
        if argument != nil { cursor.skip() }
        return argument
    }

    /// - Returns: empty for none; nil for what is no alias.
    private func takeAlias(_ cursor: inout TokenCursor) -> String? {
        if cursor.takeWord("as") { return cursor.takeName() ?? cursor.takeString() }
        if cursor.isAtEnd || cursor.isWord("from") || cursor.isWord("limit") || cursor.isSymbol(")") { return "" }
        return cursor.takeName() ?? cursor.takeString()
    }

    private func source(_ cursor: TokenCursor, _ tokens: Range<Int>) -> String {
        let statement = cursor.statement
        guard let first = tokens.first, let last = tokens.last else { return "" }
        return String(
            decoding: statement.bytes[statement.tokens[first].start..<statement.tokens[last].end],
            as: UTF8.self
        )
    }

    /// Of a column's name, in characters; thousands of them may be kept.
    private static let longestName = 256

    private static let notAlone = SQLError.unsupported(
        "\(WaitForChange.name)() in anything but SELECT \(VirtualSchema.name).\(WaitForChange.name)(version, seconds)"
    )

    private static func badArguments(_ cursor: TokenCursor) -> SQLError {
        if cursor.isSymbol(")") || cursor.isSymbol(",") {
            return SQLError(
                errno: 1318,
                sqlState: "42000",
                message: "Incorrect number of arguments for FUNCTION \(VirtualSchema.name).\(WaitForChange.name); "
                    + "expected 2"
            )
        }
        return .unsupported(
            "\(WaitForChange.name)() with arguments that are no numbers, strings, NULL, variables or parameters"
        )
    }
}
