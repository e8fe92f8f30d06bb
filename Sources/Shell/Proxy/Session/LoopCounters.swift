internal import ClusterModel
internal import Metrics

/// What one event loop counts: written by its thread alone, read by any.
final class LoopCounters: Sendable {
    /// By the number of the `ProxyCounter`; with room for a few more.
    private let counters = InlineArray<16, Counter> { _ in Counter() }
    /// A cache line's worth, so that the counters of two loops never share one.
    private let distance = InlineArray<8, Int>(repeating: 0)

    /// One instruction where the counter is known, as it is everywhere.
    func add(_ amount: Int, to counter: ProxyCounter) { counters[counter.rawValue].add(amount) }

    func count(_ counter: ProxyCounter) { add(1, to: counter) }

    subscript(counter: ProxyCounter) -> Int { counters[counter.rawValue].current }

    /// All of them.
    var metrics: [Metric] { ProxyCounter.allCases.map { $0.metric(self[$0]) } }
}
