import MySQLWire

/// A client's query, translated and compiled.
struct CompiledStatement {
    let statement: SQLiteStatement
    let translation: Translation
    /// What must be up to date before it runs.
    let columnsRead: Set<SQLiteGuard.ColumnRead>

    init(statement: SQLiteStatement, translation: Translation, columnsRead: Set<SQLiteGuard.ColumnRead>) {
        self.statement = statement
        self.translation = translation
        // A table of which no column is read is filled for its rows' number.
        self.columnsRead = columnsRead.union(
            translation.tables.map { SQLiteGuard.ColumnRead(table: $0.uppercased(), column: "") }
        )
    }
}
