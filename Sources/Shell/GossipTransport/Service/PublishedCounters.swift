internal import Gossip
internal import Synchronization

/// What gossip has counted, as its loop has last told it: read without a turn on that loop.
final class PublishedCounters: Sendable {
    private let counters = Mutex(GossipCounters())

    var current: GossipCounters { counters.withLock { $0 } }

    func publish(_ counters: GossipCounters) { self.counters.withLock { $0 = counters } }
}
