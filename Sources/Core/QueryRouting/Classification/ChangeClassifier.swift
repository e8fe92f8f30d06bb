import MySQLWire

/// Routes statements that change something, and all others that are no query and no listing.
///
/// While cluster_schema is chosen, mysqld's own session has another schema chosen or none. A name without a schema
/// would then lead it to a table that the user does not mean, so such a statement never reaches it.
struct ChangeClassifier {
    let schema: VirtualSchema
    let context: SessionContext

    func route(_ cursor: TokenCursor) -> Route {
        if let call = SessionFunctionClassifier(context: context).route(cursor) { return call }
        switch cursor.word {
        case "insert", "replace", "update", "delete":
            return routeRows(cursor)
        case "create", "alter", "drop", "rename", "truncate", "grant", "revoke", "lock", "load", "handler", "optimize",
            "analyze", "check", "repair", "checksum":
            return routeObjects(cursor)
        case "call":
            return routeCall(cursor)
        case "table":
            return routeTable(cursor)
        case "prepare", "execute":
            return notOurs(cursor)
        case "set", "do":
            return mixed(cursor, TableReferences(cursor, from: .query)) ?? routeOther(cursor)
        default:
            return routeOther(cursor)
        }
    }

    private func routeOther(_ cursor: TokenCursor) -> Route {
        mentionsVirtual(cursor) ? .refuse(.mixedTables) : notOurs(cursor)
    }

    /// The route of a statement that reads virtual tables among others; nil if it reads none.
    private func mixed(_ cursor: TokenCursor, _ references: TableReferences) -> Route? {
        MixedClassifier(schema: schema, context: context).route(cursor.statement, references)
    }

    private func notOurs(_ cursor: TokenCursor) -> Route {
        context.authority == .sidecar ? SidecarClassifier(context: context).routeOther(cursor) : .server
    }

    // MARK: Rows

    private func routeRows(_ start: TokenCursor) -> Route {
        let verb = start.word
        var cursor = start
        cursor.skip()
        while cursor.takeWord(of: ["low_priority", "delayed", "high_priority", "quick", "ignore", "history"]) != nil {}

        var names: [TableName] = []
        let references: TableReferences
        if verb == "insert" || verb == "replace" {
            _ = cursor.takeWord("into")
            if let target = cursor.takeTableName() { names.append(target) }
            references = TableReferences(cursor, from: .query)
        } else {
            references = TableReferences(
                verb == "update" ? cursor : start,
                from: verb == "update" ? .tables : .query
            )
        }
        names += references.tables.map(\.name)
        guard let target = names.first else {
            return mentionsVirtual(start) ? .refuse(.mixedTables) : notOurs(start)
        }

        let resolutions = names.map { schema.resolve($0, isSelected: context.isVirtualSchemaSelected) }
        for (name, resolution) in zip(names, resolutions) {
            guard case .missing(let table) = resolution else { continue }
            return .refuse(.unknownTable(table, schema: name.schema ?? VirtualSchema.name))
        }
        if case .virtual(let table)? = resolutions.first {
            if verb == "update", schema.compatibility.takesUpdates(target) { return .virtual(.noOperation) }
            return .refuse(.notUpdatable(table, statement: verb.uppercased()))
        }
        if let route = mixed(start, references) { return route }
        if mentionsVirtual(start) || resolutions.contains(where: { $0 != .server }) { return .refuse(.mixedTables) }
        guard context.authority == .sidecar else { return .server }
        return .refuse(target.schema == nil ? .noSchemaSelected : .tableNeedsServer(target, context))
    }

    // MARK: Tables, schemas and privileges

    private func routeObjects(_ start: TokenCursor) -> Route {
        if context.authority == .server, dropsSchema(start) { return .server }
        if namesVirtualTarget(start) { return .refuse(.accessDenied(context)) }
        if let route = routeTableOfQuery(start) { return route }
        if mentionsVirtual(start) { return .refuse(.mixedTables) }
        if context.authority == .sidecar { return .refuse(.needsServer(context)) }
        if context.isVirtualSchemaSelected, !isOfWholeServer(start), !hasQualifiedTarget(start) {
            return .refuse(.accessDenied(context))
        }
        return .server
    }

    /// `CREATE TABLE … AS SELECT` with virtual tables in the query, which is nobody else's: a view or a procedure would
    /// keep the rows of today.
    private func routeTableOfQuery(_ start: TokenCursor) -> Route? {
        var cursor = start
        guard cursor.takeWord("create") else { return nil }
        if cursor.takeWord("or") { cursor.skip() }
        _ = cursor.takeWord("temporary")
        guard cursor.takeWord("table"), firstTarget(start)?.schema != nil || !context.isVirtualSchemaSelected else {
            return nil
        }
        return mixed(start, TableReferences(cursor, from: .query))
    }

    /// Behind these stands the name of what the statement acts on.
    private static let targetWords: Set<String> = [
        "table", "tables", "view", "database", "schema", "index", "on", "procedure", "function", "trigger", "event",
        "sequence", "package", "truncate", "handler", "exists", "rename",
    ]

