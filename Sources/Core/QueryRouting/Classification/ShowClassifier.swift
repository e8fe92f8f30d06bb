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
        if context.authority == .server, cursor.isWord("databases") || cursor.isWord("schemas") {
            return serverSchemas(cursor)
        }
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
            return inSchema(&cursor) { .showTables(detail: detail, like: $0) }
        case "table" where cursor.isWord("status", at: 1):
            cursor.skip(2)
            return inSchema(&cursor) { .showTableStatus(like: $0) }
        case "open" where cursor.isWord("tables", at: 1):
            cursor.skip(2)
            return inSchema(&cursor) { _ in .showNothing(.openTables) }
        case "triggers", "events":
            cursor.skip()
            return inSchema(&cursor) { _ in .showNothing(listing == "events" ? .events : .triggers) }
        case "columns", "fields":
            cursor.skip()
            return onNamedTable(&cursor) { table, cursor in
                Self.filtered(&cursor) { .showColumns(table: table, detail: detail, like: $0) }
            }
        case "index", "indexes", "keys":
            cursor.skip()
            return onNamedTable(&cursor) { table, cursor in
                Self.filtered(&cursor) { _ in .showIndexes(table: table) }
            }
        case "procedure", "function":
            guard cursor.isWord("status", at: 1) else { return nil }
            cursor.skip(2)
            return routines(&cursor) { listing == "procedure" ? .showProcedures(like: $0) : .showNothing(.functions) }
        case "create":
            cursor.skip()
            return showCreate(&cursor)
        default:
            return nil
        }
    }

    private func showCreate(_ cursor: inout TokenCursor) -> Route {
        let isFunction = cursor.isWord("function")
        switch cursor.takeWord(of: ["table", "view", "procedure", "function", "database", "schema"]) {
        case "procedure", "function":
            guard let name = cursor.takeTableName() else { return notOurs() }
            guard name.schema.map(VirtualSchema.isName) ?? context.isVirtualSchemaSelected else { return notOurs() }
            guard !isFunction, let procedure = Procedure(named: name.table) else {
                let kind = isFunction ? "FUNCTION" : "PROCEDURE"
                let message = "\(kind) \(name.table) does not exist"
                return .refuse(SQLError(errno: 1305, sqlState: "42000", message: message))
            }
            return .virtual(.showCreateProcedure(procedure))
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
    private func inSchema(_ cursor: inout TokenCursor, _ answer: (String?) -> VirtualStatement) -> Route {
        if cursor.takeWord(of: ["from", "in"]) != nil {
            guard let name = cursor.takeName() else { return notOurs() }
            guard VirtualSchema.isName(name) else {
                return context.authority == .sidecar ? .refuse(.accessDenied(context, schema: name)) : .server
            }
        } else if !context.isVirtualSchemaSelected {
            return context.authority == .sidecar ? .refuse(.noSchemaSelected) : .server
        }
        return Self.filtered(&cursor, answer)
    }

    /// SHOW DATABASES of a session of mysqld's. A statement that is prepared is mysqld's alone.
    private func serverSchemas(_ start: TokenCursor) -> Route {
        var cursor = start
        cursor.skip()
        guard !context.allowsParameters else { return .server }
        if cursor.takeWord("where") { return .virtual(.listServerSchemas(.satisfying(cursor.rest))) }
        guard let pattern = Self.takePattern(&cursor) else { return .server }
        return .virtual(.listServerSchemas(pattern.text.map { .like($0) } ?? .all))
    }

    /// Routines of all schemas are mysqld's answer, of ours alone it is ours.
    private func routines(_ cursor: inout TokenCursor, _ answer: (String?) -> VirtualStatement) -> Route {
        guard context.authority == .server else { return Self.filtered(&cursor, answer) }
        guard cursor.isWord("where") else {
            return context.isVirtualSchemaSelected ? Self.filtered(&cursor, answer) : .server
        }
        var condition = cursor
        condition.skip()
        let restriction = SchemaRestriction(
            condition,
            columns: ["db"],
            isSelected: context.isVirtualSchemaSelected,
            isCondition: true
        )
        return restriction.isOurs ? Self.filtered(&cursor, answer) : .server
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

    /// `LIKE 'pattern'`, `WHERE condition` or nothing behind a listing of ours.
    static func filtered(_ cursor: inout TokenCursor, _ answer: (String?) -> VirtualStatement) -> Route {
        if cursor.takeWord("where") {
            guard !cursor.isAtEnd else { return .refuse(.syntax(near: "", line: 1)) }
            return .virtual(.filtered(answer(nil), where: cursor.rest))
        }
        guard let pattern = takePattern(&cursor) else {
            return .refuse(.syntax(near: String(cursor.rest.prefix(80)), line: 1))
        }
        return .virtual(answer(pattern.text))
    }

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
