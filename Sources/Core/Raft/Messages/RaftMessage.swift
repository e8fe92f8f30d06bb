package import ClusterModel

/// What peers say to each other. Any of it may be lost, late, doubled or out of order.
package struct RaftMessage: Equatable, Sendable {
    package let quorum: QuorumID
    package let from: PeerID
    package let to: PeerID
    /// The sender's; in a vote request and in the grant of one, that of the election in question.
    package let term: Term
    package let body: Body

    package init(quorum: QuorumID, from: PeerID, to: PeerID, term: Term, _ body: Body) {
        self.quorum = quorum
        self.from = from
        self.to = to
        self.term = term
        self.body = body
    }

    package enum Body: Equatable, Sendable {
        /// - last: of the candidate's log.
        case voteRequest(VoteKind, last: EntryID)
        case voteReply(VoteKind, isGranted: Bool)
        case append(previous: EntryID, entries: [LogEntry], commit: LogIndex)
        /// The receiver's log is the leader's up to there, durably.
        case appended(through: LogIndex)
        /// The receiver has no such entry before those sent; its log may agree with the leader's at `hint` at the latest.
        case conflict(previous: LogIndex, hint: EntryID)
        case heartbeat(RoundNumber, commit: LogIndex)
        case heartbeatReply(RoundNumber)
        case snapshot(SnapshotChunk)
        /// So many bytes of the snapshot have come; all of them means that it is durable.
        case snapshotReply(last: EntryID, received: Int)
        /// The leader gives its place to the receiver, which is to campaign at once (Raft thesis, section 3.10).
        case campaignNow
    }
}

package enum VoteKind: UInt8, Sendable {
    /// Would the receiver vote for it? Binds nobody (Raft thesis, section 9.6).
    case preVote = 1
    case vote = 2
    /// By leave of the leader of the term before: the vote hold does not count.
    case transfer = 3
}

package struct SnapshotChunk: Equatable, Sendable {
    package let last: EntryID
    package let configuration: Configuration
    /// Bytes of the whole state, of which these lie at `offset`.
    package let total: Int
    package let offset: Int
    package let bytes: [UInt8]

    package init(last: EntryID, configuration: Configuration, total: Int, offset: Int, bytes: [UInt8]) {
        self.last = last
        self.configuration = configuration
        self.total = total
        self.offset = offset
        self.bytes = bytes
    }
}
