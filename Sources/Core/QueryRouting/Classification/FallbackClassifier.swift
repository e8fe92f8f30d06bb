import MySQLWire

/// Which of the queries that the virtual tables' own SQL does not know mysqld may carry out, with the rows put in: it
/// must mean there what it would mean here.
struct FallbackClassifier {
    let schema: VirtualSchema
    let context: SessionContext

    /// The tables' times are in UTC and so is NOW() here; mysqld's is in the session's time zone.
    private static let clocks: Set<String> = [
        "now", "current_timestamp", "localtime", "localtimestamp", "sysdate", "curdate", "current_date", "curtime",
        "current_time", "unix_timestamp", "from_unixtime",
    ]
    /// MariaDB can be told, for one statement.
    private static let inUTC = "SET STATEMENT time_zone = '+00:00' FOR "
    /// PROCEDURE ANALYSE is not for derived tables.
    private static let others: Set<String> = ["procedure"]
    /// While cluster_schema is the chosen schema, mysqld does not know of it.
    private static let schemaWords: Set<String> = ["database", "schema"]

    /// - Returns: nil if it is not for mysqld.
    func statement(for text: [UInt8]) -> MixedStatement? {
        guard context.authority == .server, !context.allowsParameters else { return nil }
        let tokenized = SQLTokenizer.tokenize(text, mode: LexicalMode(context))
        guard tokenized.defect == nil else { return nil }
        let references = TableReferences(tokenized)
        let words = Set(tokenized.tokens.map { tokenized.word($0) })
        guard !references.hasParameters, words.isDisjoint(with: Self.others),
            !context.isVirtualSchemaSelected || words.isDisjoint(with: Self.schemaWords)
        else { return nil }
        let route = MixedClassifier(schema: schema, context: context).route(tokenized, references)
        guard case .mixed(var statement)? = route else { return nil }
        if !words.isDisjoint(with: Self.clocks) {
            // The variable's value would not be the session's in such a statement.
            guard context.serverVersion.contains("MariaDB"), !references.systemVariables.contains("time_zone") else {
                return nil
            }
            statement.edits.insert(.init(bytes: 0..<0, replacement: .words(Self.inUTC)), at: 0)
        }
        return statement
    }
}

extension StatementClassifier {
    /// A query that the virtual tables refused because they do not know all that it says, as mysqld can carry it out.
    ///
    /// - Parameter text: in the context's character set.
    /// - Returns: nil if it would mean something else there, or the session has no mysqld.
    package func serverStatement(for text: [UInt8], in context: SessionContext) -> MixedStatement? {
        FallbackClassifier(schema: schema, context: context).statement(for: text)
    }
}
