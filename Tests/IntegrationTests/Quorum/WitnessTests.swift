import MySQLClient
import TestServers
import Testing

/// Two databases and a sidecar without one.
@Suite struct WitnessTests {
    @Test func `a witness votes for two databases, answers tables, and leads only while nobody else can`() async throws
    {
        try await withQuorum(nodes: 2) { cluster in
            var configuration = SidecarConfiguration(
                nodeName: "witness",
                sqlPort: try PortAllocator.allocate(),
                gossipPort: try PortAllocator.allocate(),
                serverAddress: "",
                passwordFile: ""
            )
            configuration.isWitness = true
            configuration.seeds = cluster.sidecars.map(\.configuration.gossipPort)
            configuration.electionLines = ["voters: 3"]
            configuration.addQuorumOperator()
            let witness = try PilotfishProcess(configuration)
            try await witness.start()
            try await cluster.waitForReign(of: "db1", epoch: 1, on: cluster.sidecars + [witness])
            for sidecar in cluster.sidecars + [witness] {
                let row = try await sidecar.ask(
                    as: .quorumOperator,
                    "SELECT role, state, read_only, problem FROM cluster_schema.members WHERE member_name = 'witness'"
                )
                #expect(row.rows == [["WITNESS", "ONLINE", nil, nil]])
            }
            let refused = try #require(await refusal(witness.sqlPort))
            #expect(refused.text.contains("this node is a witness and has no mysqld"), "\(refused)")

            await cluster.sidecars[0].kill9()
            try await waitUntil("db2 leads, not the witness") {
                try await witness.ask(as: .quorumOperator, "SELECT leader, has_quorum FROM cluster_schema.cluster").rows
                    == [["db2", "1"]]
            }
            try await cluster.sidecars[0].start()
            try await cluster.waitForReign(of: "db1", epoch: 1, on: cluster.sidecars + [witness])
            await witness.remove()
        }
    }
}
