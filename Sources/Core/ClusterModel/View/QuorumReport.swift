/// The quorum as this node's own part in it sees it.
package struct QuorumReport: Hashable, Sendable {
    package struct Voter: Hashable, Sendable {
        package enum Role: String, Sendable {
            case leader = "LEADER"
            case follower = "FOLLOWER"
            case candidate = "CANDIDATE"
            case learner = "LEARNER"
        }

        package var member: MemberID
        package var role: Role
        /// As it last said.
        package var term: UInt64
        package var commitIndex: UInt64
        /// The last entry that it is known to hold; nil where this node does not lead.
        package var matchIndex: UInt64?
        /// When this node last heard of it; nil if it never did.
        package var heardAt: BootTime?

        package init(
            member: MemberID,
            role: Role,
            term: UInt64,
            commitIndex: UInt64,
            matchIndex: UInt64?,
            heardAt: BootTime?
        ) {
            self.member = member
            self.role = role
            self.term = term
            self.commitIndex = commitIndex
            self.matchIndex = matchIndex
            self.heardAt = heardAt
        }
    }

    /// Nil while none is known.
    package var leader: MemberID?
    /// Somebody leads whom a majority follows, as far as this node can know.
    package var hasQuorum: Bool
    /// In the order of the members; learners among them.
    package var voters: [Voter]
    /// Why this node takes no part, or what it waits for, for people; nil while it takes part.
    package var problem: String?

    package init(leader: MemberID?, hasQuorum: Bool, voters: [Voter], problem: String? = nil) {
        self.leader = leader
        self.hasQuorum = hasQuorum
        self.voters = voters
        self.problem = problem
    }

    package var voterCount: Int { voters.count { $0.role != .learner } }
}
