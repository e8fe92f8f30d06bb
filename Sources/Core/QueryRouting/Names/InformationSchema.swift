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

    /// The list of schemas, in lower case.
    static let schemata = "schemata"

    static func isSchemata(_ name: TableName) -> Bool {
        name.schema?.asciiLowercased == VirtualSchema.informationSchema && name.table.asciiLowercased == schemata
    }

    /// Our row of a server's SCHEMATA as SQL: what its version has for columns.
    static func schemataColumns(_ serverVersion: String) -> String {
        let numbers = serverVersion.split { !$0.isASCII || !$0.isNumber }.prefix(2).compactMap { Int($0) }
        let (major, minor) = (numbers.first ?? 0, numbers.count > 1 ? numbers[1] : 0)
        let last =
            if serverVersion.contains("MariaDB") {
                major > 10 || major == 10 && minor >= 5 ? ", ''" : ""
            } else {
                major >= 8 ? ", 'NO'" : ""
            }
        return "'def', '\(VirtualSchema.name)', 'utf8mb4', 'utf8mb4_general_ci', NULL\(last)"
    }

    package static func holds(_ name: TableName) -> Bool {
        name.schema?.asciiLowercased == VirtualSchema.informationSchema && tables.contains(name.table.uppercased())
    }
}
