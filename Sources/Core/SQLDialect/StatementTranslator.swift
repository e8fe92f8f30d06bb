package import MySQLWire
package import QueryRouting

/// Turns a query in MySQL's dialect into SQLite's: tokens become a tree, the tree is given names and types, and is
/// written anew.
package enum StatementTranslator {
    /// A query that was read.
    package struct Parsed {
        var query: Query
        package var parameterCount: Int
    }

    /// - Throws: `SQLError` 1064 for what is no query, 1235 for what has no counterpart, 1436 for what is nested too
    ///   deeply.
    package static func parse(_ text: String, mode: StatementMode) throws(SQLError) -> Parsed {
        let bytes = ConditionalComments.resolve(Array(text.utf8), version: mode.serverVersion, mode: mode.lexical)
        let statement = SQLTokenizer.tokenize(bytes, mode: mode.lexical)
        switch statement.defect {
        case nil: break
        case .unterminated: throw .syntax(near: "", line: 1)
        case .ambiguous: throw .unsupported("a statement with more than one reading on cluster_schema")
        case .tooManyTokens: throw .unsupported("a statement of so many words on cluster_schema")
        }
        var reader = SyntaxReader(
            statement,
            pipesConcatenate: mode.pipesConcatenate,
            isMariaDB: mode.serverVersion.isMariaDB
        )
        let query = try reader.statementQuery()
        return Parsed(query: query, parameterCount: reader.parameterCount)
    }

    /// - Throws: `SQLError` 1054, 1052, 1146, 1305, 1582 and others of MySQL's for names and calls that are wrong, 1235 for
    ///   what has no counterpart, 3170 for what becomes too long.
    ///
    /// - Parameters:
    ///   - maximumBytes: what the query may become (`StatementSize`).
    ///   - isOverLimit: whether the command must end.
    package static func translate(
        _ parsed: Parsed,
        inputs: StatementInputs,
        mode: StatementMode,
        catalog: some TableDefinitions,
        maximumBytes: Int,
        isOverLimit: @escaping () -> Bool
    ) throws(SQLError) -> Translation {
        let writer = StatementWriter(
            catalog: catalog,
            inputs: inputs,
            hasBackslashEscapes: !mode.lexical.hasNoBackslashEscapes,
            maximumBytes: maximumBytes,
            isOverLimit: isOverLimit
        )
        let written = try writer.write(parsed.query, outer: nil)
        try writer.size.check(written.sql)
        return Translation(
            sql: written.sql,
            columns: written.columns.map { describe($0, catalog) },
            types: written.columns.map(\.type),
            tables: writer.tables,
            parameterCount: parsed.parameterCount
        )
    }

    /// Columns of tables are told as the tables define them, all others by their types.
    private static func describe(
        _ column: StatementWriter.ResultColumn,
        _ catalog: some TableDefinitions
    ) -> ColumnDefinition {
        guard let origin = column.origin, let table = catalog.definition(of: origin.table, in: origin.schema),
            let declared = table.columns.first(where: { $0.name == origin.column })
        else { return ColumnDescription.describe(column.type, name: column.name) }
        var definition = ColumnDefinition(
            schema: table.schema,
            table: origin.alias,
            originalTable: table.name,
            name: column.name,
            originalName: declared.name
        )
        if !column.type.isNullable { definition.flags.insert(.notNull) }
        declared.type.describe(&definition)
        return definition
    }
}

/// What of a session decides how a statement is read.
package struct StatementMode: Hashable {
    var lexical: LexicalMode
    /// `||` joins texts.
    var pipesConcatenate: Bool
    package var serverVersion: ServerVersion

    package init(lexical: LexicalMode, pipesConcatenate: Bool, serverVersion: ServerVersion) {
        self.lexical = lexical
        self.pipesConcatenate = pipesConcatenate
        self.serverVersion = serverVersion
    }
}
