import MySQLWire
package import QueryRouting
internal import SQLCatalog
package import SQLDialect

/// All virtual tables by their definitions.
package struct TableCatalog: TableDefinitions, Sendable {
    /// In the order of SHOW TABLES.
    package let tables: [TableDefinition]
    /// Those of the compatibility views that are on.
    package let compatibility: [CompatibilityTable]
    /// The names alone, as routing needs them.
    package let schema: VirtualSchema
    private let byName: [String: TableDefinition]
    private static let informationSchema = Dictionary(
        InformationSchemaCatalog.tables.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    package init(tables: [TableDefinition], views: Set<CompatibilityView> = []) {
        self.tables = tables
        self.compatibility = CompatibilityTable.all(of: views)
        let others = compatibility.map(\.definition)
        self.schema = VirtualSchema(
            tables: tables.map(\.name),
            compatibility: CompatibilityNames(
                views: views,
                tables: others.map { TableName(schema: $0.schema, table: $0.name) }
            )
        )
        self.byName = Dictionary(
            (tables + others).map { ($0.name.uppercased(), $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The tables that this version of the sidecar has.
    package static let standard = TableCatalog(tables: TableScript.all.compactMap { TableDefinition(sql: $0.sql) })

    /// The same with the tables of these views.
    package func adding(_ views: Set<CompatibilityView>) -> TableCatalog {
        views.isEmpty ? self : TableCatalog(tables: tables, views: views)
    }

    /// The schemas beside cluster_schema.
    var attachedSchemas: Set<String> {
        Set(compatibility.map(\.definition.schema)).union([VirtualSchema.informationSchema])
    }

    /// - Parameter name: in any case.
    package func definition(of name: String) -> TableDefinition? { byName[name.uppercased()] }

    /// - Parameters:
    ///   - name: in any case.
    ///   - schema: in lower case.
    package func definition(of name: String, in schema: String) -> TableDefinition? {
        let name = name.uppercased()
        guard schema == VirtualSchema.informationSchema, let table = Self.informationSchema[name] else {
            return byName[name]
        }
        return table
    }

    /// A table's columns as the protocol tells them.
    func columns(of table: TableDefinition) -> [ColumnDefinition] {
        table.columns.map { column in
            var definition = ColumnDefinition(
                schema: table.schema,
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
