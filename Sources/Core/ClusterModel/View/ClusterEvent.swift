/// One line of the topology's history.
package struct ClusterEvent: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case memberJoined = "MEMBER_JOINED"
        case memberForgotten = "MEMBER_FORGOTTEN"
        case stateChanged = "STATE_CHANGED"
        case roleChanged = "ROLE_CHANGED"
        case primaryChanged = "PRIMARY_CHANGED"
        /// More than one member could be the primary, so none is shown; or a member takes writes beside the primary.
        case primaryConflict = "PRIMARY_CONFLICT"
        /// A server is writable and could not be taken for the primary, and there is none.
        case noPrimary = "NO_PRIMARY"
        case memberProblem = "MEMBER_PROBLEM"
        case problemSolved = "PROBLEM_SOLVED"
        case addressChanged = "ADDRESS_CHANGED"
        case zoneChanged = "ZONE_CHANGED"
        /// Somebody shares no version of the gossip protocol with the members.
        case memberRefused = "MEMBER_REFUSED"
        /// The unix socket of this node's mysqld lets everybody in as somebody: clients come another way, or not at all.
        case clientPathChanged = "CLIENT_PATH_CHANGED"
        /// Two living processes use one node name.
        case nameConflict = "NAME_CONFLICT"
        /// Another member leads the quorum.
        case leaderChanged = "LEADER_CHANGED"
        /// Nobody leads, or no majority can be reached from here.
        case quorumLost = "QUORUM_LOST"
        case quorumBack = "QUORUM_BACK"
        case voterAdded = "VOTER_ADDED"
        case voterRemoved = "VOTER_REMOVED"
        /// The sidecar has closed its server: it has no right to be written to.
        case fenced = "FENCED"
        case unfenced = "UNFENCED"
    }

    /// Counts up from 1 on each node.
    package var id: UInt64
    package var at: WallTime
    package var kind: Kind
    /// Nil for an event of the whole cluster.
    package var memberName: String?
    package var epoch: Epoch
    package var detail: String
    /// Somebody should look at it.
    package var isWarning: Bool

    package init(
        id: UInt64,
        at: WallTime,
        kind: Kind,
        memberName: String?,
        epoch: Epoch,
        detail: String,
        isWarning: Bool = false
    ) {
        self.id = id
        self.at = at
        self.kind = kind
        self.memberName = memberName
        self.epoch = epoch
        self.detail = detail
        self.isWarning = isWarning
    }
}
