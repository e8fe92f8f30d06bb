import MySQLClient
import TestServers
import Testing

// A quorum whose members are cut off, stopped and killed, while somebody writes through every sidecar. Never do two of
// them acknowledge in overlapping times.
extension NamespaceTests {
    /// nine tenths of the vote hold of the profile lan.
    private static let lease = Duration.milliseconds(1_350)

    @Test(arguments: [
        Parting(nodes: 3, alone: [0]), Parting(nodes: 3, alone: [0], witness: 2), Parting(nodes: 5, alone: [0, 1]),
    ])
    func `a primary that is cut off is closed when its lease ends, and another one acknowledges later alone`(
        parting: Parting
    ) async throws {
        try await withReign(nodes: parting.nodes, witness: parting.witness) { reign in
            let others = (0..<parting.nodes).filter { !parting.alone.contains($0) }
            try await reign.cluster.network.partition(parting.alone, others)
            let cut = ContinuousClock.now
            try await reign.waitUntilFenced(0)
            let successor = others[0]
            try await reign.promote(successor, for: others)
            try await reign.writers[successor].waitForAcknowledgements()
            try await reign.cluster.network.heal()
            for node in 0..<parting.nodes { try await reign.waitForReign(of: successor, epoch: 2, on: node) }
            try await reign.writers[successor].waitForAcknowledgements()

            let acknowledged = try await reign.stop()
            let last = try #require(acknowledged[0].map(\.sent).max())
            #expect(last - cut <= Self.lease, "closed by its own clock")
            for (node, list) in acknowledged.enumerated() where node != 0 && node != successor { #expect(list.isEmpty) }
            try reign.expectNoOverlap(acknowledged[0], acknowledged[successor])
        }
    }

    @Test func `a sidecar that was stopped passes on nothing when it goes on and another one is named`() async throws {
        try await withReign { reign in
            try await reign.cluster.sidecars[0].pause()
            for node in 1...2 {
                try await waitUntil("db1 is dead for db\(node + 1)") {
                    try await reign.cluster.sidecars[node].members("state", as: .quorumOperator)["db1"] == "DEAD"
                }
            }
            try await reign.promote(1, for: [1, 2])
            try await reign.writers[1].waitForAcknowledgements()
            await reign.cluster.sidecars[0].resume()
            try await reign.waitForReign(of: 1, epoch: 2, on: 0)
            try await reign.waitUntilFenced(0)
            try await reign.writers[1].waitForAcknowledgements()
            let acknowledged = try await reign.stop()
            try reign.expectNoOverlap(acknowledged[0], acknowledged[1])
            #expect(acknowledged[2].isEmpty)
        }
    }

    @Test func `a primary's sidecar that is stopped for a second, and one that is killed, goes on in the same epoch`()
        async throws
    {
        try await withReign { reign in
            let sidecar = reign.cluster.sidecars[0]
            for _ in 0..<3 {
                try await sidecar.pause()
                // The fault itself lasts so long.
                try await Task.sleep(for: .milliseconds(1_000))
                await sidecar.resume()
                try await reign.writers[0].waitForAcknowledgements()
            }
            await sidecar.kill9()
            try await sidecar.start()
            try await reign.writers[0].waitForAcknowledgements()
            for sidecar in reign.cluster.sidecars { await sidecar.kill9() }
            for sidecar in reign.cluster.sidecars { try await sidecar.start() }
            try await reign.writers[0].waitForAcknowledgements()
            for node in 0...2 { try await reign.waitForReign(of: 0, epoch: 1, on: node) }
            let acknowledged = try await reign.stop()
            #expect(acknowledged[1].isEmpty && acknowledged[2].isEmpty)
        }
    }

    @Test func `gossip's datagrams alone end no lease; streams alone do, for as long as they are lost`() async throws {
        try await withReign { reign in
            let primary = reign.cluster.sidecars[0]
            let before = try await primary.status("PROXY_ENDS_AT_GATE", as: .quorumOperator)
            try await reign.cluster.network.drop(.datagrams)
            // Longer than a lease, and than gossip takes to suspect and to condemn.
            try await waitUntil("gossip has noticed") {
                try await primary.status("GOSSIP_STREAMS_OUT", as: .quorumOperator) > 20
            }
            try await reign.writers[0].waitForAcknowledgements(500)
            #expect(try await primary.status("PROXY_ENDS_AT_GATE", as: .quorumOperator) == before)

            try await reign.cluster.network.drop(.streams)
            let cut = ContinuousClock.now
            try await reign.waitUntilFenced(0)
            let last = try #require(reign.writers[0].acknowledged.map(\.sent).max())
            #expect(last - cut <= Self.lease)
            try await reign.cluster.network.heal()
            try await reign.writers[0].waitForAcknowledgements()
            try await reign.waitForReign(of: 0, epoch: 1, on: 2)
            let acknowledged = try await reign.stop()
            #expect(acknowledged[1].isEmpty && acknowledged[2].isEmpty)
        }
    }
}

/// Who is cut off from whom.
struct Parting: Sendable {
    var nodes: Int
    var alone: [Int]
    var witness: Int?
}

/// A cluster with a quorum, db1 in office, and a writer on each node that has a server.
struct Reign {
    let cluster: NamespaceCluster
    let writers: [ReignWriter]

