internal import Clocks
package import ClusterModel
internal import Metrics
internal import Synchronization

/// Where the gate is, for all event loops: looked at for each batch of bytes between a client and the node's own mysqld, in
/// both directions.
///
/// What closes it in time is the clock: nobody has to be told that a lease has ended.
package final class WriteGate: Sendable {
    /// When it closes, in nanoseconds of `BootTime`: the last moment there is for a gate that is free, zero for a closed one.
    private let end: Atomic<UInt64>
    private let place: Mutex<GatePosition>

    package init(_ position: GatePosition = .free) {
        end = Atomic(position.end)
        place = Mutex(position)
    }

    package func move(to position: GatePosition) {
        // In this order and under the lock: who finds it closed finds why.
        place.withLock {
            $0 = position
            end.store(position.end, ordering: .sequentiallyConsistent)
        }
    }

    /// A free one does not look at the clock.
    var isOpen: Bool {
        let end = end.load(ordering: .acquiring)
        return end == .max || Clocks.boot.nanoseconds < end
    }

    /// Nil while it is open.
    var closedReason: GatePosition.Reason? {
        guard !isOpen else { return nil }
        return switch place.withLock({ $0 }) {
        case .closed(let reason): reason
        case .until: .leaseEnded
        // It was opened just now.
        case .free: nil
        }
    }

    package var position: GatePosition { place.withLock { $0 } }
}

extension WriteGate: MetricSource {
    package var metrics: [Metric] {
        let text =
            switch position {
            case .free: "FREE"
            case .until: isOpen ? "OPEN" : "CLOSED"
            case .closed: "CLOSED"
            }
        return [
            .text(
                "PROXY_GATE",
                text,
                "Whether clients reach mysqld: FREE where nothing decides about it or mysqld is read-only, OPEN while the lease as primary lasts, or CLOSED."
            )
        ]
    }
}

extension GatePosition {
    fileprivate var end: UInt64 {
        switch self {
        case .free: .max
        case .until(let end): end.nanoseconds
        case .closed: 0
        }
    }
}
