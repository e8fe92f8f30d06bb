internal import ClusterModel
internal import Quorum
internal import Raft

/// What the peer's row of a store holds.
struct StoredPeer: Equatable {
    var membership: Membership
    /// Whose store it is.
    let member: MemberID
    var hardState = HardState()
    var snapshot: Snapshot?
    /// The entry before the first of the log.
    var base = EntryID.origin
    /// The last of the log.
    var last = EntryID.origin
    /// Rises with every write. Told to others, so that an old copy of the store that is put back is known for one.
    var generation: UInt64 = 0

    init(_ membership: Membership, of member: MemberID) {
        self.membership = membership
        self.member = member
    }
}
