/// The tables of information_schema that also describe cluster_schema.
package enum InformationSchema {
    /// In upper case.
    package static let tables: Set<String> = [
        "CHECK_CONSTRAINTS", "COLUMNS", "COLUMN_PRIVILEGES", "EVENTS", "KEY_COLUMN_USAGE", "PARAMETERS", "PARTITIONS",
        "REFERENTIAL_CONSTRAINTS", "ROUTINES", "SCHEMATA", "SCHEMA_PRIVILEGES", "STATISTICS", "TABLES",
        "TABLE_CONSTRAINTS", "TABLE_PRIVILEGES", "TRIGGERS", "VIEWS",
    ]

    /// Columns of these tables that hold a schema's name, in lower case.
    static let schemaColumns: Set<String> = [
        "constraint_schema", "event_object_schema", "event_schema", "index_schema", "referenced_table_schema",
        "routine_schema", "schema_name", "specific_schema", "table_schema", "trigger_schema",
    ]

    package static func holds(_ name: TableName) -> Bool {
        name.schema?.asciiLowercased == VirtualSchema.informationSchema && tables.contains(name.table.uppercased())
    }
}
