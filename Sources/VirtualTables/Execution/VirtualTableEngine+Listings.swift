import MySQLWire
import QueryRouting

// WHERE behind a listing.
extension VirtualTableEngine {
    /// Keeps the rows for which a condition on the listing's columns is true.
    ///
    /// - Throws: `SQLError` as a SELECT with the condition would.
    func filter(_ result: ResultSet, _ condition: String, in context: SessionContext) throws(SQLError) -> ResultSet {
        let tokens = SQLTokenizer.tokenize(Array(condition.utf8), mode: LexicalMode(context)).tokens
        guard !tokens.contains(where: { $0.kind == .parameter }) else {
            throw .unsupported("parameters in SHOW ... WHERE on cluster_schema")
        }
        let columns = result.columns.map { "? AS `\($0.name.split(separator: "`").joined(separator: "``"))`" }
        let sql = "SELECT 1 FROM (SELECT \(columns.joined(separator: ", "))) AS listing WHERE (\(condition)\n)"
        var kept = result
        kept.rows = []
        for row in result.rows where try !select(sql, row, in: context).rows.isEmpty { kept.rows.append(row) }
        return kept
    }
}
