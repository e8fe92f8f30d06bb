import ClusterModel
import Testing

@testable import Gossip

@Suite("Who is called dead by others")
struct HearsayTests {
    @Test("nobody is dead by hearsay who was not suspected here for half of the shortest suspicion")
    func suspectFirst() {
        var driver = Driver()
        let dead = Datagram.Item.claim(Sample.claim(2, .dead, 1, at: Sample.elsewhere))
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        driver.hear([dead], header: Sample.header(sender: 3))
        #expect(driver.liveness(2) == .suspect)
        // The same packet once more is no better reason.
        driver.advance(milliseconds: 900)
        driver.hear([dead], header: Sample.header(sender: 3))
        #expect(driver.liveness(2) == .suspect)
        driver.advance(milliseconds: 200)
        driver.hear([dead], header: Sample.header(sender: 3))
        #expect(driver.liveness(2) == .dead)
    }

    @Test("a suspicion of an earlier incarnation is not the one that was refuted in vain")
    func laterIncarnation() {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        driver.hear([.claim(Sample.claim(2, .suspect, 1, at: Sample.elsewhere))], header: Sample.header(sender: 3))
        driver.advance(milliseconds: 1_500)
        driver.hear([.claim(Sample.claim(2, .dead, 2, at: Sample.elsewhere))], header: Sample.header(sender: 3))
        #expect(driver.liveness(2) == .suspect)
    }

    /// Found in network namespaces: the one that was alone still told of the deaths when the partition ended.
    @Test("a partition that ends when one side has just given up the other kills nobody on it", arguments: 0..<60)
    func partitionEndsAtTheVerdict(seed: UInt64) throws {
        let cluster = VirtualCluster(seed: 4_000 + seed)
        try #require(cluster.startWhole(3))
        cluster.run(forMilliseconds: Int(seed) * 41)
        let alone = VirtualCluster.address(1)
        cluster.network.isCut = { ($0 == alone) != ($1 == alone) }
        let others = Array(cluster.processes[1...])
        try #require(
            cluster.run(forMilliseconds: 20_000) {
                others.allSatisfy { cluster.liveness(of: $0.node.id, by: cluster.processes[0]) == .dead }
            }
        )
        cluster.network.isCut = { _, _ in false }
        cluster.run(forMilliseconds: 20_000)
        #expect(cluster.isWhole)
        for (one, other) in [(others[0], others[1]), (others[1], others[0])] {
            let deaths = one.notices.filter { notice in
                if case .memberChanged(other.node.id, _, .dead, _) = notice { return true }
                return false
            }
            #expect(deaths.isEmpty)
        }
    }
}
