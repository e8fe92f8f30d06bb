package import ClusterModel
package import Raft

/// What a member's store holds of its part in the quorum. Durable before anybody hears of it.
package enum StoredStage: Equatable, Sendable {
    case nothing
    case promised(Promise)
    case belongs(Membership)
}

/// Which peer of which quorum a member is.
package struct Membership: Equatable, Sendable {
    package let peer: PeerID
    package let quorum: QuorumID
    /// Nobody for one who joined later.
    package let founders: Configuration

    package init(peer: PeerID, quorum: QuorumID, founders: Configuration) {
        self.peer = peer
        self.quorum = quorum
        self.founders = founders
    }
}

/// What a member's store brings at its start.
package struct StoredQuorum: Sendable {
    package var stage: StoredStage
    package var hardState: HardState
    package var snapshot: Snapshot?
    package var base: EntryID
    package var entries: [LogEntry]
    /// How often the store was written.
    package var generation: UInt64

    package init(
        stage: StoredStage = .nothing,
        hardState: HardState = HardState(),
        snapshot: Snapshot? = nil,
        base: EntryID = .origin,
        entries: [LogEntry] = [],
        generation: UInt64 = 0
    ) {
        self.stage = stage
        self.hardState = hardState
        self.snapshot = snapshot
        self.base = base
        self.entries = entries
        self.generation = generation
    }
}
