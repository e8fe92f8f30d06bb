import TestServers
import Testing

extension NamespaceTests {
    @Test func `a sidecar whose seeds are all down serves, and joins them when they come`() async throws {
        var plan = NamespaceCluster.Plan()
        plan.isReplicating = false
        plan.startedSidecars = [1]
        try await withNamespaceCluster(plan) { node, configuration in
            // The others know nobody, so that all depends on db2. Nobody has the third address.
            configuration.furtherSeeds =
                node == 1
                ? [NamespaceNetwork.address(0), NamespaceNetwork.address(2), NamespaceNetwork.address(98)].map {
                    "\($0):\(NamespaceCluster.gossipPort)"
                } : []
        } _: { cluster in
            let (first, lonely, last) = (cluster.sidecars[0], cluster.sidecars[1], cluster.sidecars[2])
            try await waitUntil("db2 is online") { try await lonely.members("state") == ["db2": "ONLINE"] }
            #expect(try await lonely.row("SELECT @@server_id") == ["2"])
            let counts = "SELECT members_online, members_total FROM cluster_schema.cluster"
            #expect(try await lonely.row(counts) == ["1", "1"])
            let tries = try await lonely.status("GOSSIP_STREAMS_OUT")
            try await waitUntil("db2 tries again") { try await lonely.status("GOSSIP_STREAMS_OUT") > tries + 2 }
            let client = QueryLoop.start(at: lonely, "SELECT @@server_id", always: "2")
            let watch = QueryLoop.watchTopologyVersion(of: lonely)
            let version = try await lonely.topologyVersion()

            try await first.start()
            for sidecar in [first, lonely] {
                try await waitUntil("\(sidecar.name) sees two") {
                    try await sidecar.members("state") == ["db1": "ONLINE", "db2": "ONLINE"]
                }
            }
            #expect(try await lonely.topologyVersion() > version)
            // One seed that answers does not make it forget the others.
            try await last.start()
            for sidecar in cluster.sidecars {
                try await waitUntil("\(sidecar.name) sees three") {
                    try await sidecar.members("state") == ["db1": "ONLINE", "db2": "ONLINE", "db3": "ONLINE"]
                }
                #expect(try await sidecar.row(counts) == ["3", "3"])
            }
            try await cluster.waitUntilAgreed()
            let joined = try await lonely.events().filter { $0.type == "MEMBER_JOINED" }.map(\.member)
            #expect(joined == ["db2", "db1", "db3"])
            for client in [client, watch] { #expect(try await client.stop() == []) }
        }
    }
}
