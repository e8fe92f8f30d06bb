import MySQLWire
import SQLDialect
import SQLite

/// A client's query, translated and compiled.
struct CompiledStatement {
    let statement: SQLiteStatement
    let translation: Translation
    /// What must be up to date before it runs.
    let columnsRead: Set<SQLiteGuard.ColumnRead>
    /// Its result is another one only when the view of the cluster is.
    let followsView: Bool

    /// - Parameter callsVolatile: it calls functions whose values differ from call to call, or from session to session.
    init(
        statement: SQLiteStatement,
        translation: Translation,
        columnsRead: Set<SQLiteGuard.ColumnRead>,
        callsVolatile: Bool
    ) {
        self.statement = statement
        self.translation = translation
        followsView = !callsVolatile && columnsRead.allSatisfy { TableFiller.followsView($0) }
        // A table of which no column is read is filled for its rows' number.
        self.columnsRead = columnsRead.union(
            translation.tables.map { SQLiteGuard.ColumnRead(table: $0.uppercased(), column: "") }
        )
    }
}
