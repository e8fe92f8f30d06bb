import TestServers
import Testing

extension NamespaceTests {
    /// Ways in which a sidecar stops.
    enum End: CaseIterable {
        /// The others find out.
        case crash
        /// It says farewell.
        case leave
    }

    @Test(arguments: End.allCases)
    func `a node that comes back at another address is followed there`(after end: End) async throws {
        try await withNamespaceCluster { cluster in
            try await cluster.waitUntilWhole()
            let moved = cluster.sidecars[0]
            let others = Array(cluster.sidecars.dropFirst())
            let (id, version) = (try await others[0].members("member_id")["db1"], try await others[0].topologyVersion())
            let watches = others.map { QueryLoop.watchTopologyVersion(of: $0) }
            switch end {
            case .crash: await moved.kill9()
            case .leave:
                #expect(await moved.terminate() == .code(0))
                for sidecar in others {
                    try await waitUntil("db1 has left for \(sidecar.name)") {
                        try await sidecar.members("state")["db1"] == "LEFT"
                    }
                }
            }
            try await cluster.network.move(0, to: "10.0.0.71")
            var configuration = moved.configuration
            configuration.advertisedHost = "10.0.0.71"
            try await moved.replaceFile(configuration)
            try await moved.start()
            for sidecar in cluster.sidecars {
                try await waitUntil("\(sidecar.name) has the new address") {
                    try await sidecar.members("sql_host") == [
                        "db1": "10.0.0.71", "db2": "10.0.0.2", "db3": "10.0.0.3",
                    ]
                }
            }
            try await cluster.replicate(from: "10.0.0.71")
            try await cluster.waitUntilWhole()
            for sidecar in cluster.sidecars {
                #expect(try await sidecar.row("SELECT COUNT(*) FROM cluster_schema.members") == ["3"])
                #expect(try await sidecar.members("member_id")["db1"] == id)
                let primary = "SELECT sql_host, sql_port FROM cluster_schema.primary_member"
                #expect(try await sidecar.row(primary) == ["10.0.0.71", "6306"])
            }
            for sidecar in others {
                #expect(try await sidecar.topologyVersion() > version)
                let changes = try await sidecar.events().filter { $0.type == "ADDRESS_CHANGED" }
                #expect(changes.map(\.member) == ["db1"])
                #expect(changes.map(\.detail) == ["10.0.0.1:6306 -> 10.0.0.71:6306"])
            }
            for watch in watches { #expect(try await watch.stop() == []) }
        }
    }
}
