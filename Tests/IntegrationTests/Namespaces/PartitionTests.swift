import MySQLClient
import TestServers
import Testing

extension NamespaceTests {
    @Test func `a partition parts the views and not the clients, and heals`() async throws {
        try await withNamespaceCluster { cluster in
            try await cluster.waitUntilWhole()
            let (alone, others) = (cluster.sidecars[0], Array(cluster.sidecars[1...]))
            var versions: [Int] = []
            var history: [Int] = []
            for sidecar in cluster.sidecars {
                versions.append(try await sidecar.topologyVersion())
                history.append(try await sidecar.lastEvent())
            }
            let clients = cluster.sidecars.enumerated().map { node, sidecar in
                QueryLoop.start(at: sidecar, "SELECT @@server_id", always: "\(node + 1)")
            }
            let watches = cluster.sidecars.map { QueryLoop.watchTopologyVersion(of: $0) }

            try await cluster.network.partition([0], [1, 2])
            for sidecar in others {
                try await waitUntil("db1 is dead for \(sidecar.name)") {
                    try await sidecar.members("state")["db1"] == "DEAD"
                }
                // A primary that cannot be reached is none.
                #expect(try await sidecar.ask("SELECT * FROM cluster_schema.primary_member").rows.isEmpty)
                let rest = try await sidecar.members("state").filter { $0.key != "db1" }
                #expect(!rest.values.contains("DEAD"), "\(rest)")
            }
            try await waitUntil("db2 and db3 are dead for db1") {
                try await alone.members("state") == ["db1": "ONLINE", "db2": "DEAD", "db3": "DEAD"]
            }
            #expect(
                try await alone.row("SELECT members_online, members_total FROM cluster_schema.cluster") == ["1", "3"]
            )
            #expect(try await alone.row("SELECT member_name FROM cluster_schema.primary_member") == ["db1"])
            for client in clients { try await client.waitForAnswers() }
            // Also those that write, where the primary is.
            try await ask(
                alone.sqlPort,
                in: alone.namespace,
                "CREATE TABLE app.written (id INT PRIMARY KEY)",
                "INSERT INTO app.written VALUES (1)"
            )

            try await cluster.network.heal()
            try await cluster.waitUntilWhole()
            for (node, sidecar) in cluster.sidecars.enumerated() {
                let lost = node == 0 ? ["db2", "db3"] : ["db1"]
                for member in ["db1", "db2", "db3"] where member != sidecar.name {
                    let states = try await sidecar.states(of: member, after: history[node])
                    if lost.contains(member) {
                        #expect(occurs(["SUSPECT", "DEAD", "ONLINE"], in: states), "\(sidecar.name): \(states)")
                        #expect(states.last == "ONLINE", "\(sidecar.name): \(states)")
                    } else {
                        #expect(!states.contains("DEAD"), "\(sidecar.name) of \(member): \(states)")
                    }
                }
                let primaries = try await sidecar.events(after: history[node]).filter { $0.type == "PRIMARY_CHANGED" }
                    .map { $0.detail.split(separator: ": ", maxSplits: 1).first.map(String.init) ?? "" }
                #expect(primaries == (node == 0 ? [] : ["db1 -> none", "none -> db1 at 10.0.0.1:6306"]))
                #expect(try await sidecar.topologyVersion() > versions[node])
                #expect(try await sidecar.row("SELECT members_online FROM cluster_schema.cluster") == ["3"])
                try await waitUntil("what was written has come to \(sidecar.name)") {
                    try await sidecar.row("SELECT COUNT(*) FROM app.written") == ["1"]
                }
            }
            for client in clients + watches { #expect(try await client.stop() == []) }
        }
    }
}
