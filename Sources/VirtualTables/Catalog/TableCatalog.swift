import MySQLWire
package import QueryRouting
internal import SQLCatalog

/// All virtual tables by their definitions.
package struct TableCatalog: Sendable {
    /// In the order of SHOW TABLES.
    package let tables: [TableDefinition]
    /// The names alone, as routing needs them.
    package let schema: VirtualSchema
    private let byName: [String: TableDefinition]
    private static let informationSchema = Dictionary(
        InformationSchemaCatalog.tables.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    package init(tables: [TableDefinition]) {
        self.tables = tables
        self.schema = VirtualSchema(tables: tables.map(\.name))
        self.byName = Dictionary(tables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The tables that this version of the sidecar has.
    package static let standard = TableCatalog(tables: TableScript.all.compactMap { TableDefinition(sql: $0.sql) })

    /// - Parameter name: as it is defined, in upper case.
    package func definition(of name: String) -> TableDefinition? { byName[name] }

    /// - Parameters:
    ///   - name: as it is defined, in upper case.
    ///   - schema: in lower case.
    func definition(of name: String, in schema: String) -> TableDefinition? {
        schema == VirtualSchema.informationSchema ? Self.informationSchema[name] : byName[name]
    }

    /// A table's columns as the protocol tells them.
    func columns(of table: TableDefinition) -> [ColumnDefinition] {
        table.columns.map { column in
            var definition = ColumnDefinition(
                schema: VirtualSchema.name,
                table: table.name,
                originalTable: table.name,
                name: column.name,
                originalName: column.name
            )
            if !column.isNullable { definition.flags.insert(.notNull) }
            column.type.describe(&definition)
            return definition
        }
    }
}
