package import ClusterModel

/// Names a request of this peer's own in the answer to it.
package struct RequestID: Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

package struct Proposal: Equatable, Sendable {
    package let id: RequestID
    package let command: [UInt8]

    package init(id: RequestID, command: [UInt8]) {
        self.id = id
        self.command = command
    }
}

/// What happens to a `RaftNode`.
package enum RaftEvent: Equatable, Sendable {
    /// The time of `nextWakeUp` has come; harmless at any time.
    case timer
    /// The transport vouches for its sender.
    case message(RaftMessage)
    /// A write is durable.
    case written(RaftWrite.Receipt)
    /// The store takes nothing any more, or cannot be believed: this peer says nothing from now on.
    case storeFailed
    /// What was sent to the peer may be lost.
    case connectionLost(PeerID)
    /// Each is answered by `accepted` or `refused`.
    case propose([Proposal])
    /// Answered like a proposal.
    case change(RequestID, MembershipChange)
    /// Asks for a moment of the log that is not older than the question: answered by `read` or `refused`.
    case read(RequestID)
    /// Hand the leadership over. `closeGate` follows, or `transferEnded`.
    case transfer(to: PeerID)
    /// Nothing of the tenure is on its way any more.
    case gateClosed(GateClosing)
    /// The state as it is after the entry, which has been applied.
    case snapshotTaken(at: LogIndex, state: [UInt8])
    /// How much longer than others this peer waits before it campaigns: so that the best usually wins at once.
    case reluctance(milliseconds: Int)
}

/// What a `RaftNode` wants done, in this order.
package enum RaftAction: Equatable, Sendable {
    case persist(RaftWrite)
    case send(RaftMessage)
    /// Committed, in order, each once since the peer's start or the last `restore`. This peer's own disk may not have them
    /// yet.
    case apply([LogEntry])
    /// The state is that of the snapshot now.
    case restore(Snapshot)
    /// `snapshotTaken` should follow some time.
    case takeSnapshot
    /// The proposal is in the leader's log. It has come about when an entry with this name is applied; it never will when
    /// another one is applied at its place.
    case accepted(RequestID, EntryID)
    case refused(RequestID, Refusal)
    /// All that was committed before the question is in the state now.
    case read(RequestID)
    /// End what the tenure allowed, then answer `gateClosed`. The tenure is not to be used before `transferEnded`.
    case closeGate(GateClosing)
    case transferEnded(TransferEnd)
    /// Role, term or leader are not what they were.
    case standingChanged(Standing)
    /// A peer says what cannot be, and is not listened to.
    case violation(PeerID, Violation)
}

package enum Refusal: Equatable, Sendable {
    case notLeader
    case handingOver
    /// Too much waits already.
    case busy
    case tooLong
    case change(ChangeRefusal)
}

/// One request to close the gate: an answer to an earlier one is none to this.
package struct GateClosing: Hashable, Sendable {
    package let term: Term
    let number: Int
}

package enum TransferEnd: Equatable, Sendable {
    /// This peer does not lead; there is no such voter; or another transfer is under way.
    case refused
    /// Nobody has been given leave to campaign: this peer leads as before.
    case abandoned
    /// Leave was given, and this peer does not lead any more.
    case given
}

package enum Violation: Equatable, Sendable {
    case foreignQuorum
    case otherReceiver
    case incredibleTerm
    /// Would take back what is committed.
    case committedEntriesRemoved
    /// Two leaders in one term.
    case secondLeader
    case snapshotTooLong
}

/// What a peer is at this moment.
package struct Standing: Equatable, Sendable {
    package enum Role: Equatable, Sendable {
        case follower
        case candidate
        case leader
        /// Its store has failed; it takes no part.
        case silent
    }

    package var role: Role
    package var term: Term
    /// Nil while none is known.
    package var leader: PeerID?

    package init(role: Role, term: Term, leader: PeerID?) {
        self.role = role
        self.term = term
        self.leader = leader
    }
}
