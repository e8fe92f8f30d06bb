import ClusterModel
import Testing

@testable import Gossip

@Suite struct GossipCountersTests {
    @Test func `what is counted is told as a metric`() {
        let counters = GossipCounters()
        let fields = Mirror(reflecting: counters).children
        #expect(fields.count == counters.metrics.count)
        #expect(Set(counters.metrics.map(\.name)).count == fields.count)
    }

    @Test func `members beyond the bound are not listed, and each news of them is counted`() throws {
        var settings = GossipSettings(clusterName: "orders")
        settings.maximumMembers = 3
        var driver = Driver(settings: settings)
        for id in [2, 3, 4, 5, 4] as [UInt64] {
            driver.hear([.claim(Sample.claim(id, .alive, 1, at: Sample.elsewhere))])
        }
        #expect(driver.liveness(2) == .alive)
        #expect(driver.liveness(4) == nil)
        let metrics = driver.node.counters.metrics
        #expect(metrics.first { $0.name == "GOSSIP_MEMBERS_REFUSED" }?.value == .counter(3))
    }
}
