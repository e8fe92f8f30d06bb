import MySQLWire

/// Routes CALL of a procedure of cluster_schema.
struct CallClassifier {
    let context: SessionContext

    /// - Parameters:
    ///   - name: without the schema.
    ///   - start: behind the name.
    func route(_ name: String, _ start: TokenCursor) -> Route {
        guard let procedure = Procedure(named: name) else {
            return .refuse(.unknownProcedure("\(VirtualSchema.name).\(name)"))
        }
        var cursor = start
        do throws(SQLError) {
            let arguments = try takeArguments(&cursor)
            guard arguments.count == procedure.parameters.count else {
                throw .wrongArgumentCount(procedure, found: arguments.count)
            }
            return .virtual(.call(ProcedureCall(procedure, arguments)))
        } catch {
            return .refuse(error)
        }
    }

    /// The parentheses may be left out where there are no arguments.
    private func takeArguments(_ cursor: inout TokenCursor) throws(SQLError) -> [CallArgument] {
        if cursor.isAtEnd { return [] }
        guard cursor.takeSymbol("(") else { throw syntax(cursor) }
        var arguments: [CallArgument] = []
        var parameters = 0
        if !cursor.isSymbol(")") {
            repeat { arguments.append(try takeArgument(&cursor, &parameters)) } while cursor.takeSymbol(",")
        }
        guard cursor.takeSymbol(")"), cursor.isAtEnd else {
            throw cursor.isAtEnd ? syntax(cursor) : .unsupported("an expression as an argument of CALL")
        }
        return arguments
    }

    private func takeArgument(
        _ cursor: inout TokenCursor,
        _ parameters: inout Int
    ) throws(SQLError) -> CallArgument {
        let isNegative = cursor.takeSymbol("-")
        if !isNegative { _ = cursor.takeSymbol("+") }
        guard let token = cursor.peek() else { throw syntax(cursor) }
        defer { cursor.skip() }
        if token.kind == .number {
            let source = (isNegative ? "-" : "") + cursor.statement.source(token)
            if let number = Int64(source) { return .value(.integer(number)) }
            if let number = Double(source) { return .value(.double(number)) }
        }
        guard !isNegative else { throw syntax(cursor) }
        switch token.kind {
        case .string: return .value(.text(cursor.statement.text(token) ?? ""))
        case .userVariable: return .variable(cursor.statement.source(token))
        case .parameter:
            guard context.allowsParameters else { throw syntax(cursor) }
            parameters += 1
            return .parameter(parameters - 1)
        case .word:
            switch cursor.word {
            case "null": return .value(.null)
            case "true": return .value(.integer(1))
            case "false": return .value(.integer(0))
            default: throw .unsupported("an expression as an argument of CALL")
            }
        default: throw .unsupported("an expression as an argument of CALL")
        }
    }

    private func syntax(_ cursor: TokenCursor) -> SQLError { .syntax(near: String(cursor.rest.prefix(80)), line: 1) }
}
