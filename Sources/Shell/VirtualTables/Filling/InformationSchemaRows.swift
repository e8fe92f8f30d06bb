import ClusterModel
import MySQLWire
import QueryRouting
import SQLDialect
import SQLite

/// The rows of information_schema that describe cluster_schema. They are the same for the life of the process.
struct InformationSchemaRows {
    let catalog: TableCatalog
    /// When the definitions came to be: the process's start.
    let createdAt: WallTime

    /// By column; those that are left out are NULL, or empty where the column is not nullable.
    private typealias Row = [String: SQLValue]

    private static let collation = SQLValue.text("utf8mb4_general_ci")
    private static let characterSet = SQLValue.text("utf8mb4")

    /// Makes the tables in the schema, which is attached already, and fills them.
    func install(on connection: SQLiteConnection) throws(SQLiteFailure) {
        let schema = VirtualSchema.informationSchema
        for table in InformationSchemaCatalog.tables {
            let columns = table.columns.map { column in
                "\(column.name) \(column.type.declaration)\(column.type.isText ? " COLLATE NOCASE" : "")"
            }
            try connection.execute("CREATE TABLE \(schema).\(table.name) (\(columns.joined(separator: ", ")))")
            let marks = columns.map { _ in "?" }.joined(separator: ", ")
            let insert = try connection.prepare("INSERT INTO \(schema).\(table.name) VALUES (\(marks))")
            for row in rows(of: table.name) {
                try insert.run(
                    table.columns.map {
                        row[$0.name] ?? ($0.isNullable ? .null : $0.type.isText ? .text("") : .integer(0))
                    }
                )
            }
        }
    }

    private func rows(of table: String) -> [Row] {
        switch table {
        case "SCHEMATA": schemata
        case "TABLES": tables
        case "COLUMNS": catalog.tables.flatMap(columns)
        case "ROUTINES": Procedure.allCases.map(routine)
        case "PARAMETERS": Procedure.allCases.flatMap(parameters)
        default: []
        }
    }

    private var schemata: [Row] {
        [VirtualSchema.name, VirtualSchema.informationSchema].map { name in
            [
                "CATALOG_NAME": .text("def"), "SCHEMA_NAME": .text(name),
                "DEFAULT_CHARACTER_SET_NAME": Self.characterSet, "DEFAULT_COLLATION_NAME": Self.collation,
                "DEFAULT_ENCRYPTION": .text("NO"),
            ]
        }
    }

    private var tables: [Row] {
        catalog.tables.map { table in
            [
                "TABLE_CATALOG": .text("def"), "TABLE_SCHEMA": .text(VirtualSchema.name),
                "TABLE_NAME": .text(table.name), "TABLE_TYPE": .text("SYSTEM VIEW"), "ENGINE": .text("PILOTFISH"),
                "CREATE_OPTIONS": .text(""), "TABLE_COLLATION": Self.collation, "TABLE_COMMENT": .text(table.comment),
                "TEMPORARY": .text("N"),
            ]
        }
    }

    private func columns(of table: TableDefinition) -> [Row] {
        table.columns.enumerated().map { index, column in
            var row: Row = [
                "TABLE_CATALOG": .text("def"), "TABLE_SCHEMA": .text(VirtualSchema.name),
                "TABLE_NAME": .text(table.name), "COLUMN_NAME": .text(column.name),
                "ORDINAL_POSITION": .integer(Int64(index + 1)),
                "IS_NULLABLE": .text(column.isNullable ? "YES" : "NO"), "COLUMN_TYPE": .text(column.type.displayed),
                "PRIVILEGES": .text("select"), "COLUMN_COMMENT": .text(column.comment), "IS_GENERATED": .text("NEVER"),
            ]
            row.merge(Self.typed(column.type)) { first, _ in first }
            return row
        }
    }

    private static func typed(_ type: DeclaredType) -> Row {
        var row: Row = ["DATA_TYPE": .text(type.dataType)]
        if type.isText {
            let characters = type.dataType == "text" ? 65_535 / 4 : type.size ?? 255
            row["CHARACTER_MAXIMUM_LENGTH"] = .integer(Int64(characters))
            row["CHARACTER_OCTET_LENGTH"] = .integer(Int64(type.dataType == "text" ? 65_535 : characters * 4))
            row["CHARACTER_SET_NAME"] = characterSet
            row["COLLATION_NAME"] = collation
        }
        switch type.dataType {
        case "bigint": row["NUMERIC_PRECISION"] = .integer(type.isUnsigned ? 20 : 19)
        case "int": row["NUMERIC_PRECISION"] = .integer(10)
        case "double": row["NUMERIC_PRECISION"] = .integer(22)
        case "datetime": row["DATETIME_PRECISION"] = .integer(Int64(type.size ?? 0))
        default: break
        }
        if ["bigint", "int"].contains(type.dataType) { row["NUMERIC_SCALE"] = .integer(0) }
        return row
    }

    private func routine(_ procedure: Procedure) -> Row {
        let created = SQLValue.text(CalendarTime.text(of: createdAt, fraction: 0))
        return [
            "SPECIFIC_NAME": .text(procedure.name), "ROUTINE_CATALOG": .text("def"),
            "ROUTINE_SCHEMA": .text(VirtualSchema.name), "ROUTINE_NAME": .text(procedure.name),
            "ROUTINE_TYPE": .text("PROCEDURE"), "ROUTINE_BODY": .text("EXTERNAL"), "PARAMETER_STYLE": .text("SQL"),
            "IS_DETERMINISTIC": .text("NO"), "SQL_DATA_ACCESS": .text("NO SQL"), "SECURITY_TYPE": .text("INVOKER"),
            "CREATED": created, "LAST_ALTERED": created, "ROUTINE_COMMENT": .text(procedure.comment),
            "CHARACTER_SET_CLIENT": Self.characterSet, "COLLATION_CONNECTION": Self.collation,
            "DATABASE_COLLATION": Self.collation,
        ]
    }

    private func parameters(of procedure: Procedure) -> [Row] {
        procedure.parameters.enumerated().map { index, parameter in
            var row: Row = [
                "SPECIFIC_CATALOG": .text("def"), "SPECIFIC_SCHEMA": .text(VirtualSchema.name),
                "SPECIFIC_NAME": .text(procedure.name), "ORDINAL_POSITION": .integer(Int64(index + 1)),
                "PARAMETER_MODE": .text("IN"), "PARAMETER_NAME": .text(parameter.name),
                "DTD_IDENTIFIER": .text(parameter.typeName), "ROUTINE_TYPE": .text("PROCEDURE"),
            ]
            row.merge(Self.typed(DeclaredType(parameter.typeName))) { first, _ in first }
            return row
        }
    }
}
