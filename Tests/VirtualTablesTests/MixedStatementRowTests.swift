import ClusterModel
import MySQLWire
import QueryRouting
import Testing
import VirtualTables

@Suite("Rows for mysqld")
struct MixedStatementRowTests {
    private func rewritten(_ statement: String, _ fixture: EngineFixture) throws -> String {
        let context = EngineFixture.serverContext
        guard case .mixed(let mixed) = fixture.engine.route(Array(statement.utf8), in: context) else { return "" }
        return String(decoding: try fixture.engine.rewrite(mixed, in: context), as: UTF8.self)
    }

    @Test func `each row has the columns that are asked for, as literals of their types`() throws {
        let collation = " COLLATE utf8mb4_general_ci"
        #expect(
            try rewritten(
                "SELECT sql_port, role FROM app.t JOIN cluster_schema.primary_member p USING (member_name)",
                EngineFixture()
            )
                == "SELECT sql_port, role FROM app.t JOIN  (SELECT "
                + "CAST(NULL AS CHAR(255) CHARACTER SET utf8mb4)\(collation) AS `MEMBER_NAME`, "
                + "CAST(4294967295 AS UNSIGNED) AS `SQL_PORT` FROM DUAL WHERE 0 "
                + "UNION ALL SELECT _utf8mb4 X'646231'\(collation), CAST(6306 AS UNSIGNED))  p USING (member_name)"
        )
    }

    @Test func `a thousand members fit with all their columns, and too many are refused`() throws {
        let fixture = try EngineFixture()
        func grow(to count: Int) {
            fixture.view.change { view in
                guard let member = view.members.first else { return }
                while view.members.count < count {
                    var other = member
                    other.id = EngineFixture.id(UInt64(view.members.count + 10))
                    view.members.append(other)
                }
            }
        }
        let statement = "SELECT m.* FROM app.t, cluster_schema.members m"
        grow(to: 1000)
        #expect(try rewritten(statement, fixture).utf8.count < MixedStatement.maximumRowBytes / 2)
        grow(to: 10_000)
        let error = #expect(throws: SQLError.self) { try rewritten(statement, fixture) }
        #expect(error?.errno == 1104)
        #expect(try rewritten("SELECT m.role FROM app.t, cluster_schema.members m", fixture).utf8.count > 100_000)
    }
}
