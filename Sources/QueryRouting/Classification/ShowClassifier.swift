import MySQLWire

/// Routes SHOW and DESCRIBE.
struct ShowClassifier {
    let schema: VirtualSchema
    let context: SessionContext

    /// - Parameter start: at SHOW.
    func routeShow(_ start: TokenCursor) -> Route {
        var cursor = start
        cursor.skip()
        let detail: ShowDetail = cursor.takeWord("full") ? .full : .brief
        _ = cursor.takeWord("extended")
        let isFull = cursor.takeWord("full") || detail == .full
        if let route = showOfSchema(&cursor, isFull ? .full : .brief) { return route }
        return context.authority == .sidecar ? SidecarClassifier(context: context).routeShow(cursor) : .server
    }

    /// - Parameter start: behind DESCRIBE.
    func routeDescribe(_ start: TokenCursor) -> Route {
        var cursor = start
        guard let name = cursor.takeTableName() else { return notOurs() }
        return onTable(name) { table in
            let pattern = cursor.takeString() ?? cursor.takeName().map(Self.literal)
            return .virtual(.showColumns(table: table, detail: .brief, like: pattern))
        }
    }

    // MARK: Parts of the schema

    /// Nil for a listing that is about no schema.
    private func showOfSchema(_ cursor: inout TokenCursor, _ detail: ShowDetail) -> Route? {
        let listing = cursor.word
        switch listing {
        case "tables":
            cursor.skip()
            return inSchema(&cursor) { .virtual(.showTables(detail: detail, like: $0)) }
        case "table" where cursor.isWord("status", at: 1):
            cursor.skip(2)
            return inSchema(&cursor) { .virtual(.showTableStatus(like: $0)) }
        case "open" where cursor.isWord("tables", at: 1):
            cursor.skip(2)
            return inSchema(&cursor) { _ in .virtual(.showNothing(.openTables)) }
        case "triggers", "events":
            cursor.skip()
            return inSchema(&cursor) { _ in .virtual(.showNothing(listing == "events" ? .events : .triggers)) }
        case "columns", "fields":
            cursor.skip()
            return onNamedTable(&cursor) { table, cursor in
                guard let pattern = Self.takePattern(&cursor) else { return Self.onlyLike }
                return .virtual(.showColumns(table: table, detail: detail, like: pattern.text))
            }
        case "index", "indexes", "keys":
            cursor.skip()
            return onNamedTable(&cursor) { table, _ in .virtual(.showIndexes(table: table)) }
        case "create":
            cursor.skip()
            return showCreate(&cursor)
        default:
            return nil
        }
    }

    private func showCreate(_ cursor: inout TokenCursor) -> Route {
        switch cursor.takeWord(of: ["table", "view", "database", "schema"]) {
        case "table", "view":
            guard let name = cursor.takeTableName() else { return notOurs() }
            return onTable(name) { .virtual(.showCreateTable($0)) }
        case .some:
            if cursor.takeWord("if") { cursor.skip(2) }
            guard let name = cursor.takeName() else { return notOurs() }
            return VirtualSchema.isName(name) ? .virtual(.showCreateSchema) : notOurs()
        case nil:
            return notOurs()
        }
    }

    /// `[FROM schema] [LIKE 'pattern']`, where our schema is named or chosen.
    private func inSchema(_ cursor: inout TokenCursor, _ answer: (String?) -> Route) -> Route {
        if cursor.takeWord(of: ["from", "in"]) != nil {
            guard let name = cursor.takeName() else { return notOurs() }
            guard VirtualSchema.isName(name) else {
                return context.authority == .sidecar ? .refuse(.accessDenied(context, schema: name)) : .server
            }
        } else if !context.isVirtualSchemaSelected {
            return context.authority == .sidecar ? .refuse(.noSchemaSelected) : .server
        }
        guard let pattern = Self.takePattern(&cursor) else { return Self.onlyLike }
        return answer(pattern.text)
    }

    /// `FROM table [FROM schema]`.
    private func onNamedTable(
        _ cursor: inout TokenCursor,
        _ answer: (String, inout TokenCursor) -> Route
    ) -> Route {
        guard cursor.takeWord(of: ["from", "in"]) != nil, var name = cursor.takeTableName() else { return notOurs() }
        if cursor.takeWord(of: ["from", "in"]) != nil, let schema = cursor.takeName() { name.schema = schema }
        return onTable(name) { answer($0, &cursor) }
    }

    private func onTable(_ name: TableName, _ answer: (String) -> Route) -> Route {
        switch schema.resolve(name, isSelected: context.isVirtualSchemaSelected) {
        case .virtual(let table): return answer(table)
        case .missing(let table): return .refuse(.unknownTable(table, schema: name.schema ?? VirtualSchema.name))
        case .server:
            guard context.authority == .sidecar else { return .server }
            return .refuse(name.schema == nil ? .noSchemaSelected : .tableNeedsServer(name, context))
        }
    }

    private func notOurs() -> Route {
        context.authority == .sidecar ? .refuse(.syntax(near: "", line: 1)) : .server
    }

    // MARK: Patterns

    private static let onlyLike = Route.refuse(.unsupported("SHOW ... WHERE on cluster_schema"))

    /// The pattern behind LIKE if there is one; nil when something else follows.
    static func takePattern(_ cursor: inout TokenCursor) -> (text: String?, Void)? {
        if cursor.isAtEnd { return (nil, ()) }
        guard cursor.takeWord("like"), let text = cursor.takeString(), cursor.isAtEnd else { return nil }
        return (text, ())
    }

    /// A pattern that matches this name alone.
    private static func literal(_ name: String) -> String {
        var pattern = ""
        for character in name {
            if character == "%" || character == "_" || character == "\\" { pattern.append("\\") }
            pattern.append(character)
        }
        return pattern
    }
}
