import MySQLClient
import TestServers
import Testing

/// A store that cannot be used.
@Suite struct QuorumStoreTests {
    @Test func `a folder that is not there is told with its key, and readers are served on`() async throws {
        try await withQuorum(
            nodes: 1,
            voters: 1,
            configure: { _, configuration in configuration.dataDirectory = "/nonexistent" }
        ) { cluster in
            let sidecar = cluster.sidecars[0]
            try await cluster.servers[0].execute("SET GLOBAL read_only = 1")
            try await waitUntil("it is told") {
                let events = try await sidecar.ask(
                    as: .quorumOperator,
                    "SELECT detail FROM cluster_schema.events WHERE type = 'MEMBER_PROBLEM'"
                )
                return events.rows.contains { $0[0]?.contains("election.data_dir") == true }
            }
            #expect(try await sidecar.ask("SELECT has_quorum FROM cluster_schema.cluster").rows == [["0"]])
            #expect(try await sidecar.ask("SELECT @@server_id").rows == [["1"]])
        }
    }
}
