import MySQLWire
import QueryRouting
import Testing
import VirtualTables

@Suite("Statements that mean harm")
struct HostileStatementTests {
    private static let table = "cluster_schema.members"

    private static func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    /// Statements that must be refused, whatever the error.
    private static let refused: [(name: String, statement: String)] = [
        ("parentheses", "SELECT \(times(100_000, "("))1\(times(100_000, ")")) FROM \(table)"),
        ("open parentheses", "SELECT \(times(90_000, "(")) FROM \(table)"),
        ("NOT", "SELECT \(times(300, "NOT ("))1\(times(300, ")")) FROM \(table)"),
        ("calls", "SELECT \(times(5000, "ABS("))1\(times(5000, ")")) FROM \(table)"),
        ("CASE", "SELECT \(times(5000, "CASE WHEN 1 THEN "))1\(times(5000, " END")) FROM \(table)"),
        ("subqueries", "SELECT \(times(5000, "(SELECT "))1\(times(5000, ")")) FROM \(table)"),
        ("derived tables", "SELECT * FROM \(times(2000, "(SELECT * FROM "))\(table)\(times(2000, ") x"))"),
        ("groups of tables", "SELECT * FROM \(times(20_000, "("))\(table)\(times(20_000, ")"))"),
        ("sums", "SELECT 1\(times(40_000, "+1")) FROM \(table)"),
        ("alternating", "SELECT \(times(200, "(1+"))1\(times(200, ")")) FROM \(table)"),
        ("signs of a column", "SELECT \(times(20_000, "-"))sql_port FROM \(table)"),
        ("IS NULL", "SELECT 1\(times(30_000, " IS NULL")) FROM \(table)"),
        ("COLLATE", "SELECT role\(times(30_000, " COLLATE utf8mb4_bin")) FROM \(table)"),
        ("columns", "SELECT 1\(times(5000, ",1")) FROM \(table)"),
        ("joins", "SELECT 1 FROM \(table)\(times(10_000, " JOIN \(table) x"))"),
        ("commas", "SELECT 1 FROM \(table) a\(times(10_000, ", \(table) b"))"),
        ("UNION", "SELECT 1 FROM \(table)\(times(5000, " UNION SELECT 1"))"),
        ("WITH in WITH", "\(times(3000, "WITH x AS ("))SELECT 1 FROM \(table)\(times(3000, ") SELECT * FROM x"))"),
        ("INTERVAL", "SELECT NOW()\(times(20_000, " + INTERVAL 1 DAY")) FROM \(table)"),
        ("a long string", "SELECT '\(times(2 << 20, "x"))' FROM \(table)"),
        ("arguments", "SELECT CONCAT(\(Array(repeating: "'a'", count: 500).joined(separator: ","))) FROM \(table)"),
        (
            "tokens",
            "SELECT 1 FROM \(table) WHERE 1 IN (\(Array(repeating: "1", count: 60_000).joined(separator: ",")))"
        ),
        ("REPEAT", "SELECT REPEAT('x', 2000000000) FROM \(table)"),
        ("REPEAT in REPEAT", "SELECT REPEAT(REPEAT('x', 1000000), 1000000) FROM \(table)"),
        ("REPLACE", "SELECT REPLACE(REPEAT('x', 1000000), 'x', REPEAT('y', 1000)) FROM \(table)"),
        ("CONCAT", "SELECT CONCAT(REPEAT('x', 900000), REPEAT('y', 900000)) FROM \(table)"),
        ("DATE_FORMAT", "SELECT DATE_FORMAT(NOW(), REPEAT('%f', 500000)) FROM \(table)"),
        ("JSON_OBJECT", "SELECT JSON_OBJECT('a', REPEAT('\u{1}', 900000)) FROM \(table)"),
        ("zeroblob", "SELECT zeroblob(1000000000) FROM \(table)"),
        ("randomblob", "SELECT randomblob(1000000000) FROM \(table)"),
        ("printf", "SELECT printf('%1000000000d', 1) FROM \(table)"),
        ("sqlite_version", "SELECT sqlite_version() FROM \(table)"),
        ("own functions", "SELECT my_repeat('x', 5) FROM \(table)"),
        ("typeof", "SELECT typeof(1) FROM \(table)"),
        ("table-valued", "SELECT * FROM \(table), json_each('[1]')"),
        ("quoted function", "SELECT `load_extension`('x') FROM \(table)"),
        ("alias of itself", "SELECT x + 1 AS x FROM \(table) HAVING x > 1"),
    ]

    @Test("what is too long, too deep, too wide or not MySQL's is refused, and the engine goes on", arguments: refused)
    func refuses(name: String, statement: String) throws {
        let fixture = try EngineFixture(limits: ExecutionLimits(timeMilliseconds: 500), isTimeCounted: true)
        let start = ThreadClock.nanoseconds
        #expect(throws: SQLError.self, "\(name)") {
            _ = try fixture.engine.run(.select(statement), parameters: [], in: EngineFixture.serverContext)
        }
        #expect(throws: SQLError.self, "\(name)") {
            _ = try fixture.engine.run(.select(statement), parameters: [], in: EngineFixture.sidecarContext)
        }
        _ = fixture.engine.route(Array(statement.utf8), in: EngineFixture.sidecarContext)
        #expect(ThreadClock.seconds(since: start) < 10, "\(name)")
        #expect(try fixture.rows("SELECT COUNT(*) FROM cluster_schema.members") == ["3"])
    }

    /// Statements that would run for very long: cut at the time limit, or answered in time.
    private static let endless: [(name: String, statement: String)] = [
        (
            "recursion",
            "WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n, cluster_schema.cluster"
        ),
        (
            "doubling recursion",
            "WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n, cluster_schema.members) SELECT MAX(i) FROM n"
        ),
        (
            "growing texts",
            "WITH RECURSIVE n AS (SELECT 'x' i UNION ALL SELECT CONCAT(i, i) FROM n) SELECT MAX(LENGTH(i)) FROM n, cluster_schema.cluster"
        ),
        (
            "products of tables",
            "SELECT COUNT(*) FROM \((1...20).map { "\(table) t\($0)" }.joined(separator: ", "))"
        ),
        (
            "LIKE on products",
            "SELECT COUNT(*) FROM \((1...14).map { "\(table) t\($0)" }.joined(separator: ", ")) WHERE REPEAT('a', 5000) LIKE '%a%a%a%a%b'"
        ),
        (
            "one LIKE",
            "SELECT REPEAT('a', 1000000) LIKE CONCAT('%', REPEAT('a', 500000), 'b') FROM \(table)"
        ),
        (
            "GROUP_CONCAT",
            "SELECT GROUP_CONCAT(REPEAT('x', 100000)) FROM \((1...8).map { "\(table) t\($0)" }.joined(separator: ", "))"
        ),
        (
            "sorted GROUP_CONCAT",
            "SELECT GROUP_CONCAT(t1.role ORDER BY RAND()) FROM \((1...14).map { "\(table) t\($0)" }.joined(separator: ", "))"
        ),
        (
            "LOCATE",
            "SELECT LOCATE(CONCAT(REPEAT('a', 500000), 'b'), REPEAT('a', 1000000)) FROM \(table)"
        ),
    ]

    @Test("what never ends is cut, and others go on", arguments: endless)
    func cuts(name: String, statement: String) throws {
        let fixture = try EngineFixture(limits: ExecutionLimits(timeMilliseconds: 300), isTimeCounted: true)
        let start = ThreadClock.nanoseconds
        do {
            _ = try fixture.engine.run(.select(statement), parameters: [], in: EngineFixture.serverContext)
        } catch {
            #expect([1969, 1038, 1301].contains(error.errno), "\(name): \(error)")
        }
        // The limit is 0.3 s; the rest is for what is not optimised.
        #expect(ThreadClock.seconds(since: start) < 10, "\(name)")
        #expect(try fixture.rows("SELECT COUNT(*) FROM cluster_schema.members") == ["3"])
    }

    @Test("long chains of AND, OR and IN are answered")
    func chains() throws {
        let fixture = try EngineFixture()
        let conditions = (0..<3000).map { "sql_port <> \($0)" }
        for word in ["AND", "OR"] {
            let statement = "SELECT COUNT(*) FROM \(Self.table) WHERE \(conditions.joined(separator: " \(word) "))"
            #expect(try fixture.rows(statement) == ["3"])
        }
        let list = (0..<3000).map { String($0) }.joined(separator: ", ")
        #expect(try fixture.rows("SELECT COUNT(*) FROM \(Self.table) WHERE sql_port NOT IN (\(list))") == ["3"])
        #expect(try fixture.rows("SELECT 1\(Self.times(200, " + 1")) FROM cluster_schema.cluster") == ["201"])
    }
}
