package import ClusterModel
package import Raft

/// What members say to each other on the quorum's streams.
package enum PeerMessage: Equatable, Sendable {
    case raft(RaftMessage)
    case founding(FoundingMessage)
    /// The first on each stream, and again every second.
    case pulse(Pulse)
    /// The receiver's peer is in the leader's configuration; its store is to begin.
    case join(QuorumID, as: PeerID)
    /// The receiver's peer is not in the configuration of the leader of that term, and will never be again.
    case removed(QuorumID, PeerID, Term)
    /// The receiver's store was written later than it says: it is an old copy.
    case staleStore(PeerID, generation: UInt64)
    case request(RequestNumber, QuorumRequest)
    /// Nil: the sender does not lead.
    case answer(RequestNumber, QuorumAnswer?)
}

/// How a peer stands, by its own words.
package struct Pulse: Equatable, Sendable {
    package var quorum: QuorumID
    package var peer: PeerID
    /// Of the process; drawn at its start.
    package var life: UInt64
    /// How often its store has been written, durably.
    package var generation: UInt64
    package var isCandidate: Bool
    package var term: Term
    package var commit: LogIndex

    package init(
        quorum: QuorumID,
        peer: PeerID,
        life: UInt64,
        generation: UInt64,
        isCandidate: Bool,
        term: Term,
        commit: LogIndex
    ) {
        self.quorum = quorum
        self.peer = peer
        self.life = life
        self.generation = generation
        self.isCandidate = isCandidate
        self.term = term
        self.commit = commit
    }
}

/// Names a request in the answer to it, within the life of the member that asks.
package struct RequestNumber: Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}
