import MySQLClient
import TestServers
import Testing

/// What the quorum decides, as it is seen in SQL on every node.
@Suite struct QuorumTableTests {
    @Test func `the primary that there is becomes the first by right, and leads`() async throws {
        try await withQuorum { cluster in
            try await cluster.waitForReign(of: "db1", epoch: 1)
            for sidecar in cluster.sidecars {
                try await waitUntil("\(sidecar.configuration.nodeName) knows how the voters stand") {
                    let voters = try await sidecar.ask(
                        "SELECT member_name, raft_role FROM cluster_schema.voters ORDER BY member_name"
                    )
                    return voters.rows == [["db1", "LEADER"], ["db2", "FOLLOWER"], ["db3", "FOLLOWER"]]
                }
                #expect(try await sidecar.ask("SELECT voters FROM cluster_schema.cluster").rows == [["3"]])
                let lease = try await sidecar.ask(
                    "SELECT lease_remaining_ms BETWEEN 1 AND 1350 FROM cluster_schema.primary_member"
                )
                let isOwn = sidecar.sqlPort == cluster.sidecars[0].sqlPort
                #expect(lease.rows == [[isOwn ? "1" : nil]])
            }
            let matches = try await cluster.sidecars[0].ask(
                "SELECT COUNT(*) FROM cluster_schema.voters WHERE match_index IS NULL OR last_contact_ms IS NULL"
            )
            #expect(matches.rows == [["0"]])
        }
    }

    @Test func `a primary that people move on the servers is named in a new epoch, and leads`() async throws {
        try await withQuorum { cluster in
            try await cluster.waitForReign(of: "db1", epoch: 1)
            try await cluster.servers[0].handOver(to: cluster.servers[1], others: [cluster.servers[2]])
            try await cluster.waitForReign(of: "db2", epoch: 2)
            for sidecar in cluster.sidecars {
                let events = try await sidecar.ask(
                    "SELECT member_name, epoch FROM cluster_schema.events WHERE type = 'PRIMARY_CHANGED' ORDER BY event_id"
                )
                #expect(events.rows.last == ["db2", "2"])
                // A seat that is handed over is no loss.
                let losses = try await sidecar.ask(
                    "SELECT COUNT(*) FROM cluster_schema.events WHERE type = 'QUORUM_LOST'"
                )
                #expect(losses.rows == [["0"]])
            }
        }
    }

    @Test func `a leader that is killed is followed by another, and comes back as primary in the same epoch`()
        async throws
    {
        try await withQuorum { cluster in
            try await cluster.waitForReign(of: "db1", epoch: 1)
            await cluster.sidecars[0].kill9()
            for sidecar in cluster.sidecars.dropFirst() {
                try await waitUntil("another leads for \(sidecar.configuration.nodeName)") {
                    let row = try await sidecar.ask("SELECT leader, has_quorum FROM cluster_schema.cluster").rows[0]
                    return row[1] == "1" && row[0] != "db1"
                }
                try await waitUntil("there is no primary for \(sidecar.configuration.nodeName)") {
                    try await sidecar.ask("SELECT * FROM cluster_schema.primary_member").rows.isEmpty
                }
            }
            try await cluster.sidecars[0].start()
            try await cluster.waitForReign(of: "db1", epoch: 1)
            let events = try await cluster.sidecars[1].ask(
                "SELECT COUNT(*) > 1 FROM cluster_schema.events WHERE type = 'LEADER_CHANGED'"
            )
            #expect(events.rows == [["1"]])
        }
    }

    @Test func `all restarted find each other, their primary and their epoch again`() async throws {
        try await withQuorum { cluster in
            try await cluster.waitForReign(of: "db1", epoch: 1)
            for sidecar in cluster.sidecars { await sidecar.kill9() }
            for sidecar in cluster.sidecars { try await sidecar.start() }
            try await cluster.waitForReign(of: "db1", epoch: 1)
        }
    }

    @Test func `one of three tells that it has no quorum, and who is missing`() async throws {
        try await withQuorum { cluster in
            try await cluster.waitForReign(of: "db1", epoch: 1)
            for sidecar in cluster.sidecars.dropFirst() { await sidecar.kill9() }
            let rest = cluster.sidecars[0]
            try await waitUntil("db1 has no quorum") {
                try await rest.ask(as: .quorumOperator, "SELECT has_quorum, leader FROM cluster_schema.cluster").rows
                    == [["0", nil]]
            }
            try await waitUntil("it is told") {
                try await rest.ask(
                    as: .quorumOperator,
                    "SELECT detail FROM cluster_schema.events WHERE type = 'QUORUM_LOST'"
                ).rows == [["no majority of 3 voters is reached from here"]]
            }
        }
    }

    @Test func `a fourth node learns, and votes once one of three is gone for good`() async throws {
        try await withQuorum(nodes: 4) { cluster in
            for sidecar in cluster.sidecars {
                try await waitUntil("\(sidecar.configuration.nodeName) sees three voters and a learner") {
                    let roles = try await sidecar.ask(
                        "SELECT SUM(raft_role = 'LEARNER'), COUNT(*) FROM cluster_schema.voters"
                    )
                    return roles.rows == [["1", "4"]]
                }
            }
            let learner = try await cluster.sidecars[0].ask(
                "SELECT member_name FROM cluster_schema.voters WHERE raft_role = 'LEARNER'"
            )
            let voters = try await cluster.sidecars[0].ask(
                "SELECT member_name FROM cluster_schema.voters WHERE raft_role = 'FOLLOWER' AND member_name <> 'db1'"
            )
            let name = try #require(learner.rows.first?.first ?? nil)
            let lost = try #require(voters.rows.first?.first ?? nil)
            let isLost = { (sidecar: PilotfishProcess) in sidecar.configuration.nodeName == lost }
            let asked = try #require(cluster.sidecars.first { !isLost($0) && $0.configuration.nodeName != "db1" })
            #expect(await errno(asked, "CALL cluster_schema.remove_member('\(lost)')") == 1105)
            await cluster.sidecars.first(where: isLost)?.kill9()
            try await waitUntil("\(lost) is dead") { try await asked.members("state")[lost] == "DEAD" }
            // For the quorum's leader, too.
            try await waitUntil("\(lost) is removed") {
                await errno(asked, "CALL cluster_schema.remove_member('\(lost)')") == nil
            }
            for sidecar in cluster.sidecars where !isLost(sidecar) {
                try await waitUntil("\(name) votes for \(sidecar.configuration.nodeName)") {
                    let rows = try await sidecar.ask("SELECT member_name, raft_role FROM cluster_schema.voters").rows
                    return rows.contains { $0[0] == name && $0[1] != "LEARNER" } && !rows.contains { $0[0] == lost }
                }
            }
        }
    }

    @Test func `a primary keeps the lead, and what is unknown cannot be removed`() async throws {
        try await withQuorum { cluster in
            try await cluster.waitForReign(of: "db1", epoch: 1)
            for sidecar in cluster.sidecars {
                #expect(await errno(sidecar, "CALL cluster_schema.step_down()") == 1105)
                #expect(await errno(sidecar, "CALL cluster_schema.remove_member('db9')") == 1105)
                #expect(await errno(sidecar, "CALL cluster_schema.switchover('db2')") == 1235)
            }
            try await cluster.waitForReign(of: "db1", epoch: 1)
        }
    }

    /// Nil if it succeeds.
    private func errno(_ sidecar: PilotfishProcess, _ statement: String) async -> UInt32? {
        await refusal(sidecar.sqlPort, as: .quorumOperator, statement).map { UInt32($0.code) }
    }
}
