import ClusterModel
import Gossip
import Testing

@Suite struct GossipCountersTests {
    @Test func `what is counted is told as a metric`() {
        let counters = GossipCounters()
        // Two are for tests alone.
        let untold: Set = ["membersRefused", "recordFetches"]
        let fields = Mirror(reflecting: counters).children.compactMap(\.label).filter { !untold.contains($0) }
        #expect(fields.count == counters.metrics.count)
        #expect(Set(counters.metrics.map(\.name)).count == fields.count)
    }
}
