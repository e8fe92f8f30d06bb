import MySQLWire
import QueryRouting
import Testing
import VirtualTables

@Suite("Errors and limits")
struct StatementErrorTests {
    @Test(
        "errors carry MySQL's numbers, states and words",
        arguments: [
            ("SELECT nosuch FROM cluster_schema.members", 1054, "42S22", "Unknown column 'nosuch' in 'field list'"),
            (
                "SELECT 1 FROM cluster_schema.members WHERE nosuch = 1", 1054, "42S22",
                "Unknown column 'nosuch' in 'where clause'"
            ),
            (
                "SELECT 1 FROM cluster_schema.members ORDER BY nosuch", 1054, "42S22",
                "Unknown column 'nosuch' in 'order clause'"
            ),
            (
                "SELECT 1 FROM cluster_schema.members GROUP BY nosuch", 1054, "42S22",
                "Unknown column 'nosuch' in 'group statement'"
            ),
            ("SELECT x.role FROM cluster_schema.members m", 1054, "42S22", "Unknown column 'x.role' in 'field list'"),
            ("SELECT `role x` FROM cluster_schema.members", 1054, "42S22", "Unknown column 'role x' in 'field list'"),
            (
                "SELECT 1 FROM cluster_schema.members ORDER BY FALSE", 1054, "42S22",
                "Unknown column '0' in 'order clause'"
            ),
            ("SELECT 1 FROM cluster_schema.members ORDER BY 7", 1054, "42S22", "Unknown column '7' in 'order clause'"),
            (
                "SELECT role FROM cluster_schema.members a, cluster_schema.members b", 1052, "23000",
                "Column 'role' in field list is ambiguous"
            ),
            ("SELECT * FROM cluster_schema.nosuch", 1146, "42S02", "Table 'cluster_schema.nosuch' doesn't exist"),
            ("SELECT nosuch(1) FROM cluster_schema.members", 1305, "42000", "FUNCTION NOSUCH does not exist"),
            ("SELECT app.f(1) FROM cluster_schema.members", 1305, "42000", "FUNCTION app.f does not exist"),
            (
                "SELECT VERSION(1) FROM cluster_schema.members", 1582, "42000",
                "Incorrect parameter count in the call to native function 'VERSION'"
            ),
            ("SELECT @@nosuch FROM cluster_schema.members", 1193, "HY000", "Unknown system variable 'nosuch'"),
            ("SELECT 1 FROM cluster_schema.members WHERE COUNT(*) > 1", 1111, "HY000", "Invalid use of group function"),
            ("SELECT (SELECT 1, 2) FROM cluster_schema.members", 1241, "21000", "Operand should contain 1 column(s)"),
            (
                "SELECT 1 FROM cluster_schema.members UNION SELECT 1, 2", 1222, "21000",
                "The used SELECT statements have a different number of columns"
            ),
            ("SELECT @x := 1 FROM cluster_schema.members", 1235, "0A000", nil),
            ("SELECT SLEEP(5) FROM cluster_schema.members", 1235, "0A000", nil),
            ("SELECT BENCHMARK(1000000000, 1) FROM cluster_schema.members", 1235, "0A000", nil),
            ("SELECT LOAD_FILE('/etc/passwd') FROM cluster_schema.members", 1235, "0A000", nil),
            ("SELECT (SELECT COUNT(*) GROUP BY m.role) FROM cluster_schema.members m", 1235, "0A000", nil),
            ("SELECT (SELECT m.role r GROUP BY CONCAT(r, 1)) FROM cluster_schema.members m", 1235, "0A000", nil),
            ("SELECT (SELECT 1 ORDER BY m.role LIMIT 1) FROM cluster_schema.members m", 1235, "0A000", nil),
            ("SELECT (SELECT 1 ORDER BY (SELECT m.role)) FROM cluster_schema.members m", 1235, "0A000", nil),
        ] as [(String, UInt16, String, String?)]
    )
    func numbers(statement: String, errno: UInt16, state: String, message: String?) throws {
        let error = try #require(try EngineFixture().error(statement), "\(statement)")
        #expect(error.errno == errno && error.sqlState == state, "\(error)")
        if let message { #expect(error.message == message) }
    }

    @Test(
        "a syntax error quotes the statement from where it goes wrong",
        arguments: [
            ("SELECT * FROM cluster_schema.members WHERE", "''", 1),
            ("SELECT * FROM cluster_schema.members WHERE role = = 1", "'= 1'", 1),
            ("SELECT *\nFROM cluster_schema.members\nWHER role = 'x'", "'role = 'x''", 3),
            ("SELECT 1 FROM cluster_schema.members LIMIT 1 1", "'1'", 1),
            ("SELECT (1 FROM cluster_schema.members", "'FROM cluster_schema.members'", 1),
        ]
    )
    func syntax(statement: String, near: String, line: Int) throws {
        let error = try #require(try EngineFixture().error(statement, in: EngineFixture.sidecarContext))
        #expect(error.errno == 1064 && error.sqlState == "42000")
        #expect(error.message.hasPrefix("You have an error in your SQL syntax"))
        #expect(error.message.hasSuffix("near \(near) at line \(line)"), "\(error.message)")
    }

    @Test(
        "no statement writes, attaches, loads or looks inside",
        arguments: [
            "SELECT * FROM sqlite_master", "SELECT * FROM cluster_schema.sqlite_master",
            "SELECT * FROM main.sqlite_master", "SELECT * FROM temp.sqlite_temp_master",
            "SELECT COUNT(*) FROM cluster_schema.sqlite_schema",
            "SELECT COUNT(*) FROM sqlite_master, cluster_schema.members",
            "SELECT load_extension('/lib/x.so') FROM cluster_schema.members",
            "SELECT readfile('/etc/passwd') FROM cluster_schema.members",
            "SELECT writefile('/tmp/x', 'y') FROM cluster_schema.members",
            "SELECT fts3_tokenizer('simple') FROM cluster_schema.members",
            "SELECT sqlite_compileoption_get(1) FROM cluster_schema.members",
            "SELECT zeroblob(1000000000) FROM cluster_schema.members",
            "SELECT randomblob(1000000000) FROM cluster_schema.members",
            "SELECT printf('%1000000000d', 1) FROM cluster_schema.members",
            "SELECT * FROM pragma_database_list", "SELECT * FROM pragma_table_info('MEMBERS')",
            "SELECT * FROM cluster_schema.pragma_table_info", "SELECT * FROM json_each('[1]')",
            "SELECT * FROM cluster_schema.members, json_each('[1]')", "SELECT * FROM dbstat",
            "ATTACH '/tmp/x' AS y", "PRAGMA table_info(members)", "VACUUM INTO '/tmp/x'",
            "INSERT INTO sqlite_master VALUES (1)", "INSERT INTO cluster_schema.sqlite_master VALUES (1)",
            "SELECT 1 FROM cluster_schema.members; DROP TABLE cluster_schema.members",
            "WITH x AS (SELECT 1) INSERT INTO cluster_schema.members SELECT * FROM x",
            "WITH x AS (SELECT 1 FROM cluster_schema.members) DELETE FROM cluster_schema.members",
            "CREATE TEMP TABLE x AS SELECT * FROM cluster_schema.members",
        ]
    )
    func escapes(statement: String) throws {
        let fixture = try EngineFixture()
        for selected in [false, true] {
            var context = EngineFixture.sidecarContext
            context.isVirtualSchemaSelected = selected
            #expect(fixture.error(statement, in: context) != nil, "\(statement)")
        }
        #expect(try fixture.rows("SELECT COUNT(*) FROM cluster_schema.members") == ["3"])
        // Also when a statement reaches the engine past the classifier.
        #expect(throws: SQLError.self) {
            _ = try fixture.engine.run(.select(statement), parameters: [], in: EngineFixture.serverContext)
        }
        #expect(try fixture.rows("SELECT COUNT(*) FROM cluster_schema.members") == ["3"])
    }

