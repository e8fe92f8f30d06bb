import QueryRouting
import Testing

@Suite("Questions about the statement before")
struct DiagnosticsClassifierTests {
    private static let classifier = StatementClassifier(schema: VirtualSchema(tables: ["MEMBERS"]))

    private func route(_ statement: String, diagnostics: [Diagnostic]?) -> Route {
        var context = SessionContext()
        context.diagnostics = diagnostics
        return Self.classifier.route(Array(statement.utf8), in: context)
    }

    @Test(
        "are ours after a statement of ours, and mysqld's after one of its own",
        arguments: [
            ("SHOW WARNINGS", .list(onlyErrors: false, offset: 0, count: nil)),
            ("show errors limit 2", .list(onlyErrors: true, offset: 0, count: 2)),
            ("SHOW WARNINGS LIMIT 1, 3;", .list(onlyErrors: false, offset: 1, count: 3)),
            ("SHOW COUNT(*) WARNINGS", .counts([.init(onlyErrors: false, name: "@@session.warning_count")])),
            ("SHOW COUNT(*) ERRORS", .counts([.init(onlyErrors: true, name: "@@session.error_count")])),
            ("SELECT @@warning_count", .counts([.init(onlyErrors: false, name: "@@warning_count")])),
            (
                "select @@session.error_count e, @@warning_count as `w` limit 1",
                .counts([.init(onlyErrors: true, name: "e"), .init(onlyErrors: false, name: "w")])
            ),
        ] as [(String, DiagnosticsQuestion)]
    )
    func questions(statement: String, question: DiagnosticsQuestion) {
        #expect(route(statement, diagnostics: []) == .virtual(.diagnostics(question)))
        #expect(route(statement, diagnostics: nil) == .server)
    }

    @Test(
        "nothing else is taken for one",
        arguments: [
            "SELECT 1", "SHOW WARNINGS FOR 5", "SELECT @@warning_count, NOW()", "SELECT @@global.warning_count",
            "SELECT @@warning_count FROM app.t", "SHOW STATUS", "INSERT INTO app.t VALUES (1)", "",
            "SHOW WARNINGS; SELECT 1", "SHOW COUNT(*) TABLES", "SHOW WARNINGS LIMIT x",
        ]
    )
    func others(statement: String) {
        #expect(route(statement, diagnostics: []) == .server)
    }
}
