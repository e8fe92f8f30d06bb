import MySQLWire
import QueryRouting
import Testing
import VirtualTables

@Suite("Variables, parameters and the server's version")
struct SessionValueTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    private func run(
        _ statement: String,
        _ parameters: [SQLValue] = [],
        in context: SessionContext = EngineFixture.serverContext
    ) throws -> ResultSet {
        guard
            case .resultSet(let result) = try fixture.engine.run(
                .select(statement),
                parameters: parameters,
                in: context
            )
        else {
            Issue.record("no rows: \(statement)")
            return ResultSet(columns: [], rows: [])
        }
        return result
    }

    // MARK: Variables

    @Test(
        "the engine names the variables that it needs, each once and as typed",
        arguments: [
            ("SELECT @x, @x, @Y FROM cluster_schema.cluster", ["@x", "@Y"]),
            ("SELECT @'a b', @`c` FROM cluster_schema.cluster", ["@'a b'", "@`c`"]),
            ("SELECT @@sort_buffer_size, @@global.port", ["@@sort_buffer_size", "@@global.port"]),
            ("SELECT '@x', \"@@y\", `@z` /* @c */ -- @d\n", []),
            ("SELECT 'a' || 'b'", ["@@sql_mode"]),
            ("SELECT 1", []),
        ]
    )
    func names(statement: String, expected: [String]) {
        let names = fixture.engine.variables(of: .select(statement), in: EngineFixture.serverContext)
        #expect(names == expected)
        #expect(fixture.engine.variables(of: .select(statement), in: EngineFixture.sidecarContext).isEmpty)
    }

    @Test("values that are handed in count as what they are")
    func values() throws {
        var context = EngineFixture.serverContext
        context.variables = ["@i": .integer(5), "@t": .text("7x"), "@d": .double(1.5), "@n": .null, "@@a": .integer(3)]
        let result = try run(
            "SELECT @i + 1, @t + 1, @d * 2, @n, @@a, CONCAT(@i, @t) FROM cluster_schema.cluster",
            in: context
        )
        #expect(result.rows == [[.integer(6), .double(8), .double(3), .null, .integer(3), .text("57x")]])
        #expect(result.columns.map(\.type) == [.longLong, .double, .double, .null, .longLong, .varString])
        // The same text with other kinds of values.
        context.variables["@i"] = .text("a")
        #expect(try run("SELECT @i = 'A' FROM cluster_schema.cluster", in: context).rows == [[.integer(1)]])
        context.variables["@i"] = .integer(0)
        #expect(try run("SELECT @i = 'A' FROM cluster_schema.cluster", in: context).rows == [[.integer(1)]])
        context.variables["@i"] = .unsigned(.max)
        let great = try run("SELECT @i, @i - 1, @i = @i, @i / 5 FROM cluster_schema.cluster", in: context)
        #expect(great.rows == [[.unsigned(.max), .unsigned(.max - 1), .integer(1), .text("3689348814741910323.0000")]])
    }

    @Test("a parameter beyond 63 bits is compared and given back exactly")
    func greatParameter() throws {
        let text =
            "SELECT ?, ? > 9223372036854775807, ? = 18446744073709551615, sql_port < ? FROM cluster_schema.members LIMIT 1"
        let answer = try fixture.engine.run(
            .select(text),
            parameters: [.unsigned(.max), .unsigned(1 << 63), .unsigned(.max - 1), .unsigned(.max)],
            in: EngineFixture.serverContext
        )
        guard case .resultSet(let result) = answer else {
            Issue.record("no rows")
            return
        }
        #expect(result.rows == [[.unsigned(.max), .integer(1), .integer(0), .integer(1)]])
        #expect(result.columns[0].type == .longLong && result.columns[0].flags.contains(.unsigned))
    }

    @Test("without mysqld a user variable is NULL, and an unknown system variable has error 1193")
    func sidecar() throws {
        let context = EngineFixture.sidecarContext
        #expect(
            try run("SELECT @x, @@version FROM cluster_schema.cluster", in: context).rows == [
                [.null, .text("10.11.19-MariaDB")]
            ]
        )
        #expect(fixture.error("SELECT @@sort_buffer_size", in: context)?.errno == 1193)
    }

    @Test("CONVERT_TZ: offsets and limits by the server's version, SYSTEM there and back, names by mysqld alone")
    func zones() throws {
        let text = """
            SELECT CONVERT_TZ('2020-01-01', '+00:00', '+14:00'), CONVERT_TZ('2039-01-01', '+00:00', '+01:00'),
            CONVERT_TZ(CONVERT_TZ('2020-07-01 12:00:00', '+00:00', 'SYSTEM'), 'system', '+00:00')
            FROM cluster_schema.cluster
            """
        for (version, expected) in [
            ("10.11.19-MariaDB", [.null, .text("2039-01-01 00:00:00"), .text("2020-07-01 12:00:00")]),
            ("11.8.2-MariaDB", [.null, .text("2039-01-01 01:00:00"), .text("2020-07-01 12:00:00")]),
            ("9.1.0", [.text("2020-01-01 14:00:00"), .text("2039-01-01 01:00:00"), .text("2020-07-01 12:00:00")]),
        ] as [(String, [SQLValue])] {
            var context = EngineFixture.serverContext
            context.serverVersion = version
            #expect(try run(text, in: context).rows == [expected], "\(version)")
        }
        let named = "SELECT CONVERT_TZ('2020-01-01', '+00:00', 'Europe/Berlin') FROM cluster_schema.cluster"
        #expect(fixture.error(named)?.errno == 1235)
        #expect(try run(named, in: EngineFixture.sidecarContext).rows == [[.null]])
    }

    @Test("two bars are OR, or join texts under PIPES_AS_CONCAT")
    func pipes() throws {
        var context = EngineFixture.serverContext
        let statement = "SELECT 'a' || 'b' FROM cluster_schema.cluster"
        #expect(try run(statement, in: context).rows == [[.integer(0)]])
        context.variables = ["@@sql_mode": .text("STRICT_TRANS_TABLES,PIPES_AS_CONCAT")]
        #expect(try run(statement, in: context).rows == [[.text("ab")]])
        context.variables = ["@@sql_mode": .text("STRICT_TRANS_TABLES")]
        #expect(try run(statement, in: context).rows == [[.integer(0)]])
    }

    // MARK: Parameters

    @Test("parameters compare as the columns beside them do, whatever kind the client binds")
    func parameters() throws {
        let byPort = "SELECT member_name FROM cluster_schema.members WHERE sql_port = ?"
        for value in [SQLValue.integer(6307), .text("6307"), .double(6307)] {
            #expect(try run(byPort, [value]).rows == [[.text("db2")]])
        }
        let byTime = "SELECT member_name FROM cluster_schema.members WHERE state_since <= ? ORDER BY 1"
        #expect(try run(byTime, [.text("2020-09-13 12:26:40")]).rows == [[.text("db1")], [.text("db3")]])
        #expect(
            try run("SELECT member_name FROM cluster_schema.members ORDER BY 1 LIMIT ?, ?", [.integer(1), .integer(1)])
                .rows == [[.text("db2")]]
        )
        #expect(
            try run("SELECT role FROM cluster_schema.members WHERE member_name = ?", [.text("DB1")]).rows == [
                [.text("PRIMARY")]
            ]
        )
    }

    @Test(
        "what is told at prepare is what is told at execution",
        arguments: [
            "SELECT * FROM cluster_schema.members WHERE member_name = ? AND sql_port > ?",
            "SELECT COUNT(*), AVG(sql_port), MAX(state_since), role = ? FROM cluster_schema.members WHERE sql_port > ?",
            "SELECT CASE WHEN sql_port > ? THEN 1 ELSE 0 END, IF(sql_port = ?, 'a', 'b') FROM cluster_schema.members",
        ]
    )
    func metadata(statement: String) throws {
        let prepared = try fixture.engine.describe(.select(statement), in: EngineFixture.serverContext)
        #expect(prepared.parameterCount == 2)
        for values in [[SQLValue.text("a"), .text("1")], [.integer(1), .integer(2)], [.null, .double(1)]] {
            let result = try run(statement, values)
            #expect(result.columns.map(\.type) == prepared.columns.map(\.type))
            #expect(result.columns.map(\.length) == prepared.columns.map(\.length))
            #expect(result.columns.map(\.name) == prepared.columns.map(\.name))
        }
    }

    @Test("too few parameters are NULL, too many are left out")
    func counts() throws {
        let statement = "SELECT ?, @x FROM cluster_schema.cluster"
        var context = EngineFixture.serverContext
        context.variables = ["@x": .integer(9)]
        #expect(try run(statement, [], in: context).rows == [[.null, .integer(9)]])
        #expect(try run(statement, [.integer(1), .integer(2)], in: context).rows == [[.integer(1), .integer(9)]])
    }

    // MARK: Flavours

    @Test("conditional comments and the time limit's number follow the server")
    func flavours() throws {
        var mysql = EngineFixture.serverContext
        mysql.serverVersion = "8.0.36"
        let mariaDB = EngineFixture.serverContext
        let comments = "SELECT /*!50700 1, */ /*!80100 2, */ /*M!100000 3, */ 4 FROM cluster_schema.cluster"
        #expect(try run(comments, in: mysql).rows == [[.integer(1), .integer(4)]])
        #expect(try run(comments, in: mariaDB).rows == [[.integer(3), .integer(4)]])
        // A position to MariaDB alone.
        let sorted = "SELECT sql_port FROM cluster_schema.members ORDER BY TRUE, sql_port DESC LIMIT 1"
        #expect(try run(sorted, in: mysql).rows == [[.integer(6308)]])
        #expect(try run(sorted, in: mariaDB).rows == [[.integer(6306)]])

        let slow = try EngineFixture(limits: ExecutionLimits(timeMilliseconds: 20), isTimeCounted: true)
        let endless =
            "WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n, cluster_schema.cluster"
        #expect(slow.error(endless, in: mysql)?.errno == 3024)
        #expect(slow.error(endless, in: mariaDB)?.errno == 1969)
    }
}
