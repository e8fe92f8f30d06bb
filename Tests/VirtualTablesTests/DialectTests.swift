import MySQLWire
import QueryRouting
import SQLDialect
import Testing
import VirtualTables

@Suite("MySQL's SELECT")
struct DialectTests {
    let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    private static let chosen: SessionContext = {
        var context = EngineFixture.serverContext
        context.isVirtualSchemaSelected = true
        return context
    }()

    @Test(
        "queries give what MySQL would",
        arguments: [
            // Selection and order.
            ("SELECT member_name FROM members WHERE role = 'primary'", ["db1"]),
            ("SELECT member_name FROM members WHERE role = \"Primary\"", ["db1"]),
            ("SELECT member_name FROM members WHERE ROLE IN ('replica', 'PRIMARY') ORDER BY 1 DESC", ["db2", "db1"]),
            ("SELECT member_name FROM members WHERE 'PRIMARY' = LOWER(role)", ["db1"]),
            ("SELECT member_name FROM members WHERE role COLLATE utf8mb4_bin = 'primary'", []),
            ("SELECT member_name FROM members WHERE state_since > '2020-01-01' ORDER BY state_since", ["db1", "db2"]),
            ("SELECT member_name n FROM members ORDER BY n DESC LIMIT 1", ["db3"]),
            ("SELECT member_name FROM members ORDER BY sql_port LIMIT 1, 2", ["db2", "db3"]),
            ("SELECT member_name FROM members ORDER BY sql_port LIMIT 2 OFFSET 1", ["db2", "db3"]),
            ("SELECT DISTINCT zone FROM members ORDER BY zone", ["", "dc1", "dc2"]),
            ("SELECT SQL_NO_CACHE ALL member_name FROM members WHERE is_local", ["db1"]),
            (
                "SELECT members.member_name FROM cluster_schema.members WHERE cluster_schema.members.sql_port = '6306'",
                ["db1"]
            ),
            ("SELECT `member_name` FROM `cluster_schema`.`members` WHERE `role`='REPLICA'", ["db2"]),
            (
                "SELECT information_schema.cluster_members.member_name FROM information_schema.cluster_members LIMIT 1",
                ["db1"]
            ),
            ("SELECT member_name FROM members FOR UPDATE", ["db1", "db2", "db3"]),
            ("SELECT member_name FROM members LOCK IN SHARE MODE", ["db1", "db2", "db3"]),
            ("SELECT member_name FROM members USE INDEX (x) WHERE is_local", ["db1"]),
            ("SELECT member_name FROM members WHERE is_local; ", ["db1"]),
            ("/*! SELECT member_name FROM members WHERE is_local */", ["db1"]),
            ("SELECT 1 FROM dual UNION SELECT COUNT(*) FROM members ORDER BY 1", ["1", "3"]),

            // Grouping.
            ("SELECT COUNT(*) FROM members", ["3"]),
            ("SELECT count( * ), MAX(sql_port), SUM(connections) FROM members", ["3|6308|23"]),
            (
                "SELECT read_only, COUNT(*) c FROM members GROUP BY read_only HAVING c >= 1 ORDER BY read_only",
                ["NULL|1", "0|1", "1|1"]
            ),
            ("SELECT GROUP_CONCAT(member_name SEPARATOR '; ') FROM members", ["db1; db2; db3"]),
            ("SELECT AVG(replication_lag_ms) FROM members", ["1500.0000"]),
            // An integer is a position only where it stands as such.
            ("SELECT sql_port FROM members ORDER BY TRUE, sql_port DESC", ["6306", "6307", "6308"]),
            ("SELECT sql_port FROM members ORDER BY 1 - 1, sql_port DESC", ["6308", "6307", "6306"]),
            ("SELECT 5 x, COUNT(*) FROM members GROUP BY x", ["5|3"]),

            // Joins, subqueries, common table expressions, unions.
            (
                "SELECT m.member_name, p.member_name FROM members m JOIN primary_member p ON m.member_id <> p.member_id ORDER BY 1",
                ["db2|db1", "db3|db1"]
            ),
            ("SELECT m.member_name FROM members m STRAIGHT_JOIN primary_member p USING (member_id)", ["db1"]),
            (
                "SELECT m.member_name, e.event_id FROM members m LEFT JOIN events e ON e.member_name = m.member_name ORDER BY 1",
                ["db1|1", "db2|2", "db3|NULL"]
            ),
            ("SELECT cluster_name, member_name FROM cluster, members WHERE is_local", ["orders|db1"]),
            ("SELECT x.n FROM (SELECT COUNT(*) n FROM members) x", ["3"]),
            ("SELECT member_name FROM members WHERE sql_port = (SELECT MAX(sql_port) FROM members)", ["db3"]),
            (
                "SELECT member_name FROM members m WHERE EXISTS (SELECT * FROM primary_member p WHERE p.member_id = m.member_id)",
                ["db1"]
            ),
            ("SELECT member_name FROM members m WHERE is_local = (SELECT m.read_only + 1 GROUP BY 1)", ["db1"]),
            ("WITH x (a) AS (SELECT member_name FROM members) SELECT a FROM x ORDER BY a LIMIT 1", ["db1"]),
            (
                "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT SUM(i) FROM n, cluster",
                ["10"]
            ),
            ("(SELECT member_name FROM members WHERE is_local) UNION DISTINCT (SELECT 'x') ORDER BY 1", ["db1", "x"]),
            (
                "(SELECT member_name FROM members ORDER BY 1 DESC LIMIT 1) UNION ALL (SELECT member_name FROM members ORDER BY 1 LIMIT 1)",
                ["db3", "db1"]
            ),
            ("SELECT * FROM ((SELECT 1 a FROM cluster) UNION (SELECT 2)) x ORDER BY a", ["1", "2"]),

            // Operators.
            ("SELECT 7 / 2, 7 DIV 2, 7 % 4, 7 MOD 4, MOD(7, 4) FROM cluster", ["3.5000|3|3|3|3"]),
            ("SELECT connections / 8 FROM members WHERE is_local", ["2.5000"]),
            ("SELECT NULL <=> NULL, 1 <=> NULL, 1 <=> 1 FROM cluster", ["1|0|1"]),
            ("SELECT 1 && 0, 1 || 0, !0, ! 1 = 0, NOT 1 FROM cluster", ["0|1|1|1|0"]),
            ("SELECT !ISNULL(zone) FROM members WHERE is_local", ["1"]),
            ("SELECT TRUE, FALSE, true IS NOT FALSE FROM cluster", ["1|0|1"]),
            (
                "SELECT 'a' = 'A', 'a' 'b', 'it''s', \"say \"\"x\"\"\", 'it\\'s' FROM cluster",
                [#"1|ab|it's|say "x"|it's"#]
            ),
            ("SELECT x'4142', N'n', _utf8mb4'u' FROM cluster", ["[65, 66]|n|u"]),
            ("SELECT member_name FROM members WHERE sql_host LIKE 'DB1.%'", ["db1"]),
            (
                "SELECT 'a_b' LIKE 'a\\_b', 'axb' LIKE 'a\\_b', 'a%' LIKE 'a!%' ESCAPE '!', 'é' LIKE '_' FROM cluster",
                ["1|0|1|1"]
            ),
            (
                "SELECT member_name FROM members WHERE member_name NOT LIKE '%1' AND sql_port BETWEEN 6307 AND 6307",
                ["db2"]
            ),
            ("SELECT CASE WHEN is_local THEN 'here' ELSE 'there' END FROM members", ["here", "there", "there"]),
            (
                "SELECT CAST('12' AS UNSIGNED) + 1, CAST(5 AS CHAR) FROM cluster",
                ["13|5"]
            ),
            ("SELECT CONVERT('12', SIGNED) + 1, CONVERT('x' USING utf8mb4) FROM cluster", ["13|x"]),
            (
                "SELECT DATE '2026-01-01', TIMESTAMP '2026-01-01 00:00:00' FROM cluster",
                ["2026-01-01|2026-01-01 00:00:00"]
            ),

            // Functions.
            (
                "SELECT IF(1 > 0, 'y', 'n'), IFNULL(NULL, 2), COALESCE(NULL, NULL, 3), NULLIF(1, 1) FROM cluster",
                ["y|2|3|NULL"]
            ),
            (
                "SELECT CONCAT(sql_host, ':', sql_port), CONCAT('a', NULL), CONCAT_WS('-', 'a', NULL, 'b') FROM members WHERE is_local",
                ["db1.internal:6306|NULL|a-b"]
            ),
            (
                "SELECT UCASE('a'), LCASE('B'), LEFT('abc', 2), RIGHT('abc', 2), SUBSTRING('abc', 2, 1) FROM cluster",
                ["A|b|ab|bc|b"]
            ),
            ("SELECT LENGTH('é'), CHAR_LENGTH('é') FROM cluster", ["2|1"]),
            (
                "SELECT FIELD('b', 'a', 'B'), FIND_IN_SET('b', 'a,b'), GREATEST(1, 3, 2), LEAST('b', 'A') FROM cluster",
                ["2|2|3|A"]
            ),
            ("SELECT SUBSTRING_INDEX('a.b.c', '.', 2), SUBSTRING_INDEX('a.b.c', '.', -1) FROM cluster", ["a.b|c"]),
            (
                "SELECT NOW(), NOW(3), CURRENT_TIMESTAMP, UTC_TIMESTAMP(6), UNIX_TIMESTAMP() FROM cluster",
                [
                    "2023-11-14 22:13:20|2023-11-14 22:13:20.123|2023-11-14 22:13:20|2023-11-14 22:13:20.123456|1700000000"
                ]
            ),
            (
                "SELECT UNIX_TIMESTAMP('2020-09-13 12:26:40'), FROM_UNIXTIME(1600000000), UNIX_TIMESTAMP('x') FROM cluster",
                ["1600000000|2020-09-13 12:26:40|NULL"]
            ),
            ("SELECT UNIX_TIMESTAMP() - UNIX_TIMESTAMP(state_since) FROM members WHERE is_local", ["100000000.000000"]),
            (
                "SELECT VERSION(), DATABASE(), SCHEMA(), USER(), CURRENT_USER, CONNECTION_ID() FROM cluster",
                ["10.11.19-MariaDB|cluster_schema|cluster_schema|app@10.0.0.9|app@10.0.0.9|77"]
            ),
            (
                "SELECT @@version, @@session.autocommit, @@GLOBAL.max_allowed_packet FROM cluster",
                ["10.11.19-MariaDB|1|16777216"]
            ),
            ("SELECT JSON_OBJECT('n', member_name) FROM members WHERE is_local", [#"{"n": "db1"}"#]),
            (
                "SELECT ROUND(1.25, 1), FLOOR(1.5), CEIL(1.5), ABS(-1) FROM cluster",
                ["1.3|1|2|1"]
            ),
        ]
    )
    func queries(statement: String, expected: [String]) throws {
        let rows = try fixture.rows(statement, in: Self.chosen)
        #expect(rows == expected)
    }

    @Test("SELECT DATABASE() answers the chosen schema")
    func database() throws {
        let result = try fixture.result("SELECT DATABASE()", in: Self.chosen)
        #expect(result.rows == [[.text("cluster_schema")]])
        #expect(result.columns.map(\.name) == ["DATABASE()"])
    }

    @Test("an answer follows the session that asks, though the statement is cached")
    func perSession() throws {
        var other = Self.chosen
        other.connectionID = 5
        other.user = "else"
        #expect(try fixture.rows("SELECT CONNECTION_ID(), USER() FROM cluster", in: Self.chosen) == ["77|app@10.0.0.9"])
        #expect(try fixture.rows("SELECT CONNECTION_ID(), USER() FROM cluster", in: other) == ["5|else@10.0.0.9"])
    }

    @Test("ANSI_QUOTES and NO_BACKSLASH_ESCAPES are those of the session")
    func modes() throws {
        var context = Self.chosen
        context.hasANSIQuotes = true
        #expect(try fixture.rows("SELECT \"member_name\" FROM \"members\" LIMIT 1", in: context) == ["db1"])
        #expect(try fixture.rows("SELECT \"member_name\" FROM members LIMIT 1", in: Self.chosen) == ["member_name"])
        context.hasNoBackslashEscapes = true
        #expect(try fixture.rows(#"SELECT 'a\n' FROM cluster"#, in: context) == [#"a\n"#])
    }

    // MARK: Names and types

    @Test(
        "columns are named as MySQL names them",
        arguments: [
            ("SELECT Member_Name FROM members", ["Member_Name"]),
            ("SELECT m.`sql_Port` FROM members m", ["sql_Port"]),
            ("SELECT * FROM status", ["VARIABLE_NAME", "VARIABLE_VALUE"]),
            ("SELECT 1, s.*, 2 FROM status s", ["1", "VARIABLE_NAME", "VARIABLE_VALUE", "2"]),
            ("SELECT COUNT(*), count( * ),max(sql_port)  FROM members", ["COUNT(*)", "count( * )", "max(sql_port)"]),
            ("SELECT 1+1 , 'lit', \"dq\", null, -1, 'a' 'b' FROM cluster", ["1+1", "lit", "dq", "NULL", "-1", "ab"]),
            (
                "SELECT sql_port AS p, sql_host h, role 'the role', state `s t` FROM members",
                ["p", "h", "the role", "s t"]
            ),
            ("SELECT (SELECT 1) FROM cluster", ["(SELECT 1)"]),
            ("SELECT IF(1, 'a', 'b') x, CASE 1 WHEN 1 THEN 2 END y FROM cluster", ["x", "y"]),
            ("SELECT CASE 1 WHEN 1 THEN 2 END FROM cluster", ["CASE 1 WHEN 1 THEN 2 END"]),
            ("SELECT * FROM (SELECT member_name, COUNT(*) FROM members) x", ["member_name", "COUNT(*)"]),
            ("WITH x AS (SELECT role r FROM members) SELECT * FROM x", ["r"]),
            ("(SELECT role FROM members) UNION (SELECT 'x')", ["role"]),
            ("SELECT role COLLATE utf8mb4_bin FROM members", ["role COLLATE utf8mb4_bin"]),
            ("SELECT @@version FROM cluster", ["@@version"]),
            ("SELECT `a b`.role FROM members `a b`", ["role"]),
            ("SELECT \"he said \"\"x\"\"\" FROM cluster", ["he said \"x\""]),
        ]
    )
    func names(statement: String, expected: [String]) throws {
        #expect(try fixture.names(statement, in: Self.chosen) == expected)
    }

    @Test("plain columns carry their declared types, also through views, aliases and derived tables")
    func declaredTypes() throws {
        let sources = [
            "cluster_schema.members m", "information_schema.cluster_members m",
            "(SELECT * FROM cluster_schema.members) m",
        ]
        for source in sources {
            let columns = try fixture.result("SELECT * FROM \(source)").columns
            let byName = Dictionary(uniqueKeysWithValues: columns.map { ($0.name, $0) })
            let port = try #require(byName["SQL_PORT"])
            #expect(port.type == .long && port.characterSet == CharacterSet.binary)
            #expect(port.flags == [.notNull, .unsigned])
            let epoch = try #require(byName["EPOCH"])
            #expect(epoch.type == .longLong && epoch.flags == [.notNull, .unsigned])
            let name = try #require(byName["MEMBER_NAME"])
            #expect(name.type == .varString && name.characterSet == CharacterSet.utf8mb4 && name.length == 255 * 4)
            #expect(name.flags == .notNull)
            let rate = try #require(byName["QUERIES_PER_SECOND"])
            #expect(rate.type == .double && rate.decimals == 31 && rate.flags == [])
            let since = try #require(byName["STATE_SINCE"])
            #expect(since.type == .dateTime && since.decimals == 6 && since.characterSet == CharacterSet.binary)
            let position = try #require(byName["GTID_POSITION"])
            #expect(position.type == .blob && position.characterSet == CharacterSet.utf8mb4)
            #expect(position.schema == "cluster_schema" && position.originalTable == "MEMBERS")
            #expect(position.originalName == "GTID_POSITION")
        }
        let column = try fixture.result("SELECT x.role FROM cluster_schema.members x, cluster_schema.members y")
            .columns[0]
        #expect(column.table == "x")
        #expect(try fixture.result("SELECT role FROM cluster_schema.members AS z").columns[0].table == "z")
        #expect(try fixture.result("SELECT role AS r FROM cluster_schema.members").columns[0].originalName == "ROLE")
    }

    @Test("expressions are typed before they are run, and text is never binary")
    func expressionTypes() throws {
        let columns = try fixture.result(
            "SELECT COUNT(*), SUM(queries_per_second), MAX(role), NULL, 'é' FROM cluster_schema.members"
        ).columns
        #expect(columns.map(\.type) == [.longLong, .double, .varString, .null, .varString])
        #expect(columns.map(\.characterSet) == [63, 63, 45, 63, 45])
        #expect(columns.allSatisfy { $0.schema.isEmpty && $0.table.isEmpty })
    }

    @Test("every column of every table has a type that fits its values")
    func typesFitValues() throws {
        for table in TableCatalog.standard.tables {
            let result = try fixture.result("SELECT * FROM cluster_schema.\(table.name)")
            #expect(result.columns.count == table.columns.count)
            for row in result.rows {
                for (column, value) in zip(result.columns, row) {
                    switch (column.type, value) {
                    case (_, .null): #expect(!column.flags.contains(.notNull), "\(table.name).\(column.name)")
                    case (.long, .integer), (.longLong, .integer), (.double, .double), (.varString, .text),
                        (.blob, .text), (.dateTime, .text):
                        break
                    default: Issue.record("\(table.name).\(column.name) \(column.type) \(value)")
                    }
                }
            }
        }
    }
}
