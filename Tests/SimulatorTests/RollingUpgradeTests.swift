import ClusterModel
import Gossip
import Testing

@testable import Simulator

@Suite("Rolling upgrades")
struct RollingUpgradeTests {
    private let old = ProtocolVersions(1...1)
    private let both = ProtocolVersions(1...2)

    private func cluster(seed: UInt64, loss: Double) -> GossipCluster {
        let cluster = GossipCluster(seed: seed, settings: GossipSettings(clusterName: "orders"))
        cluster.world.network.loss = loss
        return cluster
    }

    private func agree(_ cluster: GossipCluster) -> Bool {
        cluster.world.time(withinMilliseconds: 60_000, stepMilliseconds: 100) { cluster.disagreement() == nil } != nil
    }

    @Test(
        "member after member restarts with a new version: nobody is lost, the old one is spoken until the last",
        arguments: UInt64(0)..<20
    )
    func upgrade(seed: UInt64) throws {
        let cluster = cluster(seed: seed, loss: seed.isMultiple(of: 2) ? 0 : 0.02)
        cluster.versions = [old]
        for number in 1...5 { cluster.start(number) }
        try #require(agree(cluster))
        cluster.versions = [both]
        for number in 1...5 {
            let leaving = try #require(cluster.process(number))
            cluster.world.send(.leave, to: leaving)
            cluster.world.run(forMilliseconds: 2500)
            if leaving.condition != .crashed { cluster.crash(leaving) }
            cluster.start(number)
            #expect(agree(cluster), "--seed \(seed), after member \(number)")
            let spoken = Set(cluster.running.map(\.node.core.clusterVersion))
            #expect(spoken == (number < 5 ? [1] : [2]))
            // Packets in both directions, between old and new.
            cluster.world.run(forMilliseconds: 5000)
        }
        #expect(cluster.statistics.falsePositives == 0)
        #expect(cluster.invariants?.violation == nil)
        #expect(cluster.running.allSatisfy { $0.node.core.counters.unsupportedVersion == 0 })
        #expect(cluster.running.allSatisfy { $0.node.core.counters.decodeFailures == 0 })
    }

    @Test("an old member joins a cluster that speaks the new version, and that speaks the old one again")
    func downgrade() throws {
        let cluster = cluster(seed: 5, loss: 0)
        cluster.versions = [both]
        for number in 1...4 { cluster.start(number) }
        try #require(agree(cluster))
        #expect(Set(cluster.running.map(\.node.core.clusterVersion)) == [2])
        cluster.versions = [old]
        cluster.start(5)
        #expect(agree(cluster))
        #expect(Set(cluster.running.map(\.node.core.clusterVersion)) == [1])
        // Cut off, taken for dead and back: the others have gone on to the new version meanwhile.
        cluster.world.network.sides = [0, 0, 0, 0, 1]
        cluster.world.run(forMilliseconds: 30_000)
        #expect(cluster.process(1)?.node.core.clusterVersion == 2)
        cluster.world.network.sides = []
        #expect(agree(cluster))
        #expect(Set(cluster.running.map(\.node.core.clusterVersion)) == [1])
    }

    @Test("whoever was cut off while all others went back to the old version is found again, though no seed knows it")
    func changedBehindOnesBack() throws {
        let cluster = cluster(seed: 7, loss: 0)
        cluster.versions = [both]
        for number in 1...4 { cluster.start(number) }
        try #require(agree(cluster))
        cluster.world.network.sides = [0, 0, 0, 1]
        cluster.world.run(forMilliseconds: 20_000)
        cluster.versions = [old]
        for number in 1...3 {
            cluster.crash(try #require(cluster.process(number)))
            cluster.start(number)
        }
        cluster.world.run(forMilliseconds: 10_000)
        #expect(cluster.process(4)?.node.core.clusterVersion == 2)
        cluster.world.network.sides = []
        #expect(agree(cluster))
        #expect(Set(cluster.running.map(\.node.core.clusterVersion)) == [1])
    }

    @Test("a member without a version of the cluster's stays outside, and both sides count it")
    func incompatible() throws {
        let cluster = cluster(seed: 6, loss: 0)
        cluster.versions = [both]
        for number in 1...3 { cluster.start(number) }
        try #require(agree(cluster))
        cluster.versions = [ProtocolVersions(3...4)]
        let stranger = cluster.start(4)
        cluster.world.run(forMilliseconds: 30_000)
        #expect(stranger.node.core.memberCount == 0)
        #expect(stranger.node.core.counters.unsupportedVersion > 0)
        for process in cluster.running where process !== stranger {
            #expect(process.node.core.presentCount == 2)
            #expect(process.node.core.counters.unsupportedVersion > 0)
        }
    }
}
