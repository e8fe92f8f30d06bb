import MySQLWire
import QueryRouting
import Testing

@Suite("Routing with compatibility views")
struct CompatibilityRoutingTests {
    private static let tables: [(view: CompatibilityView, name: TableName)] = [
        (.aurora, TableName(schema: "information_schema", table: "REPLICA_HOST_STATUS")),
        (.router, TableName(schema: "mysql_innodb_cluster_metadata", table: "schema_version")),
        (.router, TableName(schema: "mysql_innodb_cluster_metadata", table: "v2_ar_members")),
        (.router, TableName(schema: "mysql_innodb_cluster_metadata", table: "v2_routers")),
        (.isis2, TableName(schema: "information_schema", table: "ISIS2IS")),
    ]

    private func classifier(_ views: Set<CompatibilityView>) -> StatementClassifier {
        let tables = Self.tables.filter { views.contains($0.view) }.map(\.name)
        return StatementClassifier(
            schema: VirtualSchema(
                tables: ["MEMBERS"],
                compatibility: CompatibilityNames(views: views, tables: tables)
            )
        )
    }

    private func route(
        _ statement: String,
        _ views: Set<CompatibilityView>,
        _ context: SessionContext = SessionContext()
    ) -> Route {
        classifier(views).route(Array(statement.utf8), in: context)
    }

    @Test(
        "what a view answers is ours when it is on, and mysqld's when it is off",
        arguments: [
            (CompatibilityView.aurora, "SELECT SERVER_ID FROM information_schema.replica_host_status"),
            (.aurora, "select * from INFORMATION_SCHEMA.REPLICA_HOST_STATUS r;"),
            (.aurora, "SELECT @@innodb_read_only"), (.aurora, "SELECT @@global.innodb_read_only AS read_only"),
            (.aurora, "SELECT @@aurora_server_id, @@hostname"), (.aurora, "select @@`aurora_version`"),
            (.aurora, "SELECT @@global.read_only&@@global.innodb_read_only read_only"),
            (.router, "SELECT * FROM mysql_innodb_cluster_metadata.schema_version"),
            (
                .router,
                "select view_id from mysql_innodb_cluster_metadata.v2_ar_members where CAST(member_id AS char ascii) = "
                    + "CAST(@@server_uuid AS char ascii)"
            ),
            (.isis2, "SELECT * FROM information_schema.isis2is"),
        ]
    )
    func selects(view: CompatibilityView, statement: String) {
        #expect(route(statement, [view]) == .virtual(.select(statement)))
        let others = Set(CompatibilityView.allCases).subtracting([view])
        #expect(route(statement, others) == .server)
        #expect(route(statement, []) == .server)
    }

    @Test(
        "SHOW VARIABLES is ours where no variable of mysqld can match",
        arguments: [
            ("SHOW VARIABLES LIKE 'aurora_version'", "aurora_version"),
            ("show global variables like 'aurora\\_server\\_id'", "aurora\\_server\\_id"),
            ("SHOW SESSION VARIABLES LIKE 'innodb_read_only';", "innodb_read_only"),
            ("SHOW VARIABLES LIKE 'aurora_%'", "aurora_%"),
            ("SHOW VARIABLES LIKE 'innodb_read_only%'", nil), ("SHOW VARIABLES LIKE 'innodb%'", nil),
            ("SHOW VARIABLES LIKE 'version'", nil), ("SHOW VARIABLES LIKE 'aurora_nothing'", nil),
            ("SHOW STATUS LIKE 'aurora_version'", nil),
        ] as [(String, String?)]
    )
    func showsVariables(statement: String, pattern: String?) {
        let expected = pattern.map { Route.virtual(.showCompatibilityVariables(like: $0)) } ?? .server
        #expect(route(statement, [.aurora]) == expected)
        #expect(route(statement, [.router]) == .server)
    }

    @Test("a sidecar's own account gets the same answer")
    func sidecarAccount() {
        let context = SessionContext(authority: .sidecar)
        let statement = "SHOW VARIABLES LIKE 'aurora_version'"
        #expect(route(statement, [.aurora], context) == .virtual(.showCompatibilityVariables(like: "aurora_version")))
        #expect(route(statement, [], context) == .virtual(.showVariables(like: "aurora_version")))
    }

    @Test(
        "names in strings, comments and other places lead nowhere",
        arguments: [
            "SELECT 'information_schema.replica_host_status'", "SELECT 1 /* @@aurora_server_id */",
            "INSERT INTO app.t VALUES ('@@innodb_read_only isis2is')", "SELECT replica_host_status FROM app.t",
            "SELECT @@innodb_read_only FROM app.t", "SELECT * FROM app.replica_host_status", "SELECT @@server_uuid",
        ]
    )
    func elsewhere(statement: String) {
        #expect(route(statement, Set(CompatibilityView.allCases)) == .server)
    }

    @Test("MySQL Router's notes that it runs are taken and change nothing; all other changes are refused")
    func routerWrites() {
        let schema = "mysql_innodb_cluster_metadata"
        let update = "UPDATE \(schema).v2_routers set last_check_in=NOW() where router_id = 1"
        #expect(route(update, [.router]) == .virtual(.noOperation))
        #expect(route(update, [.aurora]) == .server)
        guard case .mixed(let mixed) = route("SELECT * FROM \(schema).schema_version v, app.t", [.router]) else {
            Issue.record("not mysqld's to join")
            return
        }
        #expect(mixed.tables == ["schema_version"])
        let refused: [(String, UInt16)] = [
            ("UPDATE \(schema).v2_ar_members SET view_id = 1", 1288), ("DELETE FROM \(schema).v2_routers", 1288),
            ("INSERT INTO \(schema).router_stats (router_id) VALUES (1)", 1146),
            ("SELECT * FROM \(schema).nothing", 1146),
        ]
        for (statement, errno) in refused {
            guard case .refuse(let error) = route(statement, [.router]) else {
                Issue.record("\(statement) is not refused")
                continue
            }
            #expect(error.errno == errno, "\(statement)")
        }
        guard case .refuse(let error) = route("SELECT * FROM \(schema).nothing", [.router]) else { return }
        #expect(error.message == "Table '\(schema).nothing' doesn't exist")
    }
}
