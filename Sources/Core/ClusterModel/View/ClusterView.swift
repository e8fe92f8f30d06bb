/// The cluster as this node sees it at one moment: what the virtual tables are filled from.
package struct ClusterView: Hashable, Sendable {
    package var clusterName: String
    package var localID: MemberID
    package var topologyVersion: TopologyVersion
    /// Why there is no primary, for people; nil while there is one.
    package var primaryProblem: String?
    /// Who is primary by what the servers do.
    package var observedPrimary = ObservedPrimary.none
    /// Nil on a node without the setting `election`.
    package var quorum: QuorumReport?
    /// Ordered by name.
    package var members: [Member]
    /// The history of the topology as this node saw it, oldest first; bounded.
    package var events: [ClusterEvent]

    package init(
        clusterName: String,
        localID: MemberID,
        topologyVersion: TopologyVersion = .zero,
        primaryProblem: String? = nil,
        members: [Member] = [],
        events: [ClusterEvent] = []
    ) {
        self.clusterName = clusterName
        self.localID = localID
        self.topologyVersion = topologyVersion
        self.primaryProblem = primaryProblem
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
        /// How far it is behind the head of its chain of replication; nil if it is no replica or that is not known.
        package var lagMilliseconds: Int?
        /// What is wrong with it.
        package var problems: [MemberProblem]
        /// Its own words. Just after its restart, while it has not looked at its server yet, what it said before of that.
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
            lagMilliseconds: Int? = nil,
            problems: [MemberProblem] = [],
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
            self.lagMilliseconds = lagMilliseconds
            self.problems = problems
            self.record = record
        }

        /// What its sidecar sees of its server now; nil if that is told by nobody.
        package var current: ServerObservation? {
            switch state {
            case .dead, .left: nil
            default: record.server.current
            }
        }

        /// Whether its server takes writes, as far as that is seen or still holds.
        package var isReadOnly: Bool? {
            if let current { return current.isReadOnly }
            guard case .unseen = record.server, state != .dead, state != .left else { return nil }
            return record.server.roleBasis?.isReadOnly
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

/// Where a part of the process reads the current view.
package protocol ClusterViewSource: Sendable {
    /// The newest view. Cheap: a copy-on-write value behind a short lock.
    var current: ClusterView { get }

    /// Differs from every earlier value once `current` has changed in any way, load and lag included.
    var generation: UInt64 { get }
}
