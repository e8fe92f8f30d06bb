internal import Clocks
internal import ClusterModel
internal import Quorum
internal import Synchronization
internal import VirtualTables

/// This node's right to be written to as the primary, as the quorum last renewed it.
final class PrimaryLease: Sendable {
    private let right = Mutex<PrimaryRight?>(nil)

    /// It may have ended: the clock decides.
    var current: PrimaryRight? { right.withLock { $0 } }

    func set(_ right: PrimaryRight?) { self.right.withLock { $0 = right } }
}

extension QuorumSources {
    init(_ lease: PrimaryLease, _ board: ServiceBoard) {
        self.init(now: { Clocks.boot }, leaseEnds: { lease.current?.ends }, services: { board.rows })
    }
}
