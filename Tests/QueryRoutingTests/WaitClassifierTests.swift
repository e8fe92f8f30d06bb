import MySQLWire
import Testing

@testable import QueryRouting

@Suite("wait_for_change and KILL")
struct WaitClassifierTests {
    private static let classifier = StatementClassifier(schema: VirtualSchema(tables: ["CLUSTER", "MEMBERS"]))

    private func route(_ statement: String, _ context: SessionContext = SessionContext()) -> Route {
        Self.classifier.route(Array(statement.utf8), in: context)
    }

    @Test(
        "the call's arguments and its column's name",
        arguments: [
            (
                "SELECT cluster_schema.wait_for_change(17, 2.5)", "cluster_schema.wait_for_change(17, 2.5)",
                .value(.integer(17)), .value(.double(2.5))
            ),
            (
                "select `Cluster_Schema` . `WAIT_FOR_CHANGE` ( 17 , 30 ) AS v;", "v",
                .value(.integer(17)), .value(.integer(30))
            ),
            (
                "SELECT cluster_schema.wait_for_change('17', '5') version", "version", .value(.text("17")),
                .value(.text("5"))
            ),
            (
                "SELECT cluster_schema.wait_for_change(NULL, -1) FROM DUAL LIMIT 1", nil, .value(.null),
                .value(.integer(-1))
            ),
            ("SELECT cluster_schema.wait_for_change(@v, +1e1) AS 'x y'", "x y", .variable("@v"), .value(.double(10))),
            ("(SELECT cluster_schema.wait_for_change(1, 2))", nil, .value(.integer(1)), .value(.integer(2))),
            ("/* app */ SELECT cluster_schema.wait_for_change(1, 2)", nil, .value(.integer(1)), .value(.integer(2))),
        ] as [(String, String?, CallArgument, CallArgument)]
    )
    func call(_ statement: String, name: String?, known: CallArgument, seconds: CallArgument) {
        guard case .virtual(.waitForChange(let wait)) = route(statement) else {
            Issue.record("\(statement): \(route(statement))")
            return
        }
        #expect(wait.known == known)
        #expect(wait.seconds == seconds)
        if let name { #expect(wait.columnName == name) }
    }

    @Test("parameters are for prepared statements")
    func parameters() {
        let statement = "SELECT cluster_schema.wait_for_change(?, ?)"
        guard case .virtual(.waitForChange(let wait)) = route(statement, SessionContext(allowsParameters: true)) else {
            Issue.record("not taken")
            return
        }
        #expect(wait.known == .parameter(0) && wait.seconds == .parameter(1) && wait.parameterCount == 2)
        guard case .refuse(let error) = route(statement) else {
            Issue.record("not refused")
            return
        }
        #expect(error.errno == 1064)
    }

    @Test(
        "what is refused, and how",
        arguments: [
            ("SELECT cluster_schema.wait_for_change(1)", 1318),
            ("SELECT cluster_schema.wait_for_change()", 1318),
            ("SELECT cluster_schema.wait_for_change(1, 2, 3)", 1318),
            ("SELECT cluster_schema.wait_for_change(1, 2) + 1", 1235),
            ("SELECT 1, cluster_schema.wait_for_change(1, 2)", 1235),
            ("SELECT cluster_schema.wait_for_change(1, 2), 3", 1235),
            ("SELECT cluster_schema.wait_for_change(1, 2) FROM cluster_schema.members", 1235),
            ("SELECT cluster_schema.wait_for_change(1 + 1, 2)", 1235),
            ("SELECT cluster_schema.wait_for_change((SELECT 1), 2)", 1235),
            ("SELECT 1 FROM app.t WHERE cluster_schema.wait_for_change(1, 2)", 1235),
            ("DO cluster_schema.wait_for_change(1, 2)", 1235),
            ("SET @v = cluster_schema.wait_for_change(1, 2)", 1235),
            ("INSERT INTO app.t SELECT cluster_schema.wait_for_change(1, 2)", 1235),
            ("SELECT cluster_schema.wait_for_changes(1, 2)", 1305),
        ]
    )
    func refused(_ statement: String, errno: Int) {
        guard case .refuse(let error) = route(statement) else {
            Issue.record("\(statement): \(route(statement))")
            return
        }
        #expect(Int(error.errno) == errno, "\(statement): \(error.message)")
    }

    @Test(
        "what only looks like it goes to mysqld",
        arguments: [
            "SELECT wait_for_change(1, 2)", "SELECT app.wait_for_change(1, 2)",
            "SELECT 'cluster_schema.wait_for_change(1, 2)'", "SELECT wait_for_change FROM app.cluster_t",
            "SELECT x.cluster_schema.wait_for_change FROM app.t",
        ]
    )
    func others(_ statement: String) {
        #expect(route(statement) == .server)
    }

    @Test("in the chosen schema the name alone will do")
    func chosen() {
        let context = SessionContext(isVirtualSchemaSelected: true)
        guard case .virtual(.waitForChange) = route("SELECT wait_for_change(1, 2)", context) else {
            Issue.record("not taken")
            return
        }
    }

    @Test(
        "what the arguments come to",
        arguments: [
            (.value(.integer(5)), .value(.double(0.25)), 5, 0.25),
            (.value(.text("18446744073709551615")), .value(.text("3")), .max, 3),
            (.value(.double(5)), .value(.integer(4000)), 5, 3600),
            (.value(.null), .value(.null), nil, 0),
            (.value(.integer(-1)), .value(.double(-3)), nil, 0),
            (.value(.text("x")), .value(.text("x")), 0, 0),
            (.value(.double(.nan)), .value(.double(.nan)), nil, 0),
            (.value(.double(1.5)), .value(.double(.infinity)), nil, 3600),
            (.parameter(0), .parameter(1), 7, 8), (.parameter(5), .parameter(9), nil, 0),
            (.variable("@a"), .variable("@b"), 9, 10),
        ] as [(CallArgument, CallArgument, UInt64?, Double)]
    )
    func terms(_ known: CallArgument, _ seconds: CallArgument, version: UInt64?, length: Double) {
        let wait = WaitForChange(columnName: "", known: known, seconds: seconds)
        let terms = wait.terms(parameters: [.integer(7), .integer(8)], variables: [.integer(9), .text("10")])
        #expect(terms == .init(known: version, seconds: length))
    }

    @Test(
        "KILL as it may concern a wait",
        arguments: [
            ("KILL 5", .connection, 5), ("kill query 17;", .query, 17), ("KILL CONNECTION 5", .connection, 5),
            ("  KILL HARD QUERY 5", .query, 5), ("/* by root */ KILL QUERY 5", .query, 5),
            ("-- now\nKILL QUERY 5", .query, 5), ("KILL SOFT 4294967295", .connection, .max),
        ] as [(String, KillStatement.Scope, UInt32)]
    )
    func kill(_ statement: String, scope: KillStatement.Scope, id: UInt32) {
        let kill = KillStatement(Array(statement.utf8), in: SessionContext())
        #expect(kill?.scope == scope)
        #expect(kill?.connectionID == id)
        #expect(Array(statement.utf8).withUnsafeBytes { KillStatement.isCandidate($0) })
        let withoutAttributes = [0, 1] + Array(statement.utf8)
        #expect(withoutAttributes.withUnsafeBytes { KillStatement.isCandidate($0) })
    }

    @Test(
        "what is no such KILL",
        arguments: [
            "", "K", "KILL", "KILL USER app", "KILL QUERY ID 5", "KILL CONNECTION_ID()", "KILL 5, 6", "KILL 4294967296",
            "KILLER 5", "SELECT 'KILL 5'", "/* KILL 5 */ SELECT 1", "/*", "/* KILL 5",
        ]
    )
    func noKill(_ statement: String) {
        #expect(KillStatement(Array(statement.utf8), in: SessionContext()) == nil)
    }
}
