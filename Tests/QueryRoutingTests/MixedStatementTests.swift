import MySQLWire
import QueryRouting
import Testing

@Suite("MixedStatement")
struct MixedStatementTests {
    private static let classifier = StatementClassifier(
        schema: VirtualSchema(tables: ["CLUSTER", "MEMBERS", "STATUS"])
    )

    private func mixed(_ statement: String, in context: SessionContext = SessionContext()) throws -> MixedStatement {
        let route = Self.classifier.route(Array(statement.utf8), in: context)
        guard case .mixed(let mixed) = route else { throw Unexpected(route: route) }
        return mixed
    }

    private struct Unexpected: Error {
        let route: Route
    }

    private static let noRows = " (SELECT -9223372036854775807 AS `A` FROM DUAL WHERE 0) "

    /// The statement with tables of one column and no row, which are written as `{}`.
    private func rewritten(_ statement: String, in context: SessionContext = SessionContext()) throws -> String {
        let column = ColumnDefinition(name: "A", type: .longLong, flags: .notNull)
        let mixed = try mixed(statement, in: context)
        let rows = mixed.tables.map { ($0, ResultSet(columns: [column], rows: [])) }
        let text = try mixed.rewritten(with: Dictionary(uniqueKeysWithValues: rows))
        return String(decoding: text, as: UTF8.self).replacing(Self.noRows, with: "{}")
    }

    @Test(
        "each virtual table becomes a derived table by the name that the statement knows it by",
        arguments: [
            ("SELECT * FROM app.t, cluster_schema.members", "SELECT * FROM app.t, {}AS `members`"),
            ("SELECT * FROM app.t,cluster_schema.members m", "SELECT * FROM app.t,{} m"),
            ("SELECT * FROM app.t JOIN cluster_schema . members AS m ON 1", "SELECT * FROM app.t JOIN {} AS m ON 1"),
            ("SELECT 1 FROM`cluster_schema`.`members`JOIN t", "SELECT 1 FROM{}AS `members`JOIN t"),
            (
                "SELECT * FROM information_schema.CLUSTER_Members JOIN app.t USING (a)",
                "SELECT * FROM {}AS `CLUSTER_Members` JOIN app.t USING (a)"
            ),
            (
                "SELECT (SELECT 1 FROM cluster_schema.members), x FROM app.t WHERE y IN (SELECT 1 FROM cluster_schema.status s)",
                "SELECT (SELECT 1 FROM {}AS `members`), x FROM app.t WHERE y IN (SELECT 1 FROM {} s)"
            ),
            (
                "WITH m AS (SELECT 1 FROM cluster_schema.members) SELECT 1 FROM m, app.t",
                "WITH m AS (SELECT 1 FROM {}AS `members`) SELECT 1 FROM m, app.t"
            ),
            (
                "SELECT 1 FROM cluster_schema.members UNION SELECT 1 FROM cluster_schema.members m, t FOR UPDATE",
                "SELECT 1 FROM {}AS `members` UNION SELECT 1 FROM {} m, t FOR UPDATE"
            ),
            (
                "SELECT 1 FROM /*!50000 cluster_schema.members */, t -- cluster_schema.members",
                "SELECT 1 FROM /*!50000 {}AS `members` */, t -- cluster_schema.members"
            ),
            (
                "INSERT INTO ops.s (a) SELECT role FROM cluster_schema.members ON DUPLICATE KEY UPDATE a = 1",
                "INSERT INTO ops.s (a) SELECT role FROM {}AS `members` ON DUPLICATE KEY UPDATE a = 1"
            ),
            (
                "UPDATE app.t a JOIN cluster_schema.members m ON a.x = m.x SET a.y = m.y",
                "UPDATE app.t a JOIN {} m ON a.x = m.x SET a.y = m.y"
            ),
            (
                "SELECT * FROM t, cluster_schema.members WHERE a = 'cluster_schema.members'",
                "SELECT * FROM t, {}AS `members` WHERE a = 'cluster_schema.members'"
            ),
        ]
    )
    func references(_ statement: String, _ expected: String) throws {
        #expect(try rewritten(statement) == expected)
    }

