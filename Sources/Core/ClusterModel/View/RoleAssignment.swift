/// Observes who is primary from what the members' servers do, where no quorum decides it.
///
/// - Where one does, it is the one that it has named, as soon as its server is writable, and nobody else.
/// - Else: a server can be the primary if it is writable, it is known whether it replicates, and it is nobody's replica: it
///   replicates from no member, or in a ring; or its replication from a member was stopped, and that member follows it
///   now, or is not writable and has no transaction that it lacks. In a ring one must be alone to be writable.
/// - Of several such servers, those that others replicate from come first, and of them those that others follow who could
///   not be primary themselves.
/// - If that leaves more or fewer than one, nobody is shown as primary: a driver that writes to the wrong one of two
///   does more harm than one that waits.
struct RoleAssignment {
    struct Candidate {
        var id: MemberID
        var state: MemberState
        var record: MemberRecord
    }

    /// Why a member is primary or not.
    enum Verdict: Hashable {
        case primary
        /// It votes only, or its state says enough.
        case isNoServerInUse
        /// Nothing is known of its server that is young enough to go by.
        case notKnown
        case readOnly
        case replicationNotKnown
        /// Writable, and transactions of a member reach it, or are on their way.
        case replicates(from: Int)
        /// Writable, and it replicates from a server that may be a member which is not known yet.
        case replicatesFromStranger(HostPort)
        /// Writable, and its replication from a member is stopped: a writable one, or one whose transactions it lacks.
        case stopped(from: Int, sourceIsWritable: Bool)
        /// Writable, in a ring with another writable server.
        case sharesRing(with: Int)
        /// Several could be the primary; it is one of them.
        case rival
        /// It could be the primary, but others replicate from another one.
        case notFollowed
        /// It is writable, and the quorum has named another one, or nobody.
        case notNamed
    }

    private(set) var roles: [MemberID: Role] = [:]
    /// In the order of the candidates.
    private(set) var verdicts: [Verdict] = []
    /// The primary's position.
    private(set) var primary: Int?
    /// Names of the members that could be primary, when there are several.
    private(set) var conflicting: [String] = []
    /// By what the servers do alone.
    private(set) var observed = ObservedPrimary.none

    /// - Parameters:
    ///   - isComplete: false while there may be members that nobody here has heard of.
    ///   - named: nil where no quorum decides.
    init(_ candidates: [Candidate], _ graph: ReplicationGraph, isComplete: Bool, named: NamedPrimary? = nil) {
        let isWritable = candidates.map { Self.isUsable($0) && $0.record.server.roleBasis?.isReadOnly == false }
        verdicts = candidates.indices.map {
            Self.verdict(of: $0, candidates, graph, isWritable, isComplete: isComplete)
        }
        let isAble = verdicts.map { if case .sharesRing = $0 { true } else { $0 == .primary } }
        let able = candidates.indices.filter { isAble[$0] }

        var followed: Set<Int> = []
        var followedByOthers: Set<Int> = []
        for (position, candidate) in candidates.enumerated() where Self.canServe(candidate.state) {
            for source in graph.edges[position].compactMap(\.source) where source != position {
                followed.insert(source)
                if !isAble[position] { followedByOthers.insert(source) }
            }
        }
        let favourites =
            [able.filter(followedByOthers.contains), able.filter(followed.contains), able].first { !$0.isEmpty } ?? []
        if favourites.count == 1 { primary = favourites.first }
        if favourites.count > 1 { conflicting = favourites.map { candidates[$0].record.name }.sorted() }
        if let primary { observed = .one(candidates[primary].id) }
        if !conflicting.isEmpty { observed = .several }
        if let named {
            take(named, candidates, isWritable)
            assignRoles(candidates, graph)
            return
        }
        for position in able {
            if position == primary {
                verdicts[position] = .primary
            } else if verdicts[position] == .primary {
                verdicts[position] = favourites.contains(position) ? .rival : .notFollowed
            }
        }

        assignRoles(candidates, graph)
    }

    private mutating func take(_ named: NamedPrimary, _ candidates: [Candidate], _ isWritable: [Bool]) {
        primary = candidates.firstIndex { $0.id == named.primary.member }.flatMap { isWritable[$0] ? $0 : nil }
        conflicting = []
        for position in candidates.indices where isWritable[position] {
            verdicts[position] = position == primary ? .primary : .notNamed
        }
    }

    private mutating func assignRoles(_ candidates: [Candidate], _ graph: ReplicationGraph) {
        for (position, candidate) in candidates.enumerated() {
            roles[candidate.id] =
                if candidate.record.kind == .witness {
                    .witness
                } else if position == primary {
                    .primary
                } else {
                    graph.edges[position].isEmpty ? .standalone : .replica
                }
        }
    }

    private static func verdict(
        of position: Int,
        _ candidates: [Candidate],
        _ graph: ReplicationGraph,
        _ isWritable: [Bool],
        isComplete: Bool
    ) -> Verdict {
        guard isUsable(candidates[position]) else {
            let isStarting = candidates[position].state == .starting
            return isStarting && candidates[position].record.kind == .database ? .notKnown : .isNoServerInUse
        }
        guard let seen = candidates[position].record.server.roleBasis else { return .notKnown }
        guard !seen.isReadOnly else { return .readOnly }
        guard seen.isReplicationKnown else { return .replicationNotKnown }
        for edge in graph.edges[position] {
            guard let source = edge.source else {
                if isComplete || edge.link.isStopped { continue }
                return .replicatesFromStranger(edge.link.source)
            }
            guard source != position else { continue }
            if edge.link.isStopped {
                // A source that follows it in turn is its replica by now.
                if graph.upstream(of: source)?.contains(position) == true { continue }
                guard !isWritable[source] else { return .stopped(from: source, sourceIsWritable: true) }
                guard hasAll(of: candidates[source].record, seen) else {
                    return .stopped(from: source, sourceIsWritable: false)
                }
            } else {
                guard let upstream = graph.upstream(of: position), upstream.contains(position) else {
                    return .replicates(from: source)
                }
                if let other = upstream.sorted().first(where: { $0 != position && isWritable[$0] }) {
                    return .sharesRing(with: other)
                }
            }
        }
        return .primary
    }

    /// Whether a server has all transactions that its source was last known to have. An empty set says nothing: servers
    /// have transactions without GTIDs, too.
    private static func hasAll(of source: MemberRecord, _ seen: ServerObservation) -> Bool {
        guard let wanted = source.server.observation?.gtidPosition, !wanted.isEmpty else { return false }
        return seen.gtidPosition?.contains(wanted) == true
    }

    private static func isUsable(_ candidate: Candidate) -> Bool {
        candidate.record.kind == .database && canServe(candidate.state)
    }

    /// A member in one of these states may answer queries; a silent or stopped one is never shown as primary.
    private static func canServe(_ state: MemberState) -> Bool {
        switch state {
        case .online, .lagging, .standby, .recovering, .suspect, .maintenance, .stopping: true
        case .starting, .fenced, .diverged, .offline, .dead, .left: false
        }
    }
}