    func waitForReign(of node: Int, epoch: Int, on other: Int) async throws {
        let name = "db\(node + 1)"
        try await waitUntil("\(name) reigns for db\(other + 1)") {
            let primary = try await cluster.sidecars[other].ask(
                as: .quorumOperator,
                "SELECT member_name, epoch FROM cluster_schema.primary_member"
            )
            return primary.rows == [[name, "\(epoch)"]]
        }
    }

    func waitUntilFenced(_ node: Int) async throws {
        try await waitUntil("db\(node + 1) is read-only") {
            try await cluster.servers[node].value("SELECT @@read_only") == "1"
        }
    }

    /// As a DBA makes a replica primary whose primary is lost.
    func promote(_ node: Int, for members: [Int]) async throws {
        try await cluster.servers[node].execute("STOP SLAVE", "RESET SLAVE ALL", "SET GLOBAL read_only = 0")
        for member in members { try await waitForReign(of: node, epoch: 2, on: member) }
    }

    func stop() async throws -> [[ReignWriter.Acknowledgement]] {
        var all: [[ReignWriter.Acknowledgement]] = []
        for writer in writers { all.append(try await writer.stop()) }
        return all
    }

    /// All that the first has acknowledged had come before the other took anything.
    func expectNoOverlap(_ first: [ReignWriter.Acknowledgement], _ other: [ReignWriter.Acknowledgement]) throws {
        let last = try #require(first.map(\.came).max())
        let next = try #require(other.map(\.came).min())
        #expect(last < next)
    }
}

private func withReign(
    nodes: Int = 3,
    witness: Int? = nil,
    _ body: (Reign) async throws -> Void
) async throws {
    var plan = NamespaceCluster.Plan()
    plan.nodes = nodes
    plan.isFencing = true
    try await withNamespaceCluster(plan) { node, configuration in
        configuration.electionLines = ["voters: \(nodes)"]
        configuration.addQuorumOperator()
        configuration.isWitness = node == witness
    } _: { cluster in
        try await cluster.servers[0].execute(
            "CREATE TABLE app.reign (id BIGINT AUTO_INCREMENT PRIMARY KEY, node VARCHAR(10))",
            "CREATE USER 'writer'@'%' IDENTIFIED BY '\(Login.writer.password)'",
            "GRANT SELECT, INSERT ON app.* TO 'writer'@'%'"
        )
        for server in cluster.servers.dropFirst() { try await server.waitToCatchUp(with: cluster.servers[0]) }
        var reign = Reign(cluster: cluster, writers: [])
        for node in 0..<nodes { try await reign.waitForReign(of: 0, epoch: 1, on: node) }
        reign = Reign(cluster: cluster, writers: cluster.sidecars.map { ReignWriter.start(at: $0) })
        try await reign.writers[0].waitForAcknowledgements()
        do {
            try await body(reign)
        } catch {
            _ = try? await reign.stop()
            throw error
        }
    }
}
