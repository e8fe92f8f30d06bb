import MySQLWire
import QueryRouting
import SQLDialect
import Testing
import VirtualTables

@Suite("information_schema of cluster_schema")
struct InformationSchemaTests {
    let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    @Test(
        "every table is there and can be selected from, whatever its name",
        arguments: InformationSchema.tables.sorted()
    )
    func tables(name: String) throws {
        let statement = "SELECT * FROM information_schema.\(name)"
        let result = try fixture.result(statement, in: EngineFixture.sidecarContext)
        #expect(result.columns.count > 3)
        #expect(result.columns.allSatisfy { $0.schema == "information_schema" && $0.originalTable == name })
    }

    @Test("COLUMNS says what SHOW COLUMNS says")
    func columns() throws {
        for table in TableCatalog.standard.tables {
            let rows = try fixture.rows(
                "SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_COMMENT FROM information_schema.COLUMNS "
                    + "WHERE TABLE_SCHEMA = 'cluster_schema' AND TABLE_NAME = '\(table.name)' ORDER BY ORDINAL_POSITION"
            )
            #expect(
                rows
                    == table.columns.map {
                        "\($0.name)|\($0.type.displayed)|\($0.isNullable ? "YES" : "NO")|\($0.comment)"
                    }
            )
        }
        #expect(
            try fixture.rows(
                "SELECT DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, NUMERIC_PRECISION, DATETIME_PRECISION "
                    + "FROM information_schema.columns WHERE table_schema = 'cluster_schema' AND table_name = 'EVENTS' "
                    + "AND column_name IN ('EVENT_ID', 'AT', 'TYPE')"
            ) == ["bigint|NULL|NULL|20|NULL", "datetime|NULL|NULL|NULL|6", "varchar|32|128|NULL|NULL"]
        )
    }

    @Test("our own tables keep their names beside it")
    func names() throws {
        #expect(try fixture.rows("SELECT COUNT(*) FROM cluster_schema.events") == ["3"])
        #expect(
            try fixture.rows("SELECT COUNT(*) FROM information_schema.events WHERE event_schema = 'cluster_schema'")
                == ["0"]
        )
        #expect(fixture.error("SELECT * FROM cluster_schema.tables")?.errno == 1146)
        #expect(fixture.error("SELECT * FROM cluster_schema.schemata")?.errno == 1146)
    }

    @Test("PARAMETERS lists what CALL takes")
    func parameters() throws {
        #expect(
            try fixture.rows(
                "SELECT SPECIFIC_NAME, ORDINAL_POSITION, PARAMETER_NAME, DTD_IDENTIFIER FROM information_schema.PARAMETERS "
                    + "WHERE SPECIFIC_SCHEMA = 'cluster_schema' AND SPECIFIC_NAME = 'maintenance'"
            ) == [
                "maintenance|1|member_name|varchar(255)", "maintenance|2|is_on|tinyint(1)",
                "maintenance|3|reason|varchar(255)",
            ]
        )
    }

    // MARK: WHERE behind a listing

    @Test(
        "WHERE filters a listing by its columns",
        arguments: [
            (
                "SHOW TABLES FROM cluster_schema WHERE Tables_in_cluster_schema LIKE 's%'",
                ["SERVICES", "SETTINGS", "STATUS"]
            ),
            ("SHOW FULL TABLES FROM cluster_schema WHERE Table_type = 'BASE TABLE'", []),
            ("SHOW TABLE STATUS FROM cluster_schema WHERE Name = 'nothing'", []),
            (
                "SHOW COLUMNS FROM cluster_schema.status WHERE Field LIKE '%name' AND `Null` = 'NO'",
                ["VARIABLE_NAME|varchar(64)|NO||NULL|"]
            ),
            ("SHOW INDEX FROM cluster_schema.status WHERE Key_name = 'PRIMARY'", []),
        ] as [(String, [String])]
    )
    func filtered(statement: String, rows: [String]) throws {
        #expect(try fixture.rows(statement) == rows)
    }

    @Test("a condition that is none is an error, and cannot reach what a SELECT cannot")
    func wrongConditions() {
        #expect(fixture.error("SHOW TABLES FROM cluster_schema WHERE nothing = 1")?.errno == 1054)
        #expect(fixture.error("SHOW TABLES FROM cluster_schema WHERE 1 = ")?.errno == 1064)
        #expect(fixture.error("SHOW TABLES FROM cluster_schema WHERE")?.errno == 1064)
        #expect(fixture.error("SHOW TABLES FROM cluster_schema WHERE load_extension('x')")?.errno == 1305)
        #expect(fixture.error("SHOW TABLES FROM cluster_schema WHERE 1) UNION SELECT (1")?.errno == 1064)
    }

    // MARK: The statement before

    @Test("SHOW WARNINGS lists what the context holds")
    func warnings() throws {
        var context = EngineFixture.serverContext
        context.diagnostics = [
            Diagnostic(level: .note, code: 1, message: "a"), Diagnostic(level: .error, code: 1146, message: "b"),
        ]
        #expect(try fixture.rows("SHOW WARNINGS", in: context) == ["Note|1|a", "Error|1146|b"])
        #expect(try fixture.rows("SHOW WARNINGS LIMIT 1, 5", in: context) == ["Error|1146|b"])
        #expect(try fixture.rows("SHOW ERRORS", in: context) == ["Error|1146|b"])
        #expect(try fixture.rows("SELECT @@warning_count w, @@error_count", in: context) == ["2|1"])
        #expect(try fixture.names("SELECT @@warning_count w, @@error_count", in: context) == ["w", "@@error_count"])
    }
}
