import MySQLClient
import TestServers
import Testing

/// The main job: three servers, three sidecars, and each sidecar tells of all.
@Suite struct TopologyTests {
    static let whole = ["db1": "PRIMARY", "db2": "REPLICA", "db3": "REPLICA"]

    static func waitUntilWhole(_ cluster: TestCluster) async throws {
        for sidecar in cluster.sidecars {
            try await waitUntil("\(sidecar.configuration.nodeName) sees the whole cluster") {
                let roles = try await sidecar.members("role")
                let states = try await sidecar.members("state")
                return roles == whole && states.values.allSatisfy { $0 == "ONLINE" }
            }
        }
    }

    @Test func `a handover on the servers is seen on every node`() async throws {
        try await withCluster { cluster in
            try await Self.waitUntilWhole(cluster)
            let version = try await cluster.sidecars[2].ask("SELECT topology_version FROM cluster_schema.cluster")
            try await cluster.servers[0].handOver(to: cluster.servers[1], others: [cluster.servers[2]])
            for sidecar in cluster.sidecars {
                try await waitUntil("db2 is primary for \(sidecar.configuration.nodeName)") {
                    try await sidecar.members("role") == ["db1": "REPLICA", "db2": "PRIMARY", "db3": "REPLICA"]
                }
                let primary = try await sidecar.ask("SELECT member_name, sql_port FROM cluster_schema.primary_member")
                #expect(primary.rows == [["db2", "\(cluster.sidecars[1].sqlPort)"]])
                let events = try await sidecar.ask(
                    "SELECT member_name FROM cluster_schema.events WHERE type = 'PRIMARY_CHANGED' ORDER BY event_id"
                )
                #expect(events.rows.last == ["db2"])
            }
            let newVersion = try await cluster.sidecars[2].ask("SELECT topology_version FROM cluster_schema.cluster")
            #expect(newVersion != version)
        }
    }

    @Test func `a killed sidecar is dead for the others and comes back`() async throws {
        try await withCluster { cluster in
            try await Self.waitUntilWhole(cluster)
            await cluster.sidecars[0].kill9()
            for sidecar in cluster.sidecars.dropFirst() {
                try await waitUntil("db1 is dead for \(sidecar.configuration.nodeName)") {
                    try await sidecar.members("state") == ["db1": "DEAD", "db2": "ONLINE", "db3": "ONLINE"]
                }
                #expect(try await sidecar.ask("SELECT * FROM cluster_schema.primary_member").rows.isEmpty)
            }
            try await cluster.sidecars[0].start()
            try await Self.waitUntilWhole(cluster)
        }
    }

    @Test func `a sidecar that is stopped says goodbye`() async throws {
        try await withCluster(nodes: 2) { cluster in
            try await waitUntil("both are online") {
                try await cluster.sidecars[0].members("state") == ["db1": "ONLINE", "db2": "ONLINE"]
            }
            #expect(await cluster.sidecars[1].terminate() == .code(0))
            try await waitUntil("db2 has left") {
                try await cluster.sidecars[0].members("state") == ["db1": "ONLINE", "db2": "LEFT"]
            }
            try await cluster.sidecars[1].start()
            try await waitUntil("db2 is back") {
                try await cluster.sidecars[0].members("state") == ["db1": "ONLINE", "db2": "ONLINE"]
            }
        }
    }

    @Test func `a paused sidecar is refuted or dead, and whole again afterwards`() async throws {
        try await withCluster { cluster in
            try await Self.waitUntilWhole(cluster)
            try await cluster.sidecars[2].pause()
            try await waitUntil("db3 is suspected or dead") {
                let state = try await cluster.sidecars[0].members("state")["db3"]
                return state == "SUSPECT" || state == "DEAD"
            }
            await cluster.sidecars[2].resume()
            try await Self.waitUntilWhole(cluster)
        }
    }

    @Test func `members of another cluster's name stay out`() async throws {
        try await withCluster(nodes: 2) { node, configuration in
            configuration.cluster = node == 0 ? "orders" : "invoices"
        } _: { cluster in
            try await waitUntil("the other one was heard and refused") {
                try await cluster.sidecars[0].status("GOSSIP_FOREIGN_CLUSTER") > 0
            }
            #expect(try await cluster.sidecars[0].members("state").keys.sorted() == ["db1"])
            #expect(try await cluster.sidecars[1].members("state").keys.sorted() == ["db2"])
        }
    }
}
