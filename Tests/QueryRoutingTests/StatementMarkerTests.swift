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

    @Test(
        "finds the names of the views that are on, and of no others",
        arguments: [
            (CompatibilityView.aurora, "select 1 from information_schema.Replica_Host_Status"),
            (.aurora, "SELECT @@AURORA_SERVER_ID"), (.aurora, "show variables like 'aurora\\_version'"),
            (.aurora, "SELECT @@global.innodb_read_only"), (.aurora, "show variables like 'innodb\\_read\\_only'"),
            (.isis2, "SELECT * FROM `ISIS2IS`"),
        ]
    )
    func findsViews(view: CompatibilityView, statement: String) {
        let bytes = Array(statement.utf8)
        #expect(StatementMarker([view]).isCandidate(bytes))
        #expect(!StatementMarker(Set(CompatibilityView.allCases).subtracting([view])).isCandidate(bytes))
        #expect(!StatementMarker.isCandidate(bytes))
    }

    @Test(
        "passes over what only resembles the names of views",
        arguments: [
            "", "_", "a_", "aurora", "urora_x", "replica_hosts", "host_status", "innodb_reads", "x_innodb_", "isis2",
            "2is", "isis", "innodb_buffer_pool_size", "\\_", "\\_aurora", "replica\\", "is_2is",
        ]
    )
    func passesOverOthers(statement: String) {
        let isCandidate = StatementMarker(Set(CompatibilityView.allCases)).isCandidate(Array(statement.utf8))
        #expect(isCandidate == ["replica_hosts", "innodb_reads"].contains(statement))
    }

    @Test("MySQL Router's statements hold the marker that is always looked for")
    func router() {
        let statement = "SELECT * FROM mysql_innodb_cluster_metadata.schema_version"
        #expect(StatementMarker.isCandidate(Array(statement.utf8)))
    }

    @Test("reads raw bytes as well")
    func rawBytes() {
        let statement = Array("USE cluster_schema".utf8)
        #expect(statement.withUnsafeBytes { StatementMarker.isCandidate($0) })
    }
}
