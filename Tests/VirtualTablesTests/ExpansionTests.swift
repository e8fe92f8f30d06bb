import MySQLWire
import QueryRouting
import Testing
import VirtualTables

@Suite("Statements that are short and stand for long ones")
struct ExpansionTests {
    private static let table = "cluster_schema.members"

    /// c0, c1 … of which each is made from the one before.
    private static func chain(_ count: Int, _ first: String, _ next: (Int) -> String) -> String {
        let tables = (0..<count).map { "c\($0) AS (\($0 == 0 ? first : next($0)))" }
        return "WITH \(tables.joined(separator: ", ")) SELECT COUNT(*) FROM c\(count - 1)"
    }

    private static func nested(_ count: Int, _ inner: String, _ around: (String) -> String) -> String {
        (0..<count).reduce(inner) { text, _ in around(text) }
    }

    private static let wide = "SELECT \((0..<200).map { "1 a\($0)" }.joined(separator: ", ")) FROM \(table)"

    private static let refused: [(name: String, statement: String)] = [
        ("joins of wide tables", chain(15, wide) { "SELECT a.* FROM c\($0 - 1) a, c\($0 - 1) b" }),
        ("unions of wide tables", chain(40, wide) { "SELECT * FROM c\($0 - 1) UNION ALL SELECT * FROM c\($0 - 1)" }),
        ("sums of sums", chain(60, "SELECT sql_port x FROM \(table)") { "SELECT x + x AS x FROM c\($0 - 1)" }),
        ("texts of texts", chain(60, "SELECT role x FROM \(table)") { "SELECT CONCAT(x, x) x FROM c\($0 - 1)" }),
        (
            "conditions",
            chain(60, "SELECT sql_port x FROM \(table)") {
                "SELECT x FROM c\($0 - 1) WHERE x IN (SELECT x FROM c\($0 - 1))"
            }
        ),
        (
            "scalar subqueries",
            chain(60, "SELECT sql_port x FROM \(table)") {
                "SELECT (SELECT MAX(x) FROM c\($0 - 1)) + (SELECT MIN(x) FROM c\($0 - 1)) x"
            }
        ),
        (
            "ORDER BY and GROUP BY",
            chain(60, "SELECT sql_port x FROM \(table)") {
                "SELECT x + 1 x FROM c\($0 - 1) GROUP BY x + 1, x + 2 ORDER BY x + 1, x + 3"
            }
        ),
        ("calls that write their argument twice", "SELECT \(nested(25, "role") { "NULLIF(\($0), 1)" }) FROM \(table)"),
        (
            "calls that write it often",
            "SELECT \(nested(12, "role") { "FIELD(\($0), \((0..<100).map { "'\($0)'" }.joined(separator: ",")))" }) FROM \(table)"
        ),
    ]

    @Test(
        "what is too long once its names stand for what they are is refused before it is compiled",
        arguments: refused
    )
    func refuses(name: String, statement: String) throws {
        let fixture = try EngineFixture(isTimeCounted: true)
        let error = try #require(fixture.error(statement), "\(name)")
        #expect(error.errno == 3170 || error.errno == 1436, "\(name): \(error)")
        #expect(try fixture.rows("SELECT COUNT(*) FROM cluster_schema.members") == ["3"])
    }

    @Test("what the translator would write again and again is refused")
    func recursions() throws {
        // Each recursive table is read twice for its types, and those within it each time anew.
        var statement = "SELECT 1 i FROM \(Self.table)"
        for depth in 0..<20 {
            statement =
                "WITH RECURSIVE r\(depth) AS (SELECT * FROM (\(statement)) s\(depth) UNION ALL "
                + "SELECT i + 1 FROM r\(depth) WHERE i < 1) SELECT * FROM r\(depth)"
        }
        let fixture = try EngineFixture(isTimeCounted: true)
        let error = try #require(fixture.error(statement))
        #expect([3170, 1436].contains(error.errno), "\(error)")
    }

    @Test("names are compared with those of many columns only so often")
    func manyColumns() throws {
        let tables = (0..<60).map { "(\(Self.wide)) t\($0)" }.joined(separator: ", ")
        let columns = (0..<200).map { "t\($0 % 60).a\($0)" }
        let conditions = (0..<3000).map { "\(columns[$0 % 200]) = 1" }.joined(separator: " AND ")
        let fixture = try EngineFixture(isTimeCounted: true)
        let statement = "SELECT COUNT(*) FROM \(tables) WHERE \(conditions)"
        #expect(fixture.error(statement)?.errno == 3170)
    }

    @Test("what applications write stays allowed")
    func ordinary() throws {
        let fixture = try EngineFixture()
        #expect(
            try fixture.rows(
                "WITH a AS (SELECT * FROM \(Self.table)), b AS (SELECT * FROM a), c AS (SELECT x.* FROM a x JOIN b y "
                    + "ON x.member_name = y.member_name) SELECT COUNT(*) FROM a, b, c"
            ) == ["27"]
        )
        let unions = Array(repeating: "SELECT * FROM \(Self.table)", count: 50).joined(separator: " UNION ALL ")
        #expect(try fixture.rows("SELECT COUNT(*) FROM (\(unions)) u") == ["150"])
    }
}
