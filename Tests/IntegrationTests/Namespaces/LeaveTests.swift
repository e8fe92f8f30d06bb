import MySQLAdmin
import TestServers
import Testing

extension NamespaceTests {
    @Test func `a member that leaves is shown as LEFT, and is a member again when it comes back`() async throws {
        try await withNamespaceCluster { cluster in
            try await cluster.waitUntilWhole()
            let leaver = cluster.sidecars[2]
            let others = Array(cluster.sidecars.dropLast())
            let incarnation = try await leaver.incarnation(of: "db3")
            let version = try await cluster.agreedTopologyVersion()
            var history: [Int] = []
            for sidecar in others { history.append(try await sidecar.lastEvent()) }
            let watches = others.map { QueryLoop.watchTopologyVersion(of: $0) }
            // Somebody's statement, which it lets come to its end.
            async let drained = leaver.ask("SELECT SLEEP(2)")
            try await waitUntil("db3 has a statement under way") {
                try await cluster.servers[2].value(
                    "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"
                ) == "1"
            }
            #expect(await leaver.terminate() == .code(0))
            #expect(try await drained.rows == [["0"]])
            for sidecar in others {
                try await waitUntil("db3 has left for \(sidecar.name)") {
                    try await sidecar.members("state") == ["db1": "ONLINE", "db2": "ONLINE", "db3": "LEFT"]
                }
                #expect(
                    try await sidecar.row("SELECT members_online, members_total FROM cluster_schema.cluster")
                        == ["2", "3"]
                )
            }
            try await leaver.start()
            try await cluster.waitUntilWhole()
            for (node, sidecar) in others.enumerated() {
                #expect(try await sidecar.incarnation(of: "db3") > incarnation)
                #expect(try await sidecar.topologyVersion() > version)
                #expect(try await sidecar.row("SELECT COUNT(*) FROM cluster_schema.members") == ["3"])
                let states = try await sidecar.states(of: "db3", after: history[node])
                #expect(occurs(["STOPPING", "LEFT", "ONLINE"], in: states), "\(states)")
                // It said farewell, so that nobody had to find out.
                #expect(!states.contains("SUSPECT") && !states.contains("DEAD"), "\(states)")
            }
            // One that begins anew counts on from what the others have.
            #expect(try await leaver.topologyVersion() > version)
            for watch in watches { #expect(try await watch.stop() == []) }
        }
    }
}
