import MySQLWire

/// Routes statements that call a function of cluster_schema which the session carries out, and not the tables.
///
/// The call stands alone in a SELECT: what waits holds a session up, and must not do so amid the rows of a query.
struct SessionFunctionClassifier {
    let context: SessionContext

    fileprivate enum Function {
        case waitForChange
        case election(ElectionFunction)

        init?(_ name: String) {
            if name == WaitForChange.name {
                self = .waitForChange
            } else if let function = ElectionFunction(rawValue: name) {
                self = .election(function)
            } else {
                return nil
            }
        }
    }

    private struct Call {
        var function: Function
        /// Where the function's name begins, and how many tokens it takes up to behind its parenthesis.
        var start: Int
        var length: Int
    }

    /// - Parameter start: at the head of a statement.
    /// - Returns: nil for a statement that calls none.
    func route(_ start: TokenCursor) -> Route? {
        guard let call = firstCall(start) else { return nil }
        var cursor = start
        var depth = 0
        while cursor.takeSymbol("(") { depth += 1 }
        guard cursor.takeWord("select"), cursor.index == call.start else { return .refuse(call.function.notAlone) }
        cursor.skip(call.length)
        let arguments: [CallArgument]
        do throws(SQLError) {
            arguments = try takeArguments(&cursor, of: call.function)
        } catch {
            return .refuse(error)
        }
        let written = source(start, call.start..<cursor.index)
        guard let alias = takeAlias(&cursor) else { return .refuse(call.function.notAlone) }
        if cursor.takeWord("from"), !cursor.takeWord("dual") { return .refuse(call.function.notAlone) }
        // As drivers add to what is read row by row.
        if cursor.takeWord("limit") { cursor.skip() }
        while depth > 0, cursor.takeSymbol(")") { depth -= 1 }
        guard cursor.isAtEnd, depth == 0 else { return .refuse(call.function.notAlone) }
        if arguments.parameterCount > 0, !context.allowsParameters { return .refuse(.syntax(near: "?", line: 1)) }
        let name = String((alias.isEmpty ? written : alias).prefix(Self.longestName))
        switch call.function {
        case .waitForChange:
            return .virtual(
                .waitForChange(WaitForChange(columnName: name, known: arguments[0], seconds: arguments[1]))
            )
        case .election(let function):
            return .virtual(.election(ElectionCall(function, columnName: name, arguments)))
        }
    }

    private func firstCall(_ start: TokenCursor) -> Call? {
        var cursor = start
        while !cursor.isAtEnd {
            if cursor.mark() == ASCII.dot {
                // Behind a dot stands what belongs to another name.
                cursor.skip(2)
                continue
            }
            if cursor.isSymbol("(", at: 3), cursor.isSymbol(".", at: 1), isName(cursor, at: 0, VirtualSchema.name),
                let function = function(cursor, at: 2)
            {
                return Call(function: function, start: cursor.index, length: 4)
            }
            if context.isVirtualSchemaSelected, cursor.isSymbol("(", at: 1), let function = function(cursor, at: 0) {
                return Call(function: function, start: cursor.index, length: 2)
            }
            cursor.skip()
        }
        return nil
    }

    private func function(_ cursor: TokenCursor, at offset: Int) -> Function? {
        cursor.peek(offset).flatMap { cursor.statement.name($0) }.flatMap { Function($0.asciiLowercased) }
    }

    private func isName(_ cursor: TokenCursor, at offset: Int, _ name: String) -> Bool {
        cursor.peek(offset).map { cursor.statement.isName($0, name) } ?? false
    }

    /// Up to behind the closing parenthesis.
    private func takeArguments(_ cursor: inout TokenCursor, of function: Function) throws(SQLError) -> [CallArgument] {
        var arguments: [CallArgument] = []
        var parameters = 0
        if !cursor.isSymbol(")") {
            repeat {
                guard let argument = try takeArgument(&cursor, &parameters) else {
                    throw cursor.isSymbol(")") || cursor.isSymbol(",") ? function.badCount : function.badArgument
                }
                arguments.append(argument)
            } while cursor.takeSymbol(",")
        }
        guard cursor.takeSymbol(")") else { throw function.badArgument }
        guard function.argumentCounts.contains(arguments.count) else { throw function.badCount }
        return arguments
    }

    private func takeArgument(
        _ cursor: inout TokenCursor,
        _ parameters: inout Int
    ) throws(SQLError) -> CallArgument? {
        var sign = ""
        if cursor.takeSymbol("-") { sign = "-" } else if cursor.takeSymbol("+") {}
        guard let token = cursor.peek() else { return nil }
        let source = cursor.statement.source(token)
        let argument: CallArgument?
        switch token.kind {
        case .number:
            argument =
                Int64(sign + source).map { .value(.integer($0)) }
                ?? UInt64(sign + source).map { .value(.unsigned($0)) }
                ?? Double(sign + source).map { .value(.double($0)) }
        case _ where !sign.isEmpty: argument = nil
        case .string:
            guard let text = String(validating: cursor.statement.content(token) ?? [], as: UTF8.self) else {
                throw .notUTF8
            }
            argument = .value(.text(text))
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
}

extension SessionFunctionClassifier.Function {
    fileprivate var argumentCounts: ClosedRange<Int> {
        switch self {
        case .waitForChange: 2...2
        case .election(let function): function.argumentCounts
        }
    }

    private var usage: String {
        switch self {
        case .waitForChange: "\(WaitForChange.name)(version, seconds)"
        case .election(let function): function.usage
        }
    }

    private var name: String {
        switch self {
        case .waitForChange: WaitForChange.name
        case .election(let function): function.rawValue
        }
    }

    fileprivate var notAlone: SQLError {
        .unsupported("\(name)() in anything but SELECT \(VirtualSchema.name).\(usage)")
    }

    fileprivate var badCount: SQLError {
        switch self {
        case .waitForChange:
            SQLError(
                errno: 1318,
                sqlState: "42000",
                message: "Incorrect number of arguments for FUNCTION \(VirtualSchema.name).\(name); expected 2"
            )
        case .election(let function): .incorrectArguments(of: function, "it is \(usage)")
        }
    }

    fileprivate var badArgument: SQLError {
        let known = "numbers, strings, NULL, variables or parameters"
        return switch self {
        case .waitForChange: .unsupported("\(name)() with arguments that are no \(known)")
        case .election(let function): .incorrectArguments(of: function, "arguments are \(known)")
        }
    }
}
