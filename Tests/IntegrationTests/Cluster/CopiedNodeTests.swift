import MySQLClient
import TestServers
import Testing

/// A machine that is restored from a copy while the first still runs.
@Suite struct CopiedNodeTests {
    @Test func `of two processes with one name and one address the first keeps the name, the other is FENCED`()
        async throws
    {
        try await withCluster(nodes: 2) { cluster in
            let other = cluster.sidecars[1]
            try await waitUntil("the nodes know each other") {
                try await other.members("state") == ["db1": "ONLINE", "db2": "ONLINE"]
            }
            var configuration = cluster.sidecars[0].configuration
            configuration.sqlAdvertise = "127.0.0.1:\(configuration.sqlPort)"
            configuration.sqlPort = try PortAllocator.allocate()
            // Its packets come from elsewhere, but whoever speaks to the address reaches the first.
            configuration.gossipListenHost = "127.0.0.2"
            let copy = try PilotfishProcess(configuration)
            try await copy.start()
            try await waitUntil("the copy knows that it is one") { try await copy.members("state")["db1"] == "FENCED" }
            #expect(try await copy.ask("SELECT * FROM cluster_schema.primary_member").rows.isEmpty)
            #expect(try contents(of: copy.log).contains("two processes use one node name and one gossip address"))
            for node in [copy, other] {
                try await waitUntil("EVENTS of \(node.sqlPort) tells of it") {
                    try await node.nameConflicts().count == 1
                }
                #expect(try await node.nameConflicts().first?.contains("the first keeps it") == true)
            }

            // It goes on asking whether the name is free, and changes nothing for the others.
            let (changes, counted) = (try await other.primaryChanges(), try await other.status("GOSSIP_NAME_CONFLICTS"))
            try await waitUntil("the copy has asked twice more") {
                try await other.status("GOSSIP_NAME_CONFLICTS") >= counted + 2
            }
            #expect(try await other.primaryChanges() == changes)
            #expect(try await other.members("role")["db1"] == "PRIMARY")
            #expect(try await copy.members("state")["db1"] == "FENCED")

            await cluster.sidecars[0].kill9()
            try await waitUntil("the copy has the name when the first is dead") {
                try await copy.members("state")["db1"] == "ONLINE"
            }
            await copy.remove()
        }
    }

    @Test func `one name at two addresses is told in EVENTS of both sides`() async throws {
        try await withCluster(nodes: 2) { cluster in
            let other = cluster.sidecars[1]
            try await waitUntil("the nodes know each other") {
                try await other.members("state") == ["db1": "ONLINE", "db2": "ONLINE"]
            }
            var configuration = cluster.sidecars[0].configuration
            configuration.sqlPort = try PortAllocator.allocate()
            configuration.gossipPort = try PortAllocator.allocate()
            let second = try PilotfishProcess(configuration)
            try await second.start()
            let addresses = [
                "127.0.0.1:\(cluster.sidecars[0].configuration.gossipPort)", "127.0.0.1:\(configuration.gossipPort)",
            ]
            for node in [second, other] {
                try await waitUntil("EVENTS of \(node.sqlPort) tells of it") {
                    try await node.nameConflicts().count == 1
                }
                let detail = try await node.nameConflicts().first ?? ""
                for address in addresses { #expect(detail.contains(address), "\(detail)") }
            }
            #expect(try await second.members("state")["db1"] == "FENCED")
            await second.remove()
        }
    }

    @Test func `the row of a node that was given another name is gone soon`() async throws {
        try await withCluster(nodes: 2) { cluster in
            let (stays, renamed) = (cluster.sidecars[0], cluster.sidecars[1])
            try await waitUntil("the nodes know each other") {
                try await stays.members("state") == ["db1": "ONLINE", "db2": "ONLINE"]
            }
            var configuration = renamed.configuration
            configuration.nodeName = "db9"
            try await renamed.replaceFile(configuration)
            await renamed.kill9()
            try await renamed.start()
            for node in [stays, renamed] {
                try await waitUntil("db2 is gone") {
                    try await node.members("state") == ["db1": "ONLINE", "db9": "ONLINE"]
                }
            }
        }
    }
}

extension PilotfishProcess {
    nonisolated func nameConflicts() async throws -> [String] {
        let result = try await ask("SELECT detail FROM cluster_schema.events WHERE type = 'NAME_CONFLICT'")
        return result.rows.map { ($0.first ?? nil) ?? "" }
    }

    nonisolated func primaryChanges() async throws -> Int {
        let result = try await ask("SELECT COUNT(*) FROM cluster_schema.events WHERE type = 'PRIMARY_CHANGED'")
        return result.rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? -1
    }
}
