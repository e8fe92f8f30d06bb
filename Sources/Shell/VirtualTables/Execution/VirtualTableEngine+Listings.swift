import MySQLWire
import QueryRouting

// WHERE behind a listing.
extension VirtualTableEngine {
    /// Keeps the rows for which a condition on the listing's columns is true.
    ///
    /// - Throws: `SQLError` as a SELECT with the condition would.
    func filter(_ result: ResultSet, _ condition: String, in context: SessionContext) throws(SQLError) -> ResultSet {
        let condition = try ListingCondition(condition, in: context)
        let columns = result.columns.map { "? AS `\($0.name.split(separator: "`").joined(separator: "``"))`" }
        let sql = "SELECT 1 FROM (SELECT \(columns.joined(separator: ", "))) AS listing WHERE \(condition.sql)"
        var kept = result
        kept.rows = []
        for row in result.rows where try !select(sql, row, in: context).rows.isEmpty { kept.rows.append(row) }
        return kept
    }
}

/// A condition behind WHERE that can be put into a query of ours.
struct ListingCondition {
    /// In parentheses.
    let sql: String

    /// - Throws: `SQLError` 1064 for what is no whole condition, 1235 for one with parameters.
    init(_ text: String, in context: SessionContext) throws(SQLError) {
        let statement = SQLTokenizer.tokenize(Array(text.utf8), mode: LexicalMode(context))
        var depth = 0
        for token in statement.tokens {
            if token.kind == .parameter { throw .unsupported("parameters in SHOW ... WHERE on cluster_schema") }
            if statement.isSymbol(token, "(") { depth += 1 }
            if statement.isSymbol(token, ")") { depth -= 1 }
            guard depth >= 0 else { break }
        }
        guard depth == 0, statement.defect == nil else { throw .syntax(near: String(text.prefix(80)), line: 1) }
        sql = "(\(text)\n)"
    }
}