    @Test(
        "a column of a virtual table that the statement has not under that name is unknown, and mysqld never sees it",
        arguments: [
            (
                "SELECT SOUNDEX(m.role), cluster_schema.members.zone FROM cluster_schema.members m "
                    + "NATURAL JOIN (SELECT 1 z) n", 1054, "cluster_schema.members.zone"
            ),
            ("SELECT cluster_schema.members.zone FROM app.t NATURAL JOIN (SELECT 1 z) n", 1054, "members.zone"),
            ("SELECT `Cluster_Schema`.`Members`.`zone` FROM members", 1054, "cluster_schema.Members.zone"),
            ("SELECT cluster_schema.members.zone", 1054, "members.zone"),
            ("SELECT cluster_schema.nosuch.zone FROM app.t, cluster_schema.members", 1054, "nosuch.zone"),
            ("SELECT cluster_schema.members.* FROM app.t, cluster_schema.members m", 1051, "cluster_schema.members"),
            (
                "SELECT 1 FROM app.t JOIN cluster_schema.status s ON cluster_schema.status.variable_name = t.a", 1054,
                "status.variable_name"
            ),
            (
                "SELECT 1 FROM app.t, cluster_schema.members m WHERE information_schema.cluster_members.zone = 1", 1054,
                "cluster_members.zone"
            ),
            (
                "INSERT INTO app.t SELECT cluster_schema.members.role FROM cluster_schema.members m, app.t", 1054,
                "members.role"
            ),
            (
                "UPDATE app.t, cluster_schema.members m SET t.a = cluster_schema.members.role", 1054, "members.role"
            ),
            ("CREATE TABLE app.u AS SELECT cluster_schema.members.zone FROM cluster_schema.members m", 1054, "zone"),
        ]
    )
    func unknownColumns(_ statement: String, _ errno: UInt16, _ name: String) throws {
        guard case .refuse(let error) = Self.classifier.route(Array(statement.utf8), in: SessionContext()) else {
            Issue.record("not refused: \(statement)")
            return
        }
        #expect(error.errno == errno && error.message.contains(name), "\(error)")
    }

    @Test(
        "a table of the server that has the name of a schema or table of ours is the server's",
        arguments: [
            "SELECT members.zone FROM app.members", "SELECT app.members.zone FROM app.members, app.cluster_schema",
            "SELECT cluster_schema.members FROM app.cluster_schema",
        ]
    )
    func serverColumns(_ statement: String) {
        #expect(Self.classifier.route(Array(statement.utf8), in: SessionContext()) == .server)
    }

    @Test(
        "what qualifies a column leads to the derived table",
        arguments: [
            (
                "SELECT cluster_schema.members.role, t.cluster_schema FROM cluster_schema.members, t",
                "SELECT members.role, t.cluster_schema FROM {}AS `members`, t"
            ),
            (
                "SELECT `Cluster_Schema` . `members` . *, app.t.* FROM cluster_schema.members, app.t",
                "SELECT `members` . *, app.t.* FROM {}AS `members`, app.t"
            ),
            (
                "SELECT information_schema.cluster_members.role FROM information_schema.cluster_members, t",
                "SELECT cluster_members.role FROM {}AS `cluster_members`, t"
            ),
            // Names of tables may depend on case for mysqld, those of ours do not.
            (
                "SELECT MEMBERS.role, Members.* FROM cluster_schema.members, t",
                "SELECT `members`.role, `members`.* FROM {}AS `members`, t"
            ),
            (
                "SELECT CLUSTER_SCHEMA.MEMBERS.ROLE FROM cluster_schema.members, t",
                "SELECT `members`.ROLE FROM {}AS `members`, t"
            ),
            (
                "SELECT Members.role FROM t, cluster_schema.members WHERE 1 IN (SELECT Members.x FROM cluster_schema.Members)",
                "SELECT `members`.role FROM t, {}AS `members` WHERE 1 IN (SELECT `members`.x FROM {}AS `members`)"
            ),
            // An alias is the client's own; so is another table of the same name.
            ("SELECT M.role FROM cluster_schema.members m, t", "SELECT M.role FROM {} m, t"),
            (
                "SELECT MEMBERS.x, members.role FROM cluster_schema.members, app.MEMBERS",
                "SELECT MEMBERS.x, members.role FROM {}AS `members`, app.MEMBERS"
            ),
            // Only the schema tells these apart.
            (
                "SELECT app.members.x, cluster_schema.Members.role FROM cluster_schema.members JOIN app.members",
                "SELECT app.members.x, `cluster_schema.members`.role FROM {}AS `cluster_schema.members` JOIN app.members"
            ),
            (
                "SELECT app.members.x FROM cluster_schema.members m, app.members",
                "SELECT app.members.x FROM {} m, app.members"
            ),
        ]
    )
    func qualifiers(_ statement: String, _ expected: String) throws {
        #expect(try rewritten(statement) == expected)
    }

