import MySQLWire
import QueryRouting
import Testing
import VirtualTables

@Suite("Answers that are everyone's until the view changes")
struct RepeatableAnswerTests {
    @Test(arguments: [
        "SELECT sql_host, sql_port FROM cluster_schema.primary_member",
        "SELECT member_name, UPPER(role) FROM cluster_schema.members WHERE state = 'ONLINE' ORDER BY 1",
        "SELECT COUNT(*) FROM cluster_schema.members",
        "SELECT c.topology_version, m.member_name FROM cluster_schema.cluster c, cluster_schema.members m",
        "SELECT GROUP_CONCAT(member_name) FROM information_schema.cluster_members",
        "SELECT * FROM cluster_schema.events",
    ])
    func kept(statement: String) throws {
        let fixture = try EngineFixture()
        _ = try fixture.run(statement)
        #expect(fixture.engine.lastAnswerGeneration == fixture.engine.generation)
    }

    @Test(arguments: [
        "SELECT last_heard_ms FROM cluster_schema.members",
        "SELECT * FROM cluster_schema.members",
        "SELECT * FROM cluster_schema.primary_member",
        "SELECT NOW() FROM cluster_schema.cluster",
        "SELECT member_name FROM cluster_schema.members WHERE state_since < NOW() - INTERVAL 5 SECOND",
        "SELECT UNIX_TIMESTAMP() FROM cluster_schema.cluster",
        "SELECT RAND() FROM cluster_schema.cluster",
        "SELECT USER(), cluster_name FROM cluster_schema.cluster",
        "SELECT CONNECTION_ID() FROM cluster_schema.cluster",
        "SELECT DATABASE() FROM cluster_schema.cluster",
        "SELECT VERSION() FROM cluster_schema.cluster",
        "SELECT @@version FROM cluster_schema.cluster",
        "SELECT variable_value FROM cluster_schema.status",
        "SELECT variable_value FROM cluster_schema.settings",
        "SELECT member_name FROM cluster_schema.members WHERE EXISTS (SELECT 1 FROM cluster_schema.status)",
        "SHOW TABLES FROM cluster_schema",
    ])
    func notKept(statement: String) throws {
        let fixture = try EngineFixture()
        _ = try fixture.run("SELECT COUNT(*) FROM cluster_schema.members")
        _ = try fixture.run(statement)
        #expect(fixture.engine.lastAnswerGeneration == nil)
    }
}
