package import ClusterModel

/// A member as gossip knows it; the record's meaning is for others to decode.
package struct GossipMember: Hashable, Sendable {
    package var id: MemberID
    package var bootID: BootID
    package var liveness: Liveness
    package var incarnation: Incarnation
    /// When a packet of its own last came in; for the local member, now.
    package var lastHeard: MonotonicTime
    /// Where it receives gossip.
    package var address: HostPort
    /// Nil until its record has arrived.
    package var record: VersionedRecord?
    /// Another living process has the name; of the local member alone.
    package var isDisplaced: Bool

    package init(
        id: MemberID,
        bootID: BootID,
        liveness: Liveness,
        incarnation: Incarnation,
        lastHeard: MonotonicTime,
        address: HostPort,
        record: VersionedRecord?,
        isDisplaced: Bool = false
    ) {
        self.id = id
        self.bootID = bootID
        self.liveness = liveness
        self.incarnation = incarnation
        self.lastHeard = lastHeard
        self.address = address
        self.record = record
        self.isDisplaced = isDisplaced
    }
}
