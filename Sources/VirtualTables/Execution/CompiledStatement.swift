import MySQLWire
import QueryRouting

/// A client's query, translated and compiled, with what is known of its columns before it runs.
struct CompiledStatement {
    let statement: SQLiteStatement
    let translation: Translation
    /// What must be up to date before it runs.
    let columnsRead: Set<SQLiteGuard.ColumnRead>
    /// Of columns that are expressions, type and length are found from the values.
    let columns: [ColumnDefinition]
    /// Positions of the columns that are expressions.
    let expressions: [Int]

    init(
        statement: SQLiteStatement,
        translation: Translation,
        columnsRead: Set<SQLiteGuard.ColumnRead>,
        catalog: TableCatalog
    ) {
        self.statement = statement
        self.translation = translation
        // SQLite does not report the columns of USING, so that a table read by them alone would be left out.
        let named = translation.tables.compactMap { reference in
            catalog.schema.table(named: reference.name.table)
                ?? catalog.schema.informationSchemaTable(reference.name.table)
        }
        self.columnsRead = columnsRead.union(named.map { SQLiteGuard.ColumnRead(table: $0, column: "") })
        var columns: [ColumnDefinition] = []
        var expressions: [Int] = []
        // With a star among them, the items do not stand in the places of their columns.
        let items = translation.items.contains { $0.name == nil } ? [] : translation.items
        for index in 0..<statement.columnCount {
            var column = ColumnDefinition(name: statement.columnName(at: index))
            if let table = statement.originTable(at: index).flatMap({
                catalog.definition(of: $0.uppercased(), in: statement.originSchema(at: index))
            }),
                let origin = statement.originColumn(at: index)?.uppercased(),
                let declared = table.columns.first(where: { $0.name == origin })
            {
                let qualifier = items.indices.contains(index) ? items[index].qualifier : nil
                column.schema = table.schema
                column.table = qualifier ?? Self.alias(of: table.name, in: translation.tables)
                column.originalTable = table.name
                column.originalName = declared.name
                if !declared.isNullable { column.flags.insert(.notNull) }
                declared.type.describe(&column)
            } else {
                expressions.append(index)
            }
            columns.append(column)
        }
        self.columns = columns
        self.expressions = expressions
    }

    /// What the statement calls the table, if it reads it once; the table's own name otherwise.
    private static func alias(of table: String, in references: [TableReference]) -> String {
        let matching = references.filter {
            let name = $0.name.table.asciiLowercased
            return name == table.asciiLowercased
                || name == VirtualSchema.informationSchemaPrefix + table.asciiLowercased
        }
        return matching.count == 1 ? matching[0].alias : table
    }
}
