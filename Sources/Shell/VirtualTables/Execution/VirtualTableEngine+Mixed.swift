package import MySQLWire
package import QueryRouting
import SQLDialect
import SQLite

// Statements that mysqld carries out with rows of virtual tables.
extension VirtualTableEngine {
    package func rewrite(_ statement: MixedStatement, in context: SessionContext) throws(SQLError) -> [UInt8] {
        try measured { () throws(SQLError) in
            var rows: [String: ResultSet] = [:]
            for table in statement.tables {
                guard let definition = catalog.definition(of: table) else { throw .unknownTable(table) }
                let columns = statement.columns(of: definition.columns.map(\.name)).map { "`\($0)`" }
                let query = "SELECT \(columns.joined(separator: ", ")) FROM \(definition.qualifiedName)"
                if case .resultSet(let result) = try run(.select(query), parameters: [], in: context) {
                    rows[table] = result
                }
            }
            let guardian = connection.guardian
            guard guardian.bounds?.isBrief ?? false else { return try statement.rewritten(with: rows) }
            do throws(SQLError) {
                return try statement.rewritten(with: rows, limit: ExecutionLimits.Brief.rowBytes)
            } catch {
                guardian.useUp()
                throw error
            }
        }
    }

    package func serverStatement(
        insteadOf sent: [UInt8],
        refusedWith error: SQLError,
        in context: SessionContext
    ) -> MixedStatement? {
        // No such thing here, no such function, no such character.
        guard [1235, 1305, 1300].contains(error.errno),
            let mixed = classifier.serverStatement(for: sent, in: context),
            mixed.tables.allSatisfy({ catalog.definition(of: $0) != nil })
        else { return nil }
        return mixed
    }
}
