import MySQLClient
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

    @Test(arguments: End.allCases)
    func `a member that is gone for good is forgotten, and may come back as if it were new`(
        after end: End
    ) async throws {
        var plan = NamespaceCluster.Plan()
        plan.nodes = 2
        plan.isReplicating = false
        try await withNamespaceCluster(plan) { _, configuration in
            configuration.gossipLines.append("forget_after_ms: 20000")
        } _: { cluster in
            let (stays, goes) = (cluster.sidecars[0], cluster.sidecars[1])
            let both = ["db1": "ONLINE", "db2": "ONLINE"]
            for sidecar in cluster.sidecars {
                try await waitUntil("\(sidecar.name) sees both") { try await sidecar.members("state") == both }
            }
            let history = try await stays.lastEvent()
            let watch = QueryLoop.watchTopologyVersion(of: stays)
            let version = try await cluster.agreedTopologyVersion()
            switch end {
            case .crash: await goes.kill9()
            case .leave: #expect(await goes.terminate() == .code(0))
            }
            let last = end == .crash ? "DEAD" : "LEFT"
            try await waitUntil("db2 is \(last)") { try await stays.members("state")["db2"] == last }
            let versionWhenGone = try await stays.topologyVersion()
            #expect(versionWhenGone > version)
            try await waitUntil("db2 is forgotten") { try await stays.members("state") == ["db1": "ONLINE"] }
            #expect(try await stays.row("SELECT members_total FROM cluster_schema.cluster") == ["1"])
            #expect(try await stays.topologyVersion() > versionWhenGone)

            try await goes.start()
            for sidecar in cluster.sidecars {
                try await waitUntil("\(sidecar.name) sees both again") { try await sidecar.members("state") == both }
            }
            let story = try await stays.events(after: history).filter { $0.member == "db2" }.map(\.type)
            #expect(occurs(["STATE_CHANGED", "MEMBER_FORGOTTEN", "MEMBER_JOINED"], in: story), "\(story)")
            #expect(try await watch.stop() == [])
        }
    }
}
