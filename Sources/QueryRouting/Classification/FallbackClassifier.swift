import MySQLWire

/// Which of the queries that the virtual tables' own SQL does not know mysqld may carry out, with the rows put in: it
/// must mean there what it would mean here.
struct FallbackClassifier {
    let schema: VirtualSchema
    let context: SessionContext

    /// The tables' times are in UTC and so is NOW() here; mysqld's is in the session's time zone.
    private static let words: Set<String> = [
        "now", "current_timestamp", "localtime", "localtimestamp", "sysdate", "curdate", "current_date", "curtime",
        "current_time", "unix_timestamp", "from_unixtime",
        // Not possible on a derived table.
        "procedure",
    ]
    /// While cluster_schema is the chosen schema, mysqld does not know of it.
    private static let schemaWords: Set<String> = ["database", "schema"]

    /// - Returns: nil if it is not for mysqld.
    func statement(for text: String) -> MixedStatement? {
        guard context.authority == .server, !context.allowsParameters else { return nil }
        let tokenized = SQLTokenizer.tokenize(Array(text.utf8), mode: LexicalMode(context))
        guard tokenized.defect == nil else { return nil }
        let references = TableReferences(tokenized)
        guard !references.hasParameters, !mentionsOwnMeaning(tokenized) else { return nil }
        let route = MixedClassifier(schema: schema, context: context).route(tokenized, references)
        guard case .mixed(let statement)? = route else { return nil }
        return statement
    }

    private func mentionsOwnMeaning(_ statement: TokenizedStatement) -> Bool {
        statement.tokens.contains { token in
            let word = statement.word(token)
            return Self.words.contains(word) || context.isVirtualSchemaSelected && Self.schemaWords.contains(word)
        }
    }
}

extension StatementClassifier {
    /// A query that the virtual tables refused because they do not know all that it says, as mysqld can carry it out.
    ///
    /// - Returns: nil if it would mean something else there, or the session has no mysqld.
    package func serverStatement(for text: String, in context: SessionContext) -> MixedStatement? {
        FallbackClassifier(schema: schema, context: context).statement(for: text)
    }
}
