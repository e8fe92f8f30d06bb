import MySQLClient
import TestServers
import Testing

extension NamespaceTests {
    @Test func `a paused sidecar is dead, refutes when it goes on, and loses no client`() async throws {
        try await withNamespaceCluster { cluster in
            try await cluster.waitUntilWhole()
            let paused = cluster.sidecars[2]
            let incarnation = try await paused.incarnation(of: "db3")
            let version = try await cluster.agreedTopologyVersion()
            var history: [Int] = []
            for sidecar in cluster.sidecars { history.append(try await sidecar.lastEvent()) }
            let watches = cluster.sidecars.map { QueryLoop.watchTopologyVersion(of: $0) }
            let client = QueryLoop.start(at: paused, "SELECT @@server_id", always: "3")
            try await client.waitForAnswers()
            // One that waits for news while nothing moves.
            async let news = ask(
                paused.sqlPort,
                in: paused.namespace,
                "SELECT cluster_schema.wait_for_change(\(version), 60)"
            )
            try await waitUntil("a session waits for news") { try await paused.status("PROXY_WAITING_SESSIONS") == 1 }

            try await paused.pause()
            for sidecar in cluster.sidecars.dropLast() {
                try await waitUntil("db3 is dead for \(sidecar.name)") {
                    try await sidecar.members("state") == ["db1": "ONLINE", "db2": "ONLINE", "db3": "DEAD"]
                }
                #expect(
                    try await sidecar.row("SELECT members_online, members_total FROM cluster_schema.cluster")
                        == ["2", "3"]
                )
            }
            await paused.resume()
            try await cluster.waitUntilWhole()
            for (node, sidecar) in cluster.sidecars.enumerated() {
                #expect(try await sidecar.incarnation(of: "db3") > incarnation)
                #expect(try await sidecar.topologyVersion() > version)
                // The one that slept blames nobody for the time.
                for other in ["db1", "db2"] {
                    let states = try await sidecar.states(of: other, after: history[node])
                    #expect(!states.contains("DEAD"), "\(sidecar.name) of \(other): \(states)")
                }
                if node < 2 {
                    let states = try await sidecar.states(of: "db3", after: history[node])
                    #expect(occurs(["SUSPECT", "DEAD", "ONLINE"], in: states), "\(sidecar.name): \(states)")
                }
            }
            // STATUS is taken once a second.
            for counter in ["GOSSIP_STALLS", "GOSSIP_REFUTATIONS"] {
                try await waitUntil("\(counter) is counted") { try await paused.status(counter) > 0 }
            }
            let told = try await news.rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
            #expect(told > version)
            // Its clients have waited, and that is all.
            try await client.waitForAnswers()
            for client in watches + [client] { #expect(try await client.stop() == []) }
        }
    }
}
