import MySQLWire
import QueryRouting
import Testing
import VirtualTables

@Suite("Queries that mysqld carries out instead")
struct ServerStatementTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    /// What mysqld gets instead of a query that the engine refuses; nil if the refusal stands.
    private func rewritten(
        _ text: String,
        in context: SessionContext = EngineFixture.serverContext
    ) throws -> String? {
        let error = try #require(fixture.error(text, in: context), "\(text) is answered")
        let statement = fixture.engine.serverStatement(insteadOf: Array(text.utf8), refusedWith: error, in: context)
        return try statement.map {
            String(decoding: try fixture.engine.rewrite($0, in: context), as: UTF8.self)
        }
    }

    @Test(
        "what is unknown here goes to mysqld with the rows in it",
        arguments: [
            "SELECT SOUNDEX(member_name) FROM cluster_schema.members",
            "SELECT @a := member_name FROM cluster_schema.members",
            "SELECT REGEXP_REPLACE(member_name, '[0-9]', '') FROM cluster_schema.members",
            "SELECT AES_ENCRYPT(member_name, 'k') FROM cluster_schema.members",
            "SELECT ops.name_of(member_name) FROM cluster_schema.members",
            "SELECT j.* FROM cluster_schema.members m, JSON_TABLE(m.role, '$' COLUMNS (a INT PATH '$')) j",
            "SELECT * FROM cluster_schema.members m, LATERAL (SELECT m.role) x",
            "SELECT CONVERT_TZ(at, '+00:00', 'Europe/Berlin') FROM cluster_schema.events",
            "SELECT member_name REGEXP '(.)\\\\1' FROM cluster_schema.members",
            "SELECT MEDIAN(sql_port) OVER () FROM cluster_schema.members",
            "SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY sql_port) OVER () FROM cluster_schema.members",
            "SELECT role FROM cluster_schema.members ORDER BY 1 FETCH FIRST 1 ROW WITH TIES",
            "SELECT no_such(member_name) FROM cluster_schema.members",
        ]
    )
    func carriedOut(text: String) throws {
        let rewritten = try #require(try rewritten(text), "\(text)")
        #expect(!rewritten.contains("cluster_schema"))
        #expect(rewritten.contains("(SELECT") || rewritten.contains("( SELECT") || rewritten.contains("UNION ALL"))
    }

    @Test(
        "not what would mean something else there, nor what is wrong anywhere",
        arguments: [
            "SELECT SOUNDEX(member_name), NOW(), @@time_zone FROM cluster_schema.members",
            "SELECT role FROM cluster_schema.members PROCEDURE ANALYSE()",
            "SELECT no_such_column FROM cluster_schema.members",
            "SELECT * FROM cluster_schema.members WHERE",
        ]
    )
    func refused(text: String) throws {
        #expect(try rewritten(text) == nil, "\(text)")
    }

    @Test("the clock stays that of the tables: MariaDB is told so, other servers do not get the statement")
    func clock() throws {
        let text = "SELECT SOUNDEX(detail) FROM cluster_schema.events WHERE at > CURRENT_TIMESTAMP - INTERVAL 1 HOUR"
        let rewritten = try #require(try rewritten(text))
        #expect(rewritten.hasPrefix("SET STATEMENT time_zone = '+00:00' FOR SELECT SOUNDEX(detail) FROM"))
        var context = EngineFixture.serverContext
        context.serverVersion = "8.4.3"
        #expect(try self.rewritten(text, in: context) == nil)
    }

    @Test("nor in a session without mysqld, nor with parameters, nor DATABASE() while cluster_schema is chosen")
    func sessions() throws {
        #expect(try rewritten("SELECT SOUNDEX(role) FROM members", in: EngineFixture.sidecarContext) == nil)
        var context = EngineFixture.serverContext
        context.allowsParameters = true
        #expect(try rewritten("SELECT SOUNDEX(?) FROM cluster_schema.members", in: context) == nil)
        context.allowsParameters = false
        context.isVirtualSchemaSelected = true
        #expect(try rewritten("SELECT SOUNDEX(DATABASE()) FROM members", in: context) == nil)
        #expect(try rewritten("SELECT SOUNDEX(role) FROM members", in: context) != nil)
    }
}
