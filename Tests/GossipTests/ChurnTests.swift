import ClusterModel
import Testing

@testable import Gossip

/// Random faults for two virtual minutes, then quiet: the views must agree, and some things must hold all the time.
@Suite("Faults at random")
struct ChurnTests {
    private static let size = 5

    @Test("after two minutes of faults all agree within 40 s of quiet; records never go back", arguments: 0..<12)
    func churn(seed: UInt64) throws {
        let cluster = VirtualCluster(seed: 1_000 + seed)
        try #require(cluster.startWhole(Self.size))
        var choice = SeededGenerator(seed: seed)
        var record: UInt8 = 0

        for _ in 0..<60 {
            fault(in: cluster, using: &choice, record: &record)
            var seen: [String: RecordStamp] = [:]
            let end = cluster.now.adding(milliseconds: Int.random(in: 0...4_000, using: &choice))
            while cluster.now < end {
                cluster.run(forMilliseconds: 100)
                check(cluster, &seen)
            }
        }

        cluster.network = VirtualCluster.Network()
        for process in cluster.running where process.isPaused { cluster.resume(process) }
        for number in 1...Self.size where !cluster.running.contains(where: { $0.node.id == VirtualCluster.id(number) })
        {
            cluster.start(number, seeds: [1, 2, 3])
        }
        let calmed = cluster.time(withinMilliseconds: 40_000) { cluster.isWhole }
        #expect(calmed != nil)
        // And it stays so.
        let deaths = cluster.running.map(\.node.counters.deaths)
        cluster.run(forMilliseconds: 30_000)
        #expect(cluster.isWhole)
        #expect(cluster.running.map(\.node.counters.deaths) == deaths)
    }

    private func fault(in cluster: VirtualCluster, using choice: inout SeededGenerator, record: inout UInt8) {
        let victim = cluster.running.randomElement(using: &choice)
        switch Int.random(in: 0..<9, using: &choice) {
        case 0: if let victim, cluster.running.count > 1 { cluster.kill(victim) }
        case 1, 2:
            let number = Int.random(in: 1...Self.size, using: &choice)
            cluster.start(number, seeds: [1, 2, 3], record: [record])
        case 3: if let victim { cluster.pause(victim) }
        case 4: for process in cluster.running where process.isPaused { cluster.resume(process) }
        case 5: cluster.network.loss = [0, 0.05, 0.3].randomElement(using: &choice) ?? 0
        case 6:
            let side = Set((1...Self.size).filter { _ in Bool.random(using: &choice) }.map(VirtualCluster.address))
            cluster.network.isCut = { side.contains($0) != side.contains($1) }
        case 7: cluster.network.isCut = { _, _ in false }
        default:
            record &+= 1
            if let victim, !victim.isPaused {
                cluster.send(.localRecordChanged([record, 1], .urgent), to: victim)
            }
        }
    }

    /// What must hold on every node at any time.
    private func check(_ cluster: VirtualCluster, _ seen: inout [String: RecordStamp]) {
        #expect(cluster.largestDatagram <= GossipSettings(clusterName: "").datagramBudget)
        for process in cluster.running {
            let members = process.node.members(now: cluster.now)
            #expect(Set(members.map(\.id)).count == members.count)
            #expect(process.node.counters.queueLength <= 2 * members.count)
            #expect(process.node.streams.count < 100)
            for member in members.dropFirst() {
                guard let stamp = member.record?.stamp else { continue }
                let key = "\(process.address) \(process.node.local.claim.bootID) \(member.id)"
                if let before = seen[key] { #expect(before <= stamp) }
                seen[key] = stamp
            }
        }
    }
}