    /// Whether the first target named is in our schema, or is the schema.
    private func namesVirtualTarget(_ start: TokenCursor) -> Bool {
        guard let name = firstTarget(start) else { return false }
        if let schemaName = name.schema {
            return VirtualSchema.isName(schemaName)
                || schema.resolve(name, isSelected: false) != .server
        }
        return namesSchema(start) && VirtualSchema.isName(name.table)
    }

    /// `DROP DATABASE [IF EXISTS] cluster_schema`: a real one that has come with a dump is mysqld's to remove.
    private func dropsSchema(_ start: TokenCursor) -> Bool {
        var cursor = start
        guard cursor.takeWord("drop"), cursor.takeWord(of: ["database", "schema"]) != nil else { return false }
        if cursor.takeWord("if") { _ = cursor.takeWord("exists") }
        return cursor.takeName().map(VirtualSchema.isName) ?? false && cursor.isAtEnd
    }

    private func namesSchema(_ start: TokenCursor) -> Bool {
        start.isWord("database", at: 1) || start.isWord("schema", at: 1)
            || (start.isWord("create") && start.isWord("or", at: 1)
                && (start.isWord("database", at: 3) || start.isWord("schema", at: 3)))
    }

    private func hasQualifiedTarget(_ start: TokenCursor) -> Bool {
        firstTarget(start).map { $0.schema != nil } ?? false
    }

    private func firstTarget(_ start: TokenCursor) -> TableName? {
        var cursor = start
        while !cursor.isAtEnd {
            let isTargetWord = Self.targetWords.contains(cursor.word)
            cursor.skip()
            guard isTargetWord else { continue }
            if Self.targetWords.contains(cursor.word) { continue }
            if cursor.isWord("if") { continue }
            // GRANT … ON *.* and ON schema.*
            if cursor.isSymbol("*") {
                return cursor.isSymbol(".", at: 1) ? TableName(schema: "*", table: "*") : TableName(table: "*")
            }
            if let name = cursor.peek().flatMap({ cursor.statement.name($0) }), cursor.isSymbol(".", at: 1),
                cursor.isSymbol("*", at: 2)
            {
                return TableName(schema: name, table: "*")
            }
            guard let name = cursor.takeTableName() else { continue }
            // CREATE INDEX and CREATE TRIGGER name their table behind ON.
            if ["index", "trigger"].contains(where: { start.isWord($0, at: 1) || start.isWord($0, at: 2) }),
                let table = targetBehindOn(cursor)
            {
                return table
            }
            return name
        }
        return nil
    }

    private func targetBehindOn(_ start: TokenCursor) -> TableName? {
        var cursor = start
        while !cursor.isAtEnd {
            if cursor.takeWord("on") { return cursor.takeTableName() }
            cursor.skip()
        }
        return nil
    }

    /// Objects that belong to no schema.
    private func isOfWholeServer(_ start: TokenCursor) -> Bool {
        let objects = [
            "user", "role", "server", "database", "schema", "tablespace", "logfile", "instance", "resource", "undo",
        ]
        if start.isWord("grant") || start.isWord("revoke") {
            var cursor = start
            while !cursor.isAtEnd, !cursor.isWord("on") { cursor.skip() }
            return cursor.isAtEnd  // roles
        }
        // CREATE [OR REPLACE] USER, CREATE USER IF NOT EXISTS
        return objects.contains { start.isWord($0, at: 1) || (start.isWord("or", at: 1) && start.isWord($0, at: 3)) }
    }

    // MARK: Others

    private func routeCall(_ start: TokenCursor) -> Route {
        var cursor = start
        cursor.skip()
        guard let name = cursor.takeTableName() else { return notOurs(start) }
        let isInOurs = name.schema.map(VirtualSchema.isName) ?? context.isVirtualSchemaSelected
        if isInOurs { return CallClassifier(context: context).route(name.table, cursor) }
        return mentionsVirtual(start) ? .refuse(.mixedTables) : notOurs(start)
    }

    /// `TABLE name`, MySQL's short SELECT.
    private func routeTable(_ start: TokenCursor) -> Route {
        var cursor = start
        cursor.skip()
        guard let name = cursor.takeTableName() else { return notOurs(start) }
        switch schema.resolve(name, isSelected: context.isVirtualSchemaSelected) {
        case .virtual: return .refuse(.unsupported("TABLE on cluster_schema"))
        case .missing(let table): return .refuse(.unknownTable(table))
        case .server: return notOurs(start)
        }
    }

    /// Whether a name of ours with its schema stands anywhere in the code.
    private func mentionsVirtual(_ start: TokenCursor) -> Bool {
        var cursor = start
        var isBehindDot = false
        while !cursor.isAtEnd {
            if !isBehindDot, cursor.mark(at: 1) == ASCII.dot, var name = Optional(cursor),
                let table = name.takeTableName(), table.schema != nil,
                schema.resolve(table, isSelected: false) != .server
            {
                return true
            }
            isBehindDot = cursor.mark() == ASCII.dot
            cursor.skip()
        }
        return false
    }
}
