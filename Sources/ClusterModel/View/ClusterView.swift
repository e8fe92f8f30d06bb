/// The cluster as this node sees it at one moment: what the virtual tables are filled from.
package struct ClusterView: Hashable, Sendable {
    package var clusterName: String
    package var localID: MemberID
    package var topologyVersion: TopologyVersion
    /// Ordered by name.
    package var members: [Member]
    /// The history of the topology as this node saw it, oldest first; bounded.
    package var events: [ClusterEvent]

    package init(
        clusterName: String,
        localID: MemberID,
        topologyVersion: TopologyVersion = .zero,
        members: [Member] = [],
        events: [ClusterEvent] = []
    ) {
        self.clusterName = clusterName
        self.localID = localID
        self.topologyVersion = topologyVersion
        self.members = members
        self.events = events
    }

    /// One member with everything that follows from its own words, from gossip and from the other members.
    package struct Member: Hashable, Sendable {
        package var id: MemberID
        package var role: Role
        package var state: MemberState
        package var stateSince: WallTime
        /// When it became PRIMARY in this view; nil for other roles.
        package var primarySince: WallTime?
        package var epoch: Epoch
        package var incarnation: Incarnation
        /// When a packet of its own last came in; nil for the local member.
        package var lastHeard: MonotonicTime?
        package var record: MemberRecord

        package init(
            id: MemberID,
            role: Role,
            state: MemberState,
            stateSince: WallTime,
            primarySince: WallTime? = nil,
            epoch: Epoch = .zero,
            incarnation: Incarnation = .zero,
            lastHeard: MonotonicTime? = nil,
            record: MemberRecord
        ) {
            self.id = id
            self.role = role
            self.state = state
            self.stateSince = stateSince
            self.primarySince = primarySince
            self.epoch = epoch
            self.incarnation = incarnation
            self.lastHeard = lastHeard
            self.record = record
        }
    }

    /// The one member with role PRIMARY, if there is one.
    package var primary: Member? { members.first { $0.role == .primary } }

    package var local: Member? { members.first { $0.id == localID } }

    /// Members whose mysqld can be used.
    package var onlineCount: Int {
        members.count { $0.state == .online || $0.state == .lagging || $0.state == .standby }
    }
}

/// One line of the topology's history.
package struct ClusterEvent: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case memberJoined = "MEMBER_JOINED"
        case memberForgotten = "MEMBER_FORGOTTEN"
        case stateChanged = "STATE_CHANGED"
        case roleChanged = "ROLE_CHANGED"
        case primaryChanged = "PRIMARY_CHANGED"
        /// More than one member could be the primary, so none is shown.
        case primaryConflict = "PRIMARY_CONFLICT"
        case addressChanged = "ADDRESS_CHANGED"
        case zoneChanged = "ZONE_CHANGED"
        /// Somebody shares no version of the gossip protocol with the members.
        case memberRefused = "MEMBER_REFUSED"
        /// Two living processes use one node name.
        case nameConflict = "NAME_CONFLICT"
    }

    /// Counts up from 1 on each node.
    package var id: UInt64
    package var at: WallTime
    package var kind: Kind
    /// Nil for an event of the whole cluster.
    package var memberName: String?
    package var epoch: Epoch
    package var detail: String

    package init(id: UInt64, at: WallTime, kind: Kind, memberName: String?, epoch: Epoch, detail: String) {
        self.id = id
        self.at = at
        self.kind = kind
        self.memberName = memberName
        self.epoch = epoch
        self.detail = detail
    }
}

/// Where a part of the process reads the current view.
package protocol ClusterViewSource: Sendable {
    /// The newest view. Cheap: a copy-on-write value behind a short lock.
    var current: ClusterView { get }

    /// Differs from every earlier value once `current` has changed in any way, load and lag included.
    var generation: UInt64 { get }
}
