import TestServers
import Testing

extension NamespaceTests {
    @Test func `a path that is lost in one direction condemns nobody`() async throws {
        try await withNamespaceCluster { _, configuration in
            // Time for the way round, on a machine that is busy.
            configuration.gossipLines.append("probe_interval_ms: 2000")
        } _: { cluster in
            try await cluster.waitUntilWhole()
            let version = try await cluster.agreedTopologyVersion()
            let (sender, receiver) = (cluster.sidecars[1], cluster.sidecars[2])
            // What db2 sends to db3 is lost, UDP and TCP.
            try await cluster.network.drop(at: 2, from: [NamespaceNetwork.address(1)])
            for sidecar in [sender, receiver] {
                let before = try await sidecar.status("GOSSIP_INDIRECT_PROBES")
                try await waitUntil("\(sidecar.name) has to ask others") {
                    try await sidecar.status("GOSSIP_INDIRECT_PROBES") >= before + 3
                }
            }
            for sidecar in cluster.sidecars {
                #expect(try await sidecar.status("GOSSIP_DEATHS") == 0)
                #expect(try await sidecar.status("GOSSIP_SUSPICIONS") == 0)
                #expect(try await sidecar.topologyVersion() == version)
            }
            // News go round by the third.
            try await cluster.servers[1].execute("SET GLOBAL read_only = 0")
            try await waitUntil("db3 hears of db2's change") {
                try await receiver.members("read_only") == ["db1": "0", "db2": "0", "db3": "1"]
            }
        }
    }

    @Test func `where only TCP gets through, two members keep each other`() async throws {
        var plan = NamespaceCluster.Plan()
        plan.nodes = 2
        plan.isReplicating = false
        try await withNamespaceCluster(plan) { _, configuration in
            configuration.gossipLines.append("probe_interval_ms: 2000")
        } _: { cluster in
            for sidecar in cluster.sidecars {
                try await waitUntil("\(sidecar.name) sees both") {
                    try await sidecar.members("state") == ["db1": "ONLINE", "db2": "ONLINE"]
                }
            }
            for (host, other) in [(0, 1), (1, 0)] {
                try await cluster.network.drop(.datagrams, at: host, from: [NamespaceNetwork.address(other)])
            }
            for sidecar in cluster.sidecars {
                let before = try await sidecar.status("GOSSIP_PROBES")
                try await waitUntil("\(sidecar.name) goes on probing") {
                    try await sidecar.status("GOSSIP_PROBES") >= before + 3
                }
                #expect(try contents(of: sidecar.log).contains("UDP is lost, TCP gets through"))
                #expect(try await sidecar.status("GOSSIP_SUSPICIONS") == 0)
                #expect(try await sidecar.members("state") == ["db1": "ONLINE", "db2": "ONLINE"])
            }
        }
    }

    /// db3 speaks to all and hears nobody. It answers no probe, so the others are right to give it up; it takes the
    /// fault for that of the others, and what it tells of them must not part those who hear each other.
    @Test func `a deaf member is dead for the others and parts nobody else`() async throws {
        try await withNamespaceCluster { cluster in
            try await cluster.waitUntilWhole()
            let deaf = cluster.sidecars[2]
            let incarnation = try await deaf.incarnation(of: "db3")
            var history: [Int] = []
            for sidecar in cluster.sidecars { history.append(try await sidecar.lastEvent()) }
            let client = QueryLoop.start(at: deaf, "SELECT @@server_id", always: "3")
            let watches = cluster.sidecars.map { QueryLoop.watchTopologyVersion(of: $0) }
            try await cluster.network.drop(at: 2, from: [0, 1].map(NamespaceNetwork.address))
            try await waitUntil("db3 doubts itself", every: .milliseconds(50)) {
                try await deaf.status("GOSSIP_HEALTH_SCORE") > 0
            }
            #expect(try await deaf.status("GOSSIP_PROBE_FAILURES") > 0)
            for sidecar in cluster.sidecars.dropLast() {
                try await waitUntil("db3 is dead for \(sidecar.name)") {
                    try await sidecar.members("state")["db3"] == "DEAD"
                }
            }
            try await waitUntil("db3 is left alone") {
                let states = try await deaf.members("state")
                return states["db1"] == "DEAD" && states["db2"] == "DEAD"
            }
            try await client.waitForAnswers()
            for (node, other) in [(0, "db2"), (1, "db1")] {
                let states = try await cluster.sidecars[node].states(of: other, after: history[node])
                // The deaf one's suspicion may be heard, and is refuted.
                #expect(!states.contains("DEAD"), "\(states)")
                try await waitUntil("\(other) is well for db\(node + 1)") {
                    let state = try await cluster.sidecars[node].members("state")[other]
                    return state != "DEAD" && state != "SUSPECT"
                }
            }

            try await cluster.network.heal()
            try await cluster.waitUntilWhole()
            for sidecar in cluster.sidecars { #expect(try await sidecar.incarnation(of: "db3") > incarnation) }
            try await waitUntil("db3 has counted it") { try await deaf.status("GOSSIP_REFUTATIONS") > 0 }
            for client in watches + [client] { #expect(try await client.stop() == []) }
        }
    }
}
