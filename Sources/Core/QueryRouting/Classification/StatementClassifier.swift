import MySQLWire

/// Decides where a statement goes: to mysqld, to the virtual tables, or back with an error.
///
/// It reads tokens, not grammar: enough to find the tables that a statement names. What it sends on as virtual may
/// still turn out to be no valid SQL; the engine then says so.
package struct StatementClassifier: Sendable {
    package let schema: VirtualSchema

    package init(schema: VirtualSchema) {
        self.schema = schema
    }

    /// - Parameter statement: the statement's bytes, without the command byte.
    package func route(_ statement: [UInt8], in context: SessionContext) -> Route {
        let isOurs = context.isVirtualSchemaSelected || context.authority == .sidecar
        let mayAskDiagnostics = context.diagnostics != nil && statement.count <= DiagnosticsClassifier.maximumBytes
        if !isOurs, !mayAskDiagnostics, !schema.compatibility.marker.isCandidate(statement) { return .server }
        let tokenized = SQLTokenizer.tokenize(statement, mode: LexicalMode(context))
        let cursor = TokenCursor(tokenized, 0..<tokenized.tokens.count)
        let parts = Self.parts(of: tokenized)
        if !isOurs, !mayAskDiagnostics, !namesAnything(tokenized), !Self.asksOfSchemas(cursor),
            !parts.contains(where: { NamedStatementClassifier.concerns(TokenCursor(tokenized, $0)) })
        {
            return .server
        }

        switch tokenized.defect {
        case nil: break
        case _ where !isOurs: return .server
        case .ambiguous: return .refuse(.invalidCharacters(in: context.characterSet))
        case .unterminated: return .refuse(.syntax(near: "", line: 1))
        case .tooManyTokens: return .refuse(.unsupported("a statement of so many words on cluster_schema"))
        }

        guard let first = parts.first else {
            return context.authority == .sidecar ? .refuse(.emptyStatement) : .server
        }
        if parts.count == 1 { return route(tokenized, first, context) }
        // The first part that cannot go with the others ends it: a route holds a copy of the whole text.
        let common = routePart(tokenized, first, context)
        let isRefused =
            common != .server && common != .virtual(.noOperation)
            || parts.dropFirst().contains { routePart(tokenized, $0, context) != common }
        if isRefused {
            let error = SQLError.unsupported("several statements at once, with one on cluster_schema among them")
            let names = parts.compactMap { NamedStatementClassifier.preparedName(TokenCursor(tokenized, $0)) }
            return names.isEmpty ? .refuse(error) : .refusePrepare(names: names, error)
        }
        return common
    }

    /// Whether any name in the code begins as ours do. Words in strings and comments are no names.
    private func namesAnything(_ statement: TokenizedStatement) -> Bool {
        let others = schema.compatibility
        return statement.tokens.contains { token in
            switch token.kind {
            case .word, .quotedName:
                return statement.isName(token, beginningWith: VirtualSchema.informationSchemaPrefix)
                    || statement.isName(token, InformationSchema.schemata)
                    || !others.views.isEmpty && (statement.name(token)?.asciiLowercased).map(others.mentions) ?? false
            case .systemVariable:
                return CompatibilityNames.variableName(in: statement.source(token)).map(others.claims) ?? false
            default: return false
            }
        } || CompatibilityClassifier.mayConcern(statement, others)
    }

    /// Whether it is a query or a listing that may be about our schema without naming it outside a string.
    private static func asksOfSchemas(_ start: TokenCursor) -> Bool {
        var cursor = start
        while cursor.takeSymbol("(") {}
        switch cursor.word {
        case "show" where cursor.isWord("databases", at: 1) || cursor.isWord("schemas", at: 1): return true
        case "show", "select", "with":
            return cursor.statement.tokens.contains { cursor.statement.mayBe($0, VirtualSchema.name) }
        default: return false
        }
    }

    /// One statement of several. What only adds to mysqld's answers is left to mysqld.
    private func routePart(_ statement: TokenizedStatement, _ range: Range<Int>, _ context: SessionContext) -> Route {
        switch route(statement, range, context) {
        case .virtual(.listServerSchemas): .server
        case .mixed(let statement) where statement.listsSchemata: .server
        case .virtual(.diagnostics) where context.authority == .server: .server
        case let route: route
        }
    }

    /// The token ranges between semicolons that hold anything.
    private static func parts(of statement: TokenizedStatement) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = 0
        for (index, token) in statement.tokens.enumerated() where statement.isSymbol(token, ";") {
            if start < index { parts.append(start..<index) }
            start = index + 1
        }
        if start < statement.tokens.count { parts.append(start..<statement.tokens.count) }
        return parts
    }

    private func route(_ statement: TokenizedStatement, _ range: Range<Int>, _ context: SessionContext) -> Route {
        var cursor = TokenCursor(statement, range)
        while cursor.takeSymbol("(") {}
        // Prepared, it may be run after a statement of mysqld's.
        if context.authority == .sidecar || (context.diagnostics != nil && !context.allowsParameters),
            let question = DiagnosticsClassifier.question(cursor)
        {
            return .virtual(.diagnostics(question))
        }
        switch cursor.word {
        case "select", "with":
            return QueryClassifier(schema: schema, context: context).route(TokenCursor(statement, range))
        case "use":
            return routeUse(cursor, context)
        case "show":
            if let route = CompatibilityClassifier(names: schema.compatibility).routeShow(cursor) { return route }
            return ShowClassifier(schema: schema, context: context).routeShow(cursor)
        case "describe", "desc", "explain", "analyze":
            return routeExplain(cursor, context)
        case "prepare", "execute":
            let named = NamedStatementClassifier(context: context) { self.route($0, in: $1) }
            return named.route(cursor) ?? ChangeClassifier(schema: schema, context: context).route(cursor)
        default:
            return ChangeClassifier(schema: schema, context: context).route(cursor)
        }
    }

    private func routeUse(_ start: TokenCursor, _ context: SessionContext) -> Route {
        var cursor = start
        cursor.skip()
        guard let name = cursor.takeName(), cursor.isAtEnd else {
            return context.authority == .sidecar ? .refuse(.syntax(near: "", line: 1)) : .server
        }
        if VirtualSchema.isName(name) { return .selectVirtualSchema }
        guard context.authority == .sidecar else {
            return context.isVirtualSchemaSelected ? .selectServerSchema : .server
        }
        return .refuse(.accessDenied(context, schema: name))
    }

    /// DESCRIBE and its other names lead a table or a whole statement.
    private func routeExplain(_ start: TokenCursor, _ context: SessionContext) -> Route {
        var cursor = start
        let verb = cursor.word
        cursor.skip()
        let modifiers = ["extended", "partitions", "analyze", "format"]
        var hasModifier = false
        while let modifier = cursor.takeWord(of: modifiers) {
            hasModifier = true
            if modifier == "format", cursor.takeSymbol("=") { cursor.skip() }
        }
        var ahead = cursor
        while ahead.takeSymbol("(") {}
        switch ahead.word {
        case "select", "with", "insert", "update", "delete", "replace",
            "table" where verb != "analyze" || ahead.word != "table":
            let rest = cursor.statement.tokens.indices.suffix(from: cursor.index)
            let inner = route(cursor.statement, cursor.index..<end(of: cursor, in: rest), context)
            switch inner {
            // The text of a mixed statement is the whole, with what stands before the query.
            case .server, .refuse, .mixed: return inner
            default: return .refuse(.unsupported("EXPLAIN of a statement on cluster_schema"))
            }
        default:
            if verb == "analyze" || hasModifier {
                return ChangeClassifier(schema: schema, context: context).route(start)
            }
            return ShowClassifier(schema: schema, context: context).routeDescribe(cursor)
        }
    }

    private func end(of cursor: TokenCursor, in rest: Range<Int>) -> Int {
        rest.first { cursor.statement.isSymbol(cursor.statement.tokens[$0], ";") } ?? rest.upperBound
    }
}
