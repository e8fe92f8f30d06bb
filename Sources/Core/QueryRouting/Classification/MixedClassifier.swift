import MySQLWire

/// Finds what must be replaced in a statement that reads virtual tables, so that mysqld can carry it out.
struct MixedClassifier {
    let schema: VirtualSchema
    let context: SessionContext
    /// The server's SCHEMATA counts as a virtual table: it gets our schema.
    var addsToSchemata = false

    /// - Parameter references: of the statement, without what it changes.
    /// - Returns: nil if no virtual table is among them.
    func route(_ statement: TokenizedStatement, _ references: TableReferences) -> Route? {
        var virtual: [(reference: TableReference, table: String)] = []
        var others: [TableReference] = []
        for reference in references.tables {
            switch schema.resolve(reference.name, isSelected: context.isVirtualSchemaSelected) {
            case .virtual(let table): virtual.append((reference, table))
            case .missing(let table) where !QueryClassifier.isDual(reference.name):
                return .refuse(.unknownTable(table, schema: reference.name.schema ?? VirtualSchema.name))
            case .server where addsToSchemata && InformationSchema.isSchemata(reference.name):
                virtual.append((reference, InformationSchema.schemata))
            case .missing, .server: others.append(reference)
            }
        }
        guard !virtual.isEmpty else { return nil }
        if let unknown = unknownColumn(references) { return .refuse(unknown) }
        guard context.authority == .server else { return .refuse(.mixedNeedsServer(context)) }
        guard !context.allowsParameters else { return .refuse(.mixedNotPreparable) }

        let derived = names(of: virtual.map(\.reference), beside: others)
        var edits = virtual.map { reference, table in
            let alias = reference.isAliased ? nil : derived[key(reference)]
            return MixedStatement.Edit(
                bytes: reference.bytes,
                replacement: addsToSchemata
                    ? .schemata(columns: InformationSchema.schemataColumns(context.serverVersion), alias: alias)
                    : .rows(table: table, alias: alias)
            )
        }
        edits += qualifierEdits(references, virtual.map(\.reference), others, derived)
        edits.sort { $0.bytes.lowerBound < $1.bytes.lowerBound }
        // The list of schemas has all of its columns.
        let names = addsToSchemata ? nil : names(in: statement)
        return .mixed(MixedStatement(text: statement.bytes, edits: edits, names: names))
    }

    private func isVirtual(_ reference: TableReference) -> Bool {
        if case .virtual = schema.resolve(reference.name, isSelected: context.isVirtualSchemaSelected) { return true }
        return false
    }

    /// The error of a column of a virtual table that the statement does not have, or has under another name alone:
    /// mysqld, which has no such schema, must not see that one named. Some versions of MariaDB would not survive it.
    func unknownColumn(_ references: TableReferences) -> SQLError? {
        var known: Set<TableName>?
        for qualifier in references.qualifiers {
            guard let schemaName = qualifier.name.schema?.asciiLowercased,
                schema.resolve(qualifier.name, isSelected: false) != .server
            else { continue }
            let names = known ?? Set(references.tables.filter(isVirtual).map(key))
            known = names
            let table = qualifier.name.table
            if names.contains(TableName(schema: schemaName, table: table.asciiLowercased)) { continue }
            if qualifier.column == "*" {
                return SQLError(errno: 1051, sqlState: "42S02", message: "Unknown table '\(schemaName).\(table)'")
            }
            return .unknownColumn("\(schemaName).\(table).\(qualifier.column)", in: "field list")
        }
        return nil
    }

    /// What a reference is to qualifiers with a schema, in lower case.
    private func key(_ reference: TableReference) -> TableName {
        TableName(
            schema: reference.name.schema?.asciiLowercased ?? VirtualSchema.name,
            table: reference.alias.asciiLowercased
        )
    }

    /// What the derived tables are called: by the alias, or the table's own name. If a table of the server has that
    /// name too, only the schema tells them apart, which a derived table has none of: so it becomes part of the name.
    private func names(of virtual: [TableReference], beside others: [TableReference]) -> [TableName: String] {
        let others = Set(others.map(\.alias))
        return Dictionary(
            virtual.map { reference in
                let key = key(reference)
                guard !reference.isAliased, others.contains(reference.alias) else { return (key, reference.alias) }
                return (key, "\(key.schema ?? "").\(reference.alias)")
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// A derived table is in no schema: `cluster_schema.members.role` becomes `members.role`. mysqld may tell names of
    /// tables apart by their case, so a virtual table's own name is written as in FROM.
    private func qualifierEdits(
        _ references: TableReferences,
        _ virtual: [TableReference],
        _ others: [TableReference],
        _ derived: [TableName: String]
    ) -> [MixedStatement.Edit] {
        let ownNames = Dictionary(
            virtual.filter { !$0.isAliased }.map { ($0.alias.asciiLowercased, derived[key($0)] ?? $0.alias) },
            uniquingKeysWith: { first, _ in first }
        )
        let aliases = Set((virtual.filter(\.isAliased) + others).map(\.alias))
        var edits: [MixedStatement.Edit] = []
        for qualifier in references.qualifiers {
            let table = qualifier.name.table
            if let schema = qualifier.name.schema {
                let key = TableName(schema: schema.asciiLowercased, table: table.asciiLowercased)
                guard let name = derived[key] else { continue }
                if name.asciiLowercased != key.table {
                    let bytes = qualifier.schemaBytes.lowerBound..<qualifier.tableBytes.upperBound
                    edits.append(.init(bytes: bytes, replacement: .name(name)))
                    continue
                }
                edits.append(.init(bytes: qualifier.schemaBytes, replacement: .nothing))
            }
            if !aliases.contains(table), let ownName = ownNames[table.asciiLowercased], ownName != table {
                edits.append(.init(bytes: qualifier.tableBytes, replacement: .name(ownName)))
            }
        }
        return edits
    }

    /// Nil if columns may be asked for without their names.
    private func names(in statement: TokenizedStatement) -> Set<String>? {
        var names: Set<String> = []
        for (index, token) in statement.tokens.enumerated() {
            if statement.isWord(token, "natural") { return nil }
            if statement.isSymbol(token, "*") {
                // COUNT(*) asks for none.
                guard index > 0, statement.isSymbol(statement.tokens[index - 1], "(") else { return nil }
            }
            if let name = statement.name(token) { names.insert(name.asciiLowercased) }
        }
        return names
    }
}
