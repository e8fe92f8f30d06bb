import ClusterModel
import Testing

@testable import Gossip

@Suite("A node that was given another name")
struct RenamedMemberTests {
    @Test(
        "its old name is gone everywhere soon after its death, or farewell, and is not learned again",
        arguments: [false, true]
    )
    func renamed(saysFarewell: Bool) {
        let cluster = VirtualCluster(seed: 7)
        #expect(cluster.startWhole(4))
        let old = cluster.processes[1]
        if saysFarewell {
            cluster.send(.leave, to: old)
            #expect(cluster.run(forMilliseconds: 5_000) { old.hasLeft })
        }
        cluster.start(9, at: old.address, seeds: [1, 3])
        let isGone = cluster.run(forMilliseconds: 20_000) {
            cluster.isWhole && cluster.running.allSatisfy { cluster.view(of: old.node.id, by: $0) == nil }
        }
        #expect(isGone)
        cluster.run(forMilliseconds: 60_000)
        for process in cluster.running { #expect(cluster.view(of: old.node.id, by: process) == nil) }
    }

    @Test("who died at an address that nobody else has stays")
    func others() {
        let cluster = VirtualCluster(seed: 8)
        #expect(cluster.startWhole(4))
        let dead = cluster.processes[1]
        cluster.kill(dead)
        cluster.start(9, seeds: [1, 3])
        cluster.run(forMilliseconds: 30_000)
        for process in cluster.running { #expect(cluster.liveness(of: dead.node.id, by: process) == .dead) }
    }
}
