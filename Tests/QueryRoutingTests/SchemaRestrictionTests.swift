import MySQLWire
import QueryRouting
import Testing

@Suite("Queries on information_schema")
struct SchemaRestrictionTests {
    private static let classifier = StatementClassifier(
        schema: VirtualSchema(tables: ["CLUSTER", "EVENTS", "MEMBERS"])
    )

    private func isOurs(_ statement: String, in context: SessionContext = SessionContext()) -> Bool {
        if case .virtual(.select) = Self.classifier.route(Array(statement.utf8), in: context) { true } else { false }
    }

    @Test(
        "about cluster_schema alone are ours",
        arguments: [
            "SELECT * FROM information_schema.tables WHERE table_schema = 'cluster_schema'",
            "select table_name from INFORMATION_SCHEMA.TABLES where TABLE_SCHEMA=\"CLUSTER_SCHEMA\" order by 1",
            "SELECT * FROM `information_schema`.`COLUMNS` c WHERE c.`TABLE_SCHEMA` = 'cluster_schema' AND c.TABLE_NAME = 'x'",
            "SELECT * FROM information_schema.tables WHERE 'cluster_schema' = table_schema",
            "SELECT * FROM information_schema.tables t WHERE 'cluster_schema' = t.table_schema",
            "SELECT * FROM information_schema.tables WHERE table_schema LIKE 'cluster\\_schema'",
            "SELECT * FROM information_schema.tables WHERE table_schema LIKE 'cluster_schema' AND table_name LIKE '%'",
            "SELECT * FROM information_schema.tables WHERE table_schema IN ('cluster_schema')",
            "SELECT * FROM information_schema.tables WHERE LOWER(table_schema) = 'cluster_schema'",
            "SELECT * FROM information_schema.tables WHERE table_schema = LOWER('CLUSTER_SCHEMA')",
            "SELECT * FROM information_schema.tables WHERE table_schema = _utf8mb4'cluster_schema'",
            "SELECT * FROM information_schema.tables WHERE table_schema COLLATE utf8_general_ci = 'cluster_schema'",
            "SELECT * FROM information_schema.tables WHERE (table_schema = 'cluster_schema') AND (a = 1 OR b = 2)",
            "SELECT * FROM information_schema.tables WHERE ((table_schema = 'cluster_schema'))",
            "SELECT CASE WHEN table_schema = 'mysql' OR table_schema = 'sys' THEN 1 ELSE 2 END "
                + "FROM information_schema.tables WHERE table_schema = 'cluster_schema'",
            "SELECT * FROM information_schema.tables t LEFT JOIN information_schema.columns c "
                + "ON c.table_schema = t.table_schema OR 1 = 2 WHERE t.table_schema = 'cluster_schema'",
            "SELECT schema_name FROM information_schema.schemata WHERE schema_name = 'cluster_schema'",
            "SELECT * FROM information_schema.routines WHERE routine_schema = 'cluster_schema'",
            "SELECT * FROM information_schema.key_column_usage WHERE constraint_schema='cluster_schema'",
            "SELECT t.*, m.* FROM information_schema.tables t, cluster_schema.members m WHERE t.table_schema = 'cluster_schema'",
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'cluster_schema' "
                + "UNION SELECT column_name FROM information_schema.columns WHERE table_schema = 'cluster_schema'",
            "SELECT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'cluster_schema')",
        ]
    )
    func ours(statement: String) {
        #expect(isOurs(statement))
    }

    @Test(
        "that are not, or not surely, are mysqld's",
        arguments: [
            "SELECT * FROM information_schema.tables",
            "SELECT 'cluster_schema' FROM information_schema.tables",
            "SELECT * FROM information_schema.tables WHERE table_schema = 'app' AND table_name = 'cluster_schema'",
            "SELECT * FROM information_schema.tables WHERE table_schema = 'cluster_schema' OR table_schema = 'app'",
            "SELECT * FROM information_schema.tables WHERE table_schema = 'cluster_schema' OR 1",
            "SELECT * FROM information_schema.tables WHERE (table_schema = 'cluster_schema' AND 1) OR 1",
            "SELECT * FROM information_schema.tables WHERE table_schema <> 'cluster_schema'",
            "SELECT * FROM information_schema.tables WHERE table_schema NOT IN ('cluster_schema')",
            "SELECT * FROM information_schema.tables WHERE table_schema NOT LIKE 'cluster_schema'",
            "SELECT * FROM information_schema.tables WHERE table_schema IN ('cluster_schema', 'app')",
            "SELECT * FROM information_schema.tables WHERE table_schema LIKE 'cluster%'",
            "SELECT * FROM information_schema.tables WHERE table_schema = DATABASE() AND 'cluster_schema' = 'x'",
            "SELECT * FROM information_schema.innodb_metrics WHERE table_schema = 'cluster_schema'",
            "SELECT * FROM information_schema.tables t, app.t WHERE t.table_schema = 'cluster_schema'",
            "SELECT * FROM app.tables WHERE table_schema = 'cluster_schema'",
            "SELECT table_schema = 'cluster_schema' FROM information_schema.tables",
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'cluster_schema' "
                + "UNION SELECT column_name FROM information_schema.columns WHERE table_schema = 'app'",
            "SELECT * FROM information_schema.tables WHERE CASE WHEN table_schema = 'cluster_schema' THEN 1 ELSE 1 END",
        ]
    )
    func theirs(statement: String) {
        #expect(Self.classifier.route(Array(statement.utf8), in: SessionContext()) == .server)
    }

    @Test("DATABASE() is cluster_schema while that is chosen")
    func chosen() {
        let chosen = SessionContext(isVirtualSchemaSelected: true)
        for value in ["DATABASE()", "SCHEMA()", "database ()", "(SELECT DATABASE())", "LOWER(DATABASE())"] {
            let statement = "SELECT * FROM information_schema.tables WHERE table_schema = \(value)"
            #expect(isOurs(statement, in: chosen), "\(statement)")
            #expect(!isOurs(statement))
        }
        #expect(!isOurs("SELECT * FROM information_schema.tables WHERE table_schema = 'app'", in: chosen))
    }

    @Test("a sidecar's account is asked no condition: there is nothing else behind it")
    func sidecar() {
        let context = SessionContext(authority: .sidecar)
        #expect(isOurs("SELECT * FROM information_schema.tables", in: context))
        #expect(
            isOurs(
                "SELECT schema_name FROM information_schema.SCHEMATA WHERE schema_name = ?".replacing("?", with: "'x'"),
                in: context
            )
        )
    }

    @Test("SHOW PROCEDURE STATUS follows the same rule by its column Db")
    func procedures() {
        let ours = "SHOW PROCEDURE STATUS WHERE Db = 'cluster_schema' AND Name LIKE 're%'"
        #expect(
            Self.classifier.route(Array(ours.utf8), in: SessionContext())
                == .virtual(
                    .filtered(.showProcedures(like: nil), where: "Db = 'cluster_schema' AND Name LIKE 're%'")
                )
        )
        for statement in [
            "SHOW PROCEDURE STATUS", "SHOW PROCEDURE STATUS LIKE 'cluster_%'",
            "SHOW PROCEDURE STATUS WHERE Db = 'app' AND Name = 'cluster_schema'",
            "SHOW PROCEDURE STATUS WHERE Db = 'cluster_schema' OR Db = 'app'",
        ] {
            #expect(Self.classifier.route(Array(statement.utf8), in: SessionContext()) == .server, "\(statement)")
        }
    }
}
