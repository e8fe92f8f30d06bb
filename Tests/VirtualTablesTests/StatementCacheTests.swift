import ClusterModel
import QueryRouting
import Testing
import VirtualTables

@Suite("Many statements")
struct StatementCacheTests {
    @Test("more statements than the cache holds are answered rightly, again and again")
    func eviction() throws {
        let fixture = try EngineFixture(limits: ExecutionLimits(cachedStatements: 4))
        for round in 0..<3 {
            for number in 0..<20 {
                let rows = try fixture.rows("SELECT \(number) + COUNT(*) FROM cluster_schema.members")
                #expect(rows == ["\(number + 3)"], "round \(round)")
            }
        }
    }

    @Test("a cached statement sees changes, and errors leave it usable")
    func reuse() throws {
        let fixture = try EngineFixture()
        let statement = "SELECT COUNT(*) FROM cluster_schema.members"
        #expect(try fixture.rows(statement) == ["3"])
        #expect(fixture.error("SELECT nosuch FROM cluster_schema.members") != nil)
        fixture.view.change { $0.members.removeLast() }
        #expect(try fixture.rows(statement) == ["2"])
    }
}
