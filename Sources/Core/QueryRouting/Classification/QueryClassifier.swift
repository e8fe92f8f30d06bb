import MySQLWire

/// Routes SELECT and WITH by the tables that they read.
struct QueryClassifier {
    let schema: VirtualSchema
    let context: SessionContext

    /// - Parameter cursor: at the head of the query.
    func route(_ cursor: TokenCursor) -> Route {
        if let call = SessionFunctionClassifier(context: context).route(cursor) { return call }
        let references = TableReferences(cursor, from: .query)
        if let function = references.qualifiedFunctions.first(where: { VirtualSchema.isName($0.schema ?? "") }) {
            return .refuse(.unknownFunction("\(VirtualSchema.name).\(function.table)"))
        }

        if InformationSchemaClassifier(schema: schema, context: context).isOurs(cursor, references) {
            return routeOurs(cursor, references)
        }
        var serverTable: TableName?
        var missing: SQLError?
        var hasVirtual = false
        for reference in references.tables where !Self.isDual(reference.name) {
            switch schema.resolve(reference.name, isSelected: context.isVirtualSchemaSelected) {
            case .virtual: hasVirtual = true
            case .missing(let table):
                missing = missing ?? .unknownTable(table, schema: reference.name.schema ?? VirtualSchema.name)
            case .server: serverTable = serverTable ?? reference.name
            }
        }

        if let missing { return .refuse(missing) }
        let mixed = MixedClassifier(schema: schema, context: context)
        if let unknown = mixed.unknownColumn(references) { return .refuse(unknown) }
        if let serverTable {
            if hasVirtual { return mixed.route(cursor.statement, references) ?? .refuse(.mixedTables) }
            if let listing = listing(cursor, references) { return listing }
            guard context.authority == .sidecar else { return .server }
            return .refuse(serverTable.schema == nil ? .noSchemaSelected : .tableNeedsServer(serverTable, context))
        }
        if references.hasInto, hasVirtual, context.authority == .server {
            // Of virtual tables alone: with their clock, if that can be had.
            if cursor.index == 0,
                let statement = FallbackClassifier(schema: schema, context: context)
                    .statement(for: cursor.statement.bytes)
            {
                return .mixed(statement)
            }
            return mixed.route(cursor.statement, references) ?? .refuse(.mixedTables)
        }
        guard hasVirtual || isOurs(references) else { return .server }
        return routeOurs(cursor, references)
    }

    private func routeOurs(_ cursor: TokenCursor, _ references: TableReferences) -> Route {
        if references.hasInto { return .refuse(.unsupported("SELECT ... INTO on cluster_schema")) }
        if references.hasParameters, !context.allowsParameters { return .refuse(.syntax(near: "?", line: 1)) }
        guard let text = String(validating: cursor.statement.bytes, as: UTF8.self) else { return .refuse(.notUTF8) }
        return .virtual(.select(text))
    }

    /// The server's list of schemas gets ours, as SHOW DATABASES does, except for those who copy what they are shown.
    private func listing(_ cursor: TokenCursor, _ references: TableReferences) -> Route? {
        guard context.authority == .server, !context.allowsParameters, !references.hasInto,
            context.characterSet != .binary,
            references.tables.contains(where: { InformationSchema.isSchemata($0.name) })
        else { return nil }
        return MixedClassifier(schema: schema, context: context, addsToSchemata: true).route(
            cursor.statement,
            references
        )
    }

    /// Whether a query without tables is for the virtual tables: the server would name another schema as the chosen
    /// one, and a session of a sidecar's account has no server.
    private func isOurs(_ references: TableReferences) -> Bool {
        if context.authority == .sidecar || references.systemVariables.contains(where: schema.compatibility.claims) {
            return true
        }
        return context.isVirtualSchemaSelected && !references.calledFunctions.isDisjoint(with: ["database", "schema"])
    }

    static func isDual(_ name: TableName) -> Bool {
        name.schema == nil && name.table.asciiLowercased == "dual"
    }
}
