import ClusterModel
import Testing

@testable import Proxy

@Suite struct LoopCountersTests {
    @Test(arguments: ProxyCounter.allCases)
    func `each counter has a row of its own`(counter: ProxyCounter) {
        let counters = LoopCounters()
        let before = counters.metrics
        counters.add(7, to: counter)
        let changed = zip(before, counters.metrics).filter { $0.0 != $0.1 }
        #expect(changed.map { "\($0.0.name) \($0.0.value) \($0.1.value)" } == ["\(counter.metric(0).name) 0 7"])
        #expect(counters[counter] == 7)
    }

    @Test func `all loops are told as one`() {
        let counters = ProxyCounters(loopCount: 3)
        for (number, loop) in counters.loops.enumerated() {
            for counter in ProxyCounter.allCases { loop.add(number + counter.rawValue, to: counter) }
        }
        let numbers = ProxyCounter.allCases.map { 3 + 3 * $0.rawValue }
        #expect(counters.metrics.map { "\($0.value)" } == numbers.map { "\($0)" })
    }
}
