import ClusterModel
import Testing

@testable import Gossip

@Suite("Seeds that come late")
struct SilentSeedTests {
    /// Found in network namespaces: drawn anew each time, a seed's turn could be minutes away.
    @Test("each silent seed has its turn, also beside seeds that never come", arguments: 0..<60)
    func turns(seed: UInt64) throws {
        let cluster = VirtualCluster(seed: 5_000 + seed)
        cluster.start(2, seeds: [1, 3, 8, 9])
        cluster.run(forMilliseconds: 5_000)
        cluster.start(1)
        try #require(cluster.run(forMilliseconds: 3_000) { cluster.isWhole })
        cluster.start(3)
        // Three seeds are silent, one is tried after at most 6.25 s, and news need a moment.
        #expect(cluster.run(forMilliseconds: 3 * 6_250 + 2_000) { cluster.isWhole })
    }
}
