import TestServers
import Testing

/// Nodes that should find each other and cannot, by a mistake in a configuration: both sides say what is most likely.
@Suite struct StrangerTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Changes the configuration of the one that does not get in.
        let make: @Sendable (inout SidecarConfiguration, _ otherKey: String) -> Void
        /// What the node that it speaks to says.
        let toldThere: String?
        /// What it says itself of its seed.
        let toldHere: String
    }

    static let mistakes = [
        Mistake(
            testDescription: "another key",
            make: { $0.gossipLines = ["key_file: \($1)"] },
            toldThere: "sealed with a key that this node does not have",
            toldHere: "closed without an answer"
        ),
        Mistake(
            testDescription: "no key",
            make: { configuration, _ in configuration.gossipLines = [] },
            toldThere: nil,
            toldHere: "no seed has answered"
        ),
        Mistake(
            testDescription: "another cluster's name under the same key",
            make: { configuration, _ in configuration.cluster = "other" },
            toldThere: "for another cluster",
            toldHere: "closed without an answer"
        ),
        Mistake(
            testDescription: "a seed where nobody listens",
            make: { configuration, _ in configuration.seeds = [1] },
            toldThere: nil,
            toldHere: "127.0.0.1:1: Connection refused"
        ),
    ]

    @Test(arguments: mistakes)
    func `what keeps a node out is in the log of both sides`(mistake: Mistake) async throws {
        let folder = try TemporaryRoot.makeDirectory("keys")
        defer { removeTree(folder) }
        for name in ["ours", "other"] {
            try write(try await PilotfishProcess.run(["keygen"]).output, to: "\(folder)/\(name)")
        }
        try await withCluster(nodes: 1) { _, configuration in
            configuration.gossipLines = ["key_file: \(folder)/ours"]
        } _: { cluster in
            let node = cluster.sidecars[0]
            var configuration = node.configuration
            configuration.nodeName = "db2"
            configuration.sqlPort = try PortAllocator.allocate()
            configuration.gossipPort = try PortAllocator.allocate()
            configuration.seeds = [node.configuration.gossipPort]
            mistake.make(&configuration, "\(folder)/other")
            let stranger = try PilotfishProcess(configuration)
            try await stranger.start()
            try await waitUntil("the stranger says that it is alone, and why") {
                let log = try contents(of: stranger.log)
                return log.contains("no seed has answered") && log.contains(mistake.toldHere)
            }
            if let told = mistake.toldThere {
                try await waitUntil("the node says what came") { try contents(of: node.log).contains(told) }
            }
            #expect(try await node.members("state") == ["db1": "ONLINE"])
            let key = try contents(of: "\(folder)/ours").split(separator: "\n").last.map(String.init) ?? ""
            #expect(!(try contents(of: node.log) + contents(of: stranger.log)).contains(key))
            await stranger.remove()
        }
    }
}
