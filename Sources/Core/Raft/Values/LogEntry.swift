package import ClusterModel

/// A line of the log.
package struct LogEntry: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        /// A new leader's first: what is before it is committed with it (Raft, section 8).
        case leadershipBegins
        case command([UInt8])
        case configuration(Configuration)
    }

    package let id: EntryID
    package let content: Content

    package init(_ id: EntryID, _ content: Content) {
        self.id = id
        self.content = content
    }

    package var index: LogIndex { id.index }

    /// What it counts for limits.
    package var byteCount: Int {
        switch content {
        case .leadershipBegins: 16
        case .command(let bytes): 16 + bytes.count
        case .configuration(let configuration): 16 + 40 * configuration.peers.count
        }
    }
}

/// What stands for all entries up to one: the state that they lead to. It holds what is replicated alone, nothing of the
/// peer that took it.
package struct Snapshot: Equatable, Sendable {
    package let last: EntryID
    package let configuration: Configuration
    package let state: [UInt8]

    package init(last: EntryID, configuration: Configuration, state: [UInt8]) {
        self.last = last
        self.configuration = configuration
        self.state = state
    }
}

/// What has to be durable before a peer says anything in a term (Raft, figure 2).
package struct HardState: Equatable, Sendable {
    package var term: Term
    package var vote: PeerID?
    /// Known to be committed when this was written; may lie behind.
    package var commit: LogIndex

    package init(term: Term = .zero, vote: PeerID? = nil, commit: LogIndex = .zero) {
        self.term = term
        self.vote = vote
        self.commit = commit
    }
}
