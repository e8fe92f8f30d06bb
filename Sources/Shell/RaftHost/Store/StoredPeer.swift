package import ClusterModel
package import Raft

/// Whose a store is. Drawn when it is made, and never changed.
package struct StoreIdentity: Hashable, Sendable {
    package var peer: PeerID
    package var quorum: QuorumID
    package var member: MemberID

    package init(peer: PeerID, quorum: QuorumID, member: MemberID) {
        self.peer = peer
        self.quorum = quorum
        self.member = member
    }
}

/// What a peer's store holds, but for the log.
package struct StoredPeer: Equatable, Sendable {
    package var identity: StoreIdentity
    /// Who took part before the log began.
    package var founders: Configuration
    package var hardState = HardState()
    package var snapshot: Snapshot?
    /// The entry before the first of the log.
    package var base = EntryID.origin
    /// The last of the log.
    package var last = EntryID.origin
    /// Rises with every write. Told to others, so that an old copy of the store that is put back is known for one.
    package var generation: UInt64 = 0

    package init(identity: StoreIdentity, founders: Configuration) {
        self.identity = identity
        self.founders = founders
    }
}
