import MySQLWire
import QueryRouting
import Synchronization
import Testing
import VirtualTables

@Suite("What a command may take")
struct AllowanceTests {
    /// What these statements cost, `brief` or more than that, is found by doing them.
    private static let statements: [(isBrief: Bool, statement: VirtualStatement)] = [
        (true, .select("SELECT sql_host, sql_port FROM cluster_schema.primary_member")),
        (true, .select("SELECT * FROM cluster_schema.members ORDER BY member_name")),
        (true, .showColumns(table: "MEMBERS", detail: .full, like: nil)),
        (true, .filtered(.showTables(detail: .full, like: nil), where: "table_type LIKE 'SYSTEM%'")),
        (
            false,
            .select(
                "WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
                    + "SELECT COUNT(*) FROM n, cluster_schema.cluster"
            )
        ),
        (
            false,
            .filtered(
                .showColumns(table: "MEMBERS", detail: .full, like: nil),
                where: "(SELECT COUNT(*) FROM cluster_schema.status a, cluster_schema.status b, "
                    + "cluster_schema.status c, cluster_schema.members d, cluster_schema.members e, "
                    + "cluster_schema.members f, cluster_schema.members g) > 0"
            )
        ),
        (
            false,
            .select(
                "SELECT \((0..<900).map { "role IS NULL AND \($0)" }.joined(separator: ", ")) FROM cluster_schema.members"
            )
        ),
        (false, .select("SELECT '\(String(repeating: "x", count: 1024))' FROM cluster_schema.members")),
        (
            false,
            .select(
                "SELECT REPEAT('a', 1000000) LIKE CONCAT('%', REPEAT('a', 500000), 'b') FROM cluster_schema.members"
            )
        ),
    ]

    @Test("little work is done at once, more is for a thread of its own", arguments: statements.indices)
    func brief(index: Int) throws {
        let (isBrief, statement) = Self.statements[index]
        // The clock stands: what counts is work, but for what counts by time alone.
        let fixture = try EngineFixture(isTimeCounted: !isBrief)
        let outcome = fixture.engine.within(.brief) { () throws(SQLError) in
            try fixture.engine.run(statement, parameters: [], in: EngineFixture.serverContext)
        }
        switch outcome {
        case .ended(let result):
            #expect(isBrief, "\(statement)")
            #expect(throws: Never.self) { try result.get() }
        case .usedUp: #expect(!isBrief, "\(statement)")
        }
        #expect(try fixture.rows("SELECT COUNT(*) FROM cluster_schema.members") == ["3"])
    }

    @Test("all that one command asks for shares one deadline")
    func oneDeadline() throws {
        let fixture = try EngineFixture(limits: ExecutionLimits(timeMilliseconds: 200), isTimeCounted: true)
        let endless =
            "(SELECT COUNT(*) FROM \((1...20).map { "cluster_schema.members t\($0)" }.joined(separator: ", ")))"
        let start = ThreadClock.nanoseconds
        var queries = 0
        let outcome = fixture.engine.within(.full()) { () throws(SQLError) in
            // One after another, as a listing with WHERE does for its rows.
            for _ in 0..<100 {
                queries += 1
                _ = try? fixture.engine.run(
                    .select("SELECT \(endless)"),
                    parameters: [],
                    in: EngineFixture.sidecarContext
                )
            }
        }
        guard case .ended = outcome else {
            Issue.record("a command with all its limits is never too much")
            return
        }
        #expect(queries == 100)
        // A hundred deadlines would be 20 s.
        #expect(ThreadClock.seconds(since: start) < 10)
        let listing = VirtualStatement.filtered(
            .showColumns(table: "MEMBERS", detail: .full, like: nil),
            where: "\(endless) > 0"
        )
        #expect {
            try fixture.engine.run(listing, parameters: [], in: EngineFixture.serverContext)
        } throws: {
            ($0 as? SQLError)?.errno == 1969
        }
    }

    @Test("a command that nobody waits for ends")
    func cancelled() throws {
        let fixture = try EngineFixture(limits: ExecutionLimits(timeMilliseconds: 600_000), isTimeCounted: true)
        let looks = Atomic<Int>(0)
        let outcome = fixture.engine.within(
            .full(isCancelled: { looks.add(1, ordering: .relaxed).newValue > 3 })
        ) { () throws(SQLError) in
            try fixture.engine.run(
                .select("WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"),
                parameters: [],
                in: EngineFixture.sidecarContext
            )
        }
        guard case .ended(.failure(let error)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.errno == 1317)
    }

    @Test("it ends while it is still translated")
    func cancelledEarly() throws {
        let fixture = try EngineFixture()
        let chain = (1..<30).map { "c\($0) AS (SELECT a.* FROM c\($0 - 1) a, c\($0 - 1) b)" }.joined(separator: ", ")
        let statement = "WITH c0 AS (SELECT * FROM cluster_schema.members), \(chain) SELECT COUNT(*) FROM c29"
        #expect(fixture.error(statement)?.errno == 3170)
        let outcome = fixture.engine.within(.full(isCancelled: { true })) { () throws(SQLError) in
            try fixture.engine.run(.select(statement), parameters: [], in: EngineFixture.serverContext)
        }
        guard case .ended(.failure(let error)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.errno == 1317)
    }

    @Test("time that was spent before counts")
    func spent() throws {
        let fixture = try EngineFixture(limits: ExecutionLimits(timeMilliseconds: 600_000), isTimeCounted: true)
        let outcome = fixture.engine.within(.full(spentMilliseconds: 599_990)) { () throws(SQLError) in
            try fixture.engine.run(
                .select("WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"),
                parameters: [],
                in: EngineFixture.sidecarContext
            )
        }
        guard case .ended(.failure(let error)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.errno == 1969)
    }

    @Test("a result of many NULLs takes memory too")
    func nulls() throws {
        let fixture = try EngineFixture(limits: ExecutionLimits(timeMilliseconds: 60_000), isTimeCounted: true)
        let statement =
            "WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 90000) "
            + "SELECT \(Array(repeating: "NULL", count: 250).joined(separator: ", ")) FROM n"
        #expect(fixture.error(statement, in: EngineFixture.sidecarContext)?.errno == 1104)
    }
}
