import Gossip
import Testing

@testable import Simulator

@Suite("Members that are always late")
struct SlowMemberTests {
    private func cluster(seed: UInt64, lifeguard: GossipSettings.Lifeguard) -> GossipCluster {
        var settings = GossipSettings(clusterName: "orders")
        settings.lifeguard = lifeguard
        let cluster = GossipCluster(seed: seed, settings: settings)
        cluster.form(30)
        cluster.world.run(forMilliseconds: 2_000)
        for process in cluster.world.processes.suffix(2) { cluster.world.slow(process, .late) }
        return cluster
    }

    @Test("once they have said so they are left in peace, and what they say of others is no news", arguments: 1...5)
    func peace(seed: Int) {
        let cluster = cluster(seed: UInt64(seed), lifeguard: .all)
        cluster.world.run(forMilliseconds: 240_000)
        let before = cluster.statistics.suspicionEvents
        #expect(before > 0)
        cluster.world.run(forMilliseconds: 120_000)
        #expect(cluster.statistics.suspicionEvents == before)
    }

    @Test("without doubts they are in all mouths for ever")
    func talk() {
        let cluster = cluster(seed: 1, lifeguard: .all.subtracting(.doubt))
        cluster.world.run(forMilliseconds: 240_000)
        let before = cluster.statistics.suspicionEvents
        cluster.world.run(forMilliseconds: 120_000)
        #expect(cluster.statistics.suspicionEvents > before + 100)
    }

    @Test("one that dies is found dead all the same")
    func death() throws {
        let cluster = cluster(seed: 1, lifeguard: .all)
        cluster.world.run(forMilliseconds: 240_000)
        let late = try #require(cluster.running.last { $0.slowness != nil })
        cluster.crash(late)
        cluster.world.run(forMilliseconds: 40_000)
        #expect(cluster.statistics.detection.count == 29)
    }
}
