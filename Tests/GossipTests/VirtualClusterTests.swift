import ClusterModel
import Testing

@testable import Gossip

@Suite("Whole clusters on virtual time")
struct VirtualClusterTests {
    @Test("everyone knows everyone soon after the start", arguments: [(3, 2_000), (10, 5_000), (50, 15_000)])
    func formation(count: Int, limit: Int) throws {
        let cluster = VirtualCluster(seed: 1)
        #expect(cluster.startWhole(count, withinMilliseconds: limit))
    }

    @Test("of three members a killed one is dead for the others within 4 s, whatever the moment", arguments: 0..<60)
    func detectionOfThree(seed: UInt64) throws {
        let cluster = VirtualCluster(seed: seed)
        try #require(cluster.startWhole(3))
        cluster.run(forMilliseconds: Int(seed) * 37)
        let victim = cluster.processes[Int(seed) % 3]
        cluster.kill(victim)
        let time = cluster.time(withinMilliseconds: 4_000) {
            cluster.running.allSatisfy { cluster.liveness(of: victim.node.id, by: $0) == .dead }
        }
        #expect(time != nil)
    }

    @Test("a killed one of many is dead for all soon", arguments: [(10, 10_000), (50, 12_000)])
    func detectionOfMany(count: Int, limit: Int) throws {
        let cluster = VirtualCluster(seed: 7)
        try #require(cluster.startWhole(count))
        let victim = cluster.processes[count / 2]
        cluster.kill(victim)
        let time = cluster.time(withinMilliseconds: limit) {
            cluster.running.allSatisfy { cluster.liveness(of: victim.node.id, by: $0) == .dead }
        }
        #expect(time != nil)
        #expect(cluster.running.count == count - 1)
    }

    @Test("a restarted member is alive for all within 2 s, before and after it was found dead", arguments: 0..<20)
    func restart(seed: UInt64) throws {
        let cluster = VirtualCluster(seed: 100 + seed)
        try #require(cluster.startWhole(3))
        cluster.send(.localRecordChanged([9, 9], .urgent), to: cluster.processes[0])
        cluster.run(forMilliseconds: 500)
        cluster.kill(cluster.processes[0])
        cluster.run(forMilliseconds: Int(seed) * 400)
        cluster.start(1, seeds: [2, 3], record: [7])
        #expect(cluster.run(forMilliseconds: 2_000) { cluster.isWhole })
        #expect(cluster.view(of: VirtualCluster.id(1), by: cluster.processes[1])?.record?.bytes == [7])
    }

    @Test("a member that restarts at another address is taken in once its former life is dead")
    func moved() throws {
        let cluster = VirtualCluster(seed: 5)
        try #require(cluster.startWhole(3))
        cluster.kill(cluster.processes[0])
        cluster.start(1, at: HostPort(host: "10.0.9.9", port: 1), seeds: [2, 3])
        #expect(cluster.run(forMilliseconds: 10_000) { cluster.isWhole })
        #expect(cluster.view(of: VirtualCluster.id(1), by: cluster.processes[2])?.address.host == "10.0.9.9")
    }

    @Test("an urgent record change is known to all within 1 s", arguments: [3, 10, 50])
    func urgentRecord(count: Int) throws {
        let cluster = VirtualCluster(seed: 11)
        try #require(cluster.startWhole(count))
        cluster.run(forMilliseconds: 5_000)
        cluster.send(.localRecordChanged([1, 2, 3], .urgent), to: cluster.processes[1])
        #expect(cluster.run(forMilliseconds: 1_000) { cluster.isWhole })
    }

    @Test("a record of 60,000 bytes is fetched by all within 2 s, and no datagram exceeds its bound")
    func longRecord() throws {
        let cluster = VirtualCluster(seed: 12)
        try #require(cluster.startWhole(10))
        let long = cluster.random.bytes(60_000)
        cluster.send(.localRecordChanged(long, .urgent), to: cluster.processes[4])
        #expect(cluster.run(forMilliseconds: 2_000) { cluster.isWhole })
        #expect(cluster.largestDatagram <= 1_336)
    }

    @Test("load rides along: three members see a routine change within 3 s without packets of its own")
    func routineRecord() throws {
        let cluster = VirtualCluster(seed: 13)
        try #require(cluster.startWhole(3))
        cluster.run(forMilliseconds: 5_000)
        let before = cluster.datagramsSent
        cluster.send(.localRecordChanged([42], .routine), to: cluster.processes[0])
        #expect(cluster.run(forMilliseconds: 3_000) { cluster.isWhole })
        cluster.run(forMilliseconds: 3_000)
        // Two packets a probe, two probes a second, three members; nothing on top.
        #expect(cluster.datagramsSent - before <= 2 * 2 * 6 * 3 + 6)
    }