    private static let endless =
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n, cluster_schema.cluster"

    @Test("a statement that never ends is cut at the time limit")
    func timeLimit() throws {
        let fixture = try EngineFixture(limits: ExecutionLimits(timeMilliseconds: 50), isTimeCounted: true)
        let start = ThreadClock.nanoseconds
        let error = try #require(fixture.error(Self.endless))
        #expect(error.errno == 1969 && error.sqlState == "70100")
        #expect(ThreadClock.seconds(since: start) < 10)
        #expect(try fixture.rows("SELECT COUNT(*) FROM cluster_schema.members") == ["3"])
    }

    @Test("a statement that hoards memory is cut")
    func memoryLimit() throws {
        let fixture = try EngineFixture(
            limits: ExecutionLimits(timeMilliseconds: 60_000, workingBytes: 1 << 20),
            isTimeCounted: true
        )
        let statement =
            "WITH RECURSIVE n AS (SELECT 1 AS i UNION SELECT i + 1 FROM n) SELECT COUNT(*) FROM n, cluster_schema.cluster"
        let error = try #require(fixture.error(statement))
        #expect(error.errno == 1038)
    }

    @Test("a result of too many rows or bytes is refused")
    func sizeLimits() throws {
        let rows =
            "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
            + "SELECT i FROM n, cluster_schema.cluster"
        let few = try EngineFixture(limits: ExecutionLimits(rows: 999))
        #expect(few.error(rows)?.errno == 1104)
        #expect(try EngineFixture(limits: ExecutionLimits(rows: 1000)).rows(rows).count == 1000)
        let small = try EngineFixture(limits: ExecutionLimits(resultBytes: 7999))
        #expect(small.error(rows)?.errno == 1104)
    }

    @Test("bytes of every kind are answered or refused, and nothing is changed")
    func randomStatements() throws {
        let fixture = try EngineFixture(limits: ExecutionLimits(timeMilliseconds: 20), isTimeCounted: true)
        let words = [
            "SELECT", "FROM", "cluster_schema.members", "m", "*", ",", "(", ")", "'a'", "\"b\"", "`role`", "1", "=",
            "WHERE", "ORDER BY", "GROUP BY", "LIMIT", "AS", "JOIN", "ON", "COUNT(", "UNION", "WITH", "x", "NULL", "!",
            "||", "/", "LIKE", "CASE", "WHEN", "END", "CAST(", "AS CHAR)", "@@version", "INTERVAL", "COLLATE", "IF(",
            "x'41'", "-- \n", "/*!", "*/", "DISTINCT", "OVER (", "GROUP_CONCAT(", "SEPARATOR", ".", "USING", "CONVERT(",
            "date", "LEFT(", "LEFT", "\u{0}", "é", "FOR UPDATE", "DUAL", "USE INDEX (a)", "HAVING", "IN (", "BETWEEN",
        ]
        var state: UInt64 = 42
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for _ in 0..<5000 {
            var statement = "SELECT "
            for _ in 0..<next(16) { statement += words[next(words.count)] + " " }
            if next(2) == 0 { statement += "FROM cluster_schema.members" }
            _ = try? fixture.engine.run(.select(statement), parameters: [], in: EngineFixture.serverContext)
        }
        #expect(try fixture.rows("SELECT COUNT(*) FROM cluster_schema.members") == ["3"])
    }
}
