import QueryRouting
import Testing

@Suite("StatementMarker")
struct StatementMarkerTests {
    @Test(
        "finds the marker in any case and place",
        arguments: [
            "cluster_", "SELECT * FROM cluster_schema.members", "select * from CLUSTER_SCHEMA.members",
            "x ClUsTeR_x", "SELECT 'cluster_'", "__cluster_", "cluster cluster_", "ccluster_",
        ]
    )
    func finds(statement: String) {
        #expect(StatementMarker.isCandidate(Array(statement.utf8)))
    }

    @Test(
        "passes over statements without it",
        arguments: [
            "", "_", "cluster", "luster_", "SELECT 1", "clus_ter", "cluster-", "clustered_by", "SELECT a_b FROM c_d",
            "CLUSTER\u{1f}", "#luster_",
        ]
    )
    func passesOver(statement: String) {
        #expect(!StatementMarker.isCandidate(Array(statement.utf8)))
    }

    @Test("reads raw bytes as well")
    func rawBytes() {
        let statement = Array("USE cluster_schema".utf8)
        #expect(statement.withUnsafeBytes { StatementMarker.isCandidate($0) })
    }
}