    @Test func `in the chosen schema a name without schema is ours, and one with another schema is not`() throws {
        let context = SessionContext(isVirtualSchemaSelected: true)
        #expect(
            try rewritten("SELECT members.role, cluster_schema.members.state FROM members, app.members m", in: context)
                == "SELECT members.role, members.state FROM {}AS `members`, app.members m"
        )
    }

    @Test func `under ANSI_QUOTES names stand in double quotes`() throws {
        let context = SessionContext(hasANSIQuotes: true)
        #expect(
            try rewritten(#"SELECT "cluster_schema"."members"."role" FROM "cluster_schema"."members", t"#, in: context)
                == #"SELECT "members"."role" FROM {}AS `members`, t"#
        )
    }

    @Test func `a name with a backtick cannot end the quotes`() throws {
        let statement = MixedStatement(
            text: Array("FROM x".utf8),
            edits: [.init(bytes: 5..<6, replacement: .rows(table: "MEMBERS", alias: "a`b"))]
        )
        let column = ColumnDefinition(name: "`", type: .longLong, flags: .notNull)
        let text = try statement.rewritten(with: ["MEMBERS": ResultSet(columns: [column], rows: [])])
        #expect(
            String(decoding: text, as: UTF8.self)
                == "FROM  (SELECT -9223372036854775807 AS ```` FROM DUAL WHERE 0) AS `a``b`"
        )
    }

    @Test(
        "columns that the statement does not name are left out, unless it may ask for all",
        arguments: [
            ("SELECT m.Role FROM t, cluster_schema.members m WHERE `state` = 'x'", ["ROLE", "STATE"]),
            ("SELECT COUNT(*) FROM t, cluster_schema.members", ["MEMBER_ID"]),
            ("SELECT 'role' FROM t JOIN cluster_schema.members USING (state)", ["STATE"]),
            ("SELECT m.* FROM t, cluster_schema.members m", ["MEMBER_ID", "ROLE", "STATE"]),
            ("SELECT role FROM t NATURAL JOIN cluster_schema.members", ["MEMBER_ID", "ROLE", "STATE"]),
        ]
    )
    func columns(_ statement: String, _ expected: [String]) throws {
        #expect(try mixed(statement).columns(of: ["MEMBER_ID", "ROLE", "STATE"]) == expected)
    }

    // MARK: Rows

    private func rows(_ columns: [ColumnDefinition], _ rows: [[SQLValue]]) throws -> String {
        let statement = MixedStatement(
            text: [],
            edits: [.init(bytes: 0..<0, replacement: .rows(table: "T", alias: nil))]
        )
        let text = try statement.rewritten(with: ["T": ResultSet(columns: columns, rows: rows)])
        return String(decoding: text, as: UTF8.self)
    }

    struct Literal: Sendable {
        var type: ColumnType
        var flags: ColumnFlags
        var value: SQLValue
        var example: String
        var literal: String

        init(_ type: ColumnType, _ flags: ColumnFlags, _ value: SQLValue, _ example: String, _ literal: String) {
            self.type = type
            self.flags = flags
            self.value = value
            self.example = example
            self.literal = literal
        }
    }

    private static func text(_ characters: Int) -> String {
        "CAST(NULL AS CHAR(\(characters)) CHARACTER SET utf8mb4) COLLATE utf8mb4_general_ci"
    }

    private static func hexadecimal(_ digits: String) -> String {
        "_utf8mb4 X'\(digits)' COLLATE utf8mb4_general_ci"
    }

    private static let time = "TIMESTAMP'2000-01-01 00:00:00.000000'"

    static let literals: [Literal] = [
        Literal(.longLong, [], .integer(-5), "IF(0, NULL, -9223372036854775807)", "-5"),
        Literal(.longLong, .notNull, .integer(.min), "-9223372036854775807", "(-9223372036854775807-1)"),
        Literal(.longLong, .unsigned, .integer(5), "IF(0, NULL, 18446744073709551615)", "CAST(5 AS UNSIGNED)"),
        Literal(.long, .notNull, .integer(7), "-2147483647", "7"),
        Literal(.long, [.unsigned, .notNull], .integer(7), "CAST(4294967295 AS UNSIGNED)", "CAST(7 AS UNSIGNED)"),
        Literal(.double, .notNull, .double(2), "0e0", "2.0e0"),
        Literal(.double, .notNull, .double(-1e-30), "0e0", "-1e-30"),
        Literal(.double, [], .double(.infinity), "IF(0, NULL, 0e0)", "NULL"),
        Literal(.double, [], .null, "IF(0, NULL, 0e0)", "NULL"),
        Literal(.long, .unsigned, .null, "IF(0, NULL, CAST(4294967295 AS UNSIGNED))", "CAST(NULL AS UNSIGNED)"),
        Literal(
            .dateTime,
            .notNull,
            .text("2026-01-31 12:00:00.000001"),
            time,
            "TIMESTAMP'2026-01-31 12:00:00.000001'"
        ),
        Literal(.dateTime, .notNull, .text("'; --"), time, hexadecimal("273B202D2D")),
        Literal(.varString, .notNull, .text("a'\\"), text(16), hexadecimal("61275C")),
        Literal(.varString, [], .text(""), text(16), hexadecimal("")),
        Literal(.blob, .blob, .text("ü"), text(16384), hexadecimal("C3BC")),
        Literal(.varString, [], .blob([0, 255]), text(16), "X'00FF'"),
    ]

    @Test("each type has an example and literals", arguments: literals)
    func values(_ expected: Literal) throws {
        let column = ColumnDefinition(
            name: "C",
            length: 64,
            type: expected.type,
            flags: expected.flags,
            decimals: 6
        )
        let row = " UNION ALL SELECT \(expected.literal)"
        #expect(
            try rows([column], [[expected.value], [expected.value]])
                == " (SELECT \(expected.example) AS `C` FROM DUAL WHERE 0\(row)\(row)) "
        )
    }

    @Test func `rows that take too many bytes are refused, over all references together`() throws {
        let column = ColumnDefinition(name: "C", length: 64)
        let rows = ["MEMBERS": ResultSet(columns: [column], rows: Array(repeating: [.text("0123456789")], count: 10))]
        let once = try mixed("SELECT 1 FROM t, cluster_schema.members")
        let twice = try mixed("SELECT 1 FROM t, cluster_schema.members m, cluster_schema.members n")
        let length = try once.rewritten(with: rows).count
        #expect(throws: Never.self) { try once.rewritten(with: rows, limit: length) }
        for (statement, limit) in [(twice, length), (once, 300)] {
            let error = #expect(throws: SQLError.self) { try statement.rewritten(with: rows, limit: limit) }
            #expect(error?.errno == 1104)
            #expect(error?.message.contains("\(limit) bytes") == true, "\(error?.message ?? "")")
        }
    }
}
