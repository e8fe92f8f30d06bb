package import ClusterModel
package import Raft

/// What happens to a `QuorumNode`.
package enum QuorumEvent: Sendable {
    /// The time of `nextWakeUp` has come; harmless at any time.
    case timer
    /// What `save` asked for is durable.
    case saved(generation: UInt64)
    case written([RaftWrite.Receipt], generation: UInt64)
    /// The store takes nothing any more.
    case storeFailed(reason: String)
    /// Whom gossip knows, this member among them.
    ///
    /// - isComplete: false while there should be members that nobody here has heard of.
    case members([QuorumMember], isComplete: Bool)
    case observed(ObservedPrimary)
    /// On a stream whose other end is vouched for.
    case message(PeerMessage, from: MemberID)
    /// What is sent to the member reaches it from now on.
    case connected(MemberID)
    /// What was sent to the member may be lost.
    case lost(MemberID)
    /// Answered by `answer`, under the same number.
    case request(RequestNumber, QuorumRequest)
    case gateClosed(GateClosing)
    /// The process is to end: the lead is given to another.
    case leaving
}

/// What a `QuorumNode` wants done, in this order.
package enum QuorumAction: Equatable, Sendable {
    case save(StoredStage)
    case persist(RaftWrite)
    case send(PeerMessage, to: MemberID)
    case answer(RequestNumber, QuorumAnswer)
    /// End what the right of this member's allowed, then say `gateClosed`.
    case closeGate(GateClosing)
    /// A service is another than before, or is none any more.
    case serviceChanged(ServiceText)
    case notice(QuorumNotice)
    /// Nothing is to be waited for before the process ends.
    case mayLeave
}

/// What operators should know.
package enum QuorumNotice: Equatable, Sendable {
    case founded(QuorumID, founders: [MemberID])
    case joined(QuorumID)
    /// This member takes no part any more.
    case outOfQuorum(Outage)
    case violation(MemberID?, Violation)
    /// The member belongs to another quorum.
    case foreignMember(MemberID, QuorumID)
    /// The member's store is an old copy.
    case staleMember(MemberID)
}

/// Why a member takes no part, for as long as its process runs.
package enum Outage: Equatable, Sendable {
    case storeFailed(reason: String)
    /// Others have heard of later writes of the store than it holds.
    case staleStore
    case removed
    /// What was decided is of a later version.
    case unreadableDecision
}

/// The right to be written to, as primary of that epoch, until that moment.
package struct PrimaryRight: Equatable, Sendable {
    package let epoch: Epoch
    package let term: Term
    package let ends: BootTime
}