    @Test("loss of one packet in ten kills nobody", arguments: [3, 10])
    func loss(count: Int) throws {
        let cluster = VirtualCluster(seed: 17)
        try #require(cluster.startWhole(count))
        cluster.network.loss = 0.1
        cluster.run(forMilliseconds: 120_000)
        let deaths = cluster.processes.reduce(0) { $0 + $1.node.counters.deaths }
        #expect(deaths == 0)
        #expect(cluster.processes.contains { $0.node.counters.indirectProbes > 0 })
        cluster.network.loss = 0
        #expect(cluster.run(forMilliseconds: 30_000) { cluster.isWhole })
    }

    @Test("where only streams pass, nobody dies and the loss is reported")
    func streamsOnly() throws {
        let cluster = VirtualCluster(seed: 18)
        try #require(cluster.startWhole(3))
        cluster.network.losesAllDatagrams = true
        cluster.run(forMilliseconds: 20_000)
        #expect(cluster.processes.allSatisfy { $0.node.counters.deaths == 0 })
        #expect(cluster.processes[0].notices.contains(.datagramsLost(VirtualCluster.id(2))))
    }

    @Test("a partition is seen on both sides and heals by itself", arguments: 0..<5)
    func partition(seed: UInt64) throws {
        let cluster = VirtualCluster(seed: 200 + seed)
        try #require(cluster.startWhole(3))
        let alone = VirtualCluster.address(1)
        cluster.network.isCut = { ($0 == alone) != ($1 == alone) }
        #expect(
            cluster.run(forMilliseconds: 10_000) {
                cluster.liveness(of: VirtualCluster.id(1), by: cluster.processes[1]) == .dead
                    && cluster.liveness(of: VirtualCluster.id(1), by: cluster.processes[2]) == .dead
                    && cluster.liveness(of: VirtualCluster.id(2), by: cluster.processes[0]) == .dead
                    && cluster.liveness(of: VirtualCluster.id(3), by: cluster.processes[0]) == .dead
            }
        )
        cluster.run(forMilliseconds: 60_000)
        cluster.send(.localRecordChanged([5, 5], .urgent), to: cluster.processes[0])
        cluster.network.isCut = { _, _ in false }
        #expect(cluster.run(forMilliseconds: 15_000) { cluster.isWhole })
    }

    @Test("one direction cut between two of three: the third vouches, nobody dies")
    func oneWay() throws {
        let cluster = VirtualCluster(seed: 19)
        try #require(cluster.startWhole(3))
        let (one, two) = (VirtualCluster.address(1), VirtualCluster.address(2))
        cluster.network.isCut = { $0 == one && $1 == two }
        cluster.run(forMilliseconds: 30_000)
        #expect(cluster.processes.allSatisfy { $0.node.counters.deaths == 0 })
    }

    @Test("a paused process is dead for the others, condemns nobody when it wakes, and is back at once")
    func pause() throws {
        let cluster = VirtualCluster(seed: 20)
        try #require(cluster.startWhole(3))
        let sleeper = cluster.processes[0]
        cluster.pause(sleeper)
        cluster.run(forMilliseconds: 30_000)
        #expect(cluster.liveness(of: sleeper.node.id, by: cluster.processes[1]) == .dead)
        cluster.resume(sleeper)
        #expect(cluster.run(forMilliseconds: 3_000) { cluster.isWhole })
        #expect(sleeper.node.counters.deaths == 0)
        #expect(sleeper.node.counters.stalls >= 1)
        #expect(sleeper.node.counters.refutations >= 1)
    }

    @Test("who leaves is shown as left, not dead, and may come back")
    func leave() throws {
        let cluster = VirtualCluster(seed: 21)
        try #require(cluster.startWhole(3))
        let leaver = cluster.processes[2]
        cluster.send(.leave, to: leaver)
        #expect(cluster.run(forMilliseconds: 2_000) { leaver.hasLeft })
        cluster.kill(leaver)
        #expect(
            cluster.run(forMilliseconds: 500) {
                cluster.running.allSatisfy { cluster.liveness(of: leaver.node.id, by: $0) == .left }
            }
        )
        cluster.run(forMilliseconds: 20_000)
        #expect(cluster.running.allSatisfy { cluster.liveness(of: leaver.node.id, by: $0) == .left })
        cluster.start(3, seeds: [1])
        #expect(cluster.run(forMilliseconds: 2_000) { cluster.isWhole })
    }

    @Test("a member alone leaves at once")
    func leaveAlone() {
        let cluster = VirtualCluster(seed: 22)
        let only = cluster.start(1)
        cluster.send(.leave, to: only)
        #expect(only.hasLeft)
    }

    @Test("seeds that are all down at first are tried until one answers")
    func lateSeeds() {
        let cluster = VirtualCluster(seed: 23)
        let first = cluster.start(1, seeds: [2, 3])
        cluster.run(forMilliseconds: 20_000)
        #expect(!first.node.hasJoined)
        cluster.start(2, seeds: [1])
        #expect(cluster.run(forMilliseconds: 2_000) { cluster.isWhole && first.node.hasJoined })
    }

    @Test("a second living process of one name is refused, reported, and never makes the first one flap")
    func nameConflict() throws {
        let cluster = VirtualCluster(seed: 24)
        try #require(cluster.startWhole(3))
        let first = cluster.processes[0]
        let incarnation = first.node.local.claim.incarnation
        let second = cluster.start(1, at: HostPort(host: "10.0.7.7", port: 6307), seeds: [1, 2, 3])
        cluster.run(forMilliseconds: 30_000)
        for observer in cluster.processes[1...2] {
            let seen = cluster.view(of: VirtualCluster.id(1), by: observer)
            #expect(seen?.address == first.address)
            #expect(seen?.liveness == .alive)
        }
        #expect(first.node.local.claim.incarnation == incarnation)
        #expect(!second.node.hasJoined)
        let conflict = GossipNotice.nameConflict(
            VirtualCluster.id(1),
            kept: first.address,
            refused: second.address
        )
        #expect(second.notices.contains(conflict))
        #expect(cluster.processes[1].notices.filter { $0 == conflict }.count == 1)

        cluster.kill(first)
        #expect(
            cluster.run(forMilliseconds: 10_000) {
                cluster.view(of: VirtualCluster.id(1), by: cluster.processes[1])?.address == second.address
            }
        )
        #expect(second.notices.contains(.nameReclaimed))
    }

    @Test("one name on both sides of a healed partition: both views stay stable")
    func nameConflictAfterPartition() throws {
        let cluster = VirtualCluster(seed: 25)
        try #require(cluster.startWhole(4))
        let left: Set<HostPort> = [VirtualCluster.address(1), VirtualCluster.address(2)]
        cluster.network.isCut = { left.contains($0) != left.contains($1) }
        cluster.run(forMilliseconds: 10_000)
        let twin = cluster.start(1, at: HostPort(host: "10.0.7.7", port: 6307), seeds: [3, 4])
        cluster.run(forMilliseconds: 10_000)
        #expect(twin.node.hasJoined)
        cluster.network.isCut = { _, _ in false }
        cluster.run(forMilliseconds: 60_000)
        let before = cluster.processes.map(\.node.local.claim.incarnation)
        let versions = cluster.processes.map(\.node.local.record.stamp.version)
        cluster.run(forMilliseconds: 120_000)
        #expect(cluster.processes.map(\.node.local.claim.incarnation) == before)
        #expect(cluster.processes.map(\.node.local.record.stamp.version) == versions)
        #expect(cluster.processes.contains { $0.node.counters.nameConflicts > 0 })
    }

    @Test("the dead are forgotten everywhere after their time, and not brought back by those who forget later")
    func forgetting() throws {
        var settings = GossipSettings(clusterName: "orders")
        settings.forgetAfterMilliseconds = 60_000
        settings.pushPullIntervalMilliseconds = 2_000
        let cluster = VirtualCluster(seed: 26, settings: settings)
        try #require(cluster.startWhole(4))
        let victim = cluster.processes[3]
        cluster.kill(victim)
        cluster.run(forMilliseconds: 50_000)
        #expect(cluster.running.allSatisfy { cluster.liveness(of: victim.node.id, by: $0) == .dead })
        cluster.run(forMilliseconds: 30_000)
        #expect(cluster.running.allSatisfy { cluster.liveness(of: victim.node.id, by: $0) == nil })
        cluster.run(forMilliseconds: 120_000)
        #expect(cluster.running.allSatisfy { cluster.liveness(of: victim.node.id, by: $0) == nil })
    }

    @Test("the same seed gives the same run")
    func repeatable() {
        func run() -> [GossipCounters] {
            let cluster = VirtualCluster(seed: 27)
            cluster.network.loss = 0.05
            for number in 1...8 { cluster.start(number, seeds: [1, 2]) }
            cluster.run(forMilliseconds: 20_000)
            return cluster.processes.map(\.node.counters)
        }
        #expect(run() == run())
    }
}
