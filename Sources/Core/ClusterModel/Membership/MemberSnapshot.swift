/// What the failure detector says of a member (SWIM, section 4.2; LEFT is memberlist's graceful leave).
package enum Liveness: UInt8, Sendable, CaseIterable {
    case alive = 0
    case suspect = 1
    case dead = 2
    case left = 3

    /// Alive or suspect: probed, gossiped to, counted as a member.
    package var isPresent: Bool { self == .alive || self == .suspect }
}

/// One member as gossip shows it to the rest of the process.
package struct MemberSnapshot: Hashable, Sendable {
    package var id: MemberID
    package var liveness: Liveness
    package var incarnation: Incarnation
    /// When a packet of its own last came in; for the local member, now.
    package var lastHeard: MonotonicTime
    /// Nil until the record has arrived.
    package var record: MemberRecord?
    /// Another living process has the member's name, so that this one, the local member, keeps silent.
    package var isDisplaced: Bool

    package init(
        id: MemberID,
        liveness: Liveness,
        incarnation: Incarnation,
        lastHeard: MonotonicTime,
        record: MemberRecord?,
        isDisplaced: Bool = false
    ) {
        self.id = id
        self.liveness = liveness
        self.incarnation = incarnation
        self.lastHeard = lastHeard
        self.record = record
        self.isDisplaced = isDisplaced
    }
}
