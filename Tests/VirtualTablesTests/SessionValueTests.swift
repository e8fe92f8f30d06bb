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
    }

    @Test("a number of more than 18 digits behind BIGINT is refused, so that mysqld computes with it")
    func greatNumbers() throws {
        var context = EngineFixture.serverContext
        for value in [SQLValue.unsigned(.max), .decimal("12345678901234567890.5"), .decimal("0.1234567890123456789")] {
            context.variables["@i"] = value
            #expect(fixture.error("SELECT @i FROM cluster_schema.cluster", in: context)?.errno == 1235, "\(value)")
            #expect(throws: SQLError.unsupported("numbers of more than 18 digits on cluster_schema")) {
                try run("SELECT ? FROM cluster_schema.cluster", [value])
            }
        }
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
