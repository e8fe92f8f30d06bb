/// Turns what gossip knows into the view that the tables show, and notes what changed on the way.
///
/// Pure: the clocks are passed in. Feed it the whole membership after each change; the cost is linear in its size.
package struct ClusterViewBuilder: Sendable {
    package private(set) var view: ClusterView
    private let expectsOthers: Bool
    private var history: TopologyHistory
    /// Since when members that were started anew go by what they said before, and have not seen their server yet.
    private var heldSince: [MemberID: WallTime] = [:]
    /// What drivers were last told to act on.
    private var topology: [MemberID: TopologyFacts] = [:]

    /// - Parameters:
    ///   - expectsOthers: whether there should be other members than the local one.
    ///   - maximumEvents: how many lines of history are kept.
    package init(clusterName: String, localID: MemberID, expectsOthers: Bool = false, maximumEvents: Int = 1000) {
        self.expectsOthers = expectsOthers
        self.view = ClusterView(clusterName: clusterName, localID: localID)
        self.history = TopologyHistory(maximumEvents: maximumEvents)
    }

    /// Takes over a new state of the membership.
    ///
    /// - Returns: whether something changed that a driver acts on; the view's `topologyVersion` has then risen.
    @discardableResult
    package mutating func update(_ snapshots: [MemberSnapshot], now: WallTime) -> Bool {
        let before = view
        let known = Dictionary(before.members.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        heldSince = heldSince.filter { known[$0.key] != nil }
        let told = snapshots.compactMap { snapshot in
            snapshot.record.map { record -> (snapshot: MemberSnapshot, candidate: RoleAssignment.Candidate) in
                let record = held(record, of: snapshot, since: known[snapshot.id], now: now)
                let state = Self.state(of: snapshot, saying: record)
                return (snapshot, RoleAssignment.Candidate(id: snapshot.id, state: state, record: record))
            }
        }.sorted { ($0.candidate.record.name, $0.snapshot.id) < ($1.candidate.record.name, $1.snapshot.id) }

        var candidates = told.map(\.candidate)
        let graph = ReplicationGraph(candidates.map(\.record))
        let isComplete = !expectsOthers || candidates.count > 1
        let named = NamedPrimary(candidates, localID: view.localID)
        let assignment = RoleAssignment(candidates, graph, isComplete: isComplete, named: named)
        view.observedPrimary = assignment.observed
        let delays = ReplicationDelays(
            candidates.map(\.record),
            isSeen: candidates.map { $0.state != .dead && $0.state != .left && $0.record.server.current != nil },
            graph,
            primary: assignment.primary
        )
        for position in candidates.indices {
            candidates[position].state = Self.state(
                of: candidates[position],
                isPrimary: position == assignment.primary,
                delays.values[position]
            )
        }
        let problems = MemberProblem.find(among: candidates, assignment, delays, graph)

        view.members = candidates.indices.map { position in
            let (snapshot, candidate) = (told[position].snapshot, candidates[position])
            let old = known[candidate.id]
            let role = Self.role(assignment.roles[candidate.id] ?? .standalone, of: candidate, before: old)
            var lag: Int?
            if case .milliseconds(let milliseconds)? = delays.values[position] { lag = milliseconds }
            return ClusterView.Member(
                id: candidate.id,
                role: role,
                state: candidate.state,
                stateSince: old?.state == candidate.state ? old?.stateSince ?? now : now,
                primarySince: role == .primary ? named?.primary.since ?? old?.primarySince ?? now : nil,
                epoch: role == .primary
                    ? named?.primary.epoch ?? .zero : candidate.record.quorum?.primary?.epoch ?? .zero,
                incarnation: snapshot.incarnation,
                lastHeard: snapshot.id == view.localID ? nil : snapshot.lastHeard,
                lagMilliseconds: lag,
                problems: problems[position],
                record: candidate.record
            )
        }
        let search = PrimarySearch(candidates, assignment, named: named)
        view.primaryProblem = search.problem
        history.note(from: before, to: view, search, now: now)
        view.events = history.events

        let facts = Dictionary(view.members.map { ($0.id, TopologyFacts($0)) }, uniquingKeysWith: { first, _ in first })
        let changed = facts != topology
        topology = facts
        if changed { view.topologyVersion = view.topologyVersion.next }
        let localID = view.localID
        let heard = told.filter { $0.snapshot.liveness.isPresent && $0.snapshot.id != localID }
        view.topologyVersion = ToldVersions.merged(
            view.topologyVersion,
            with: heard.map(\.candidate.record.topologyVersion)
        )
        return changed
    }

    /// The quorum is seen otherwise than before. Whom it has named comes with the members' words.
    package mutating func quorumChanged(_ report: QuorumReport?, now: WallTime) {
        let before = view
        view.quorum = report
        history.noteQuorum(from: before, to: view, now: now)
        view.events = history.events
    }

    /// Somebody shares no version of the gossip protocol with the members and is not let in: a line of history, once
    /// for each host and its versions. No driver acts on it, so the topology's version stays.
    ///
    /// - Parameters:
    ///   - host: nil if it is not known.
    ///   - theirs: the versions of the one that was refused, as text.
    ///   - ours: those that the members have in common.
    package mutating func refused(host: String?, theirs: String, ours: String, now: WallTime) {
        history.refused(host: host, theirs: theirs, ours: ours, epoch: view.primary?.epoch ?? .zero, now: now)
        view.events = history.events
    }

    /// Clients come to the local mysqld by another way than the configured one, or not at all.
    package mutating func clientsComeOtherwise(reason: String, now: WallTime) {
        history.clientsComeOtherwise(
            member: view.local?.record.name,
            reason: reason,
            epoch: view.primary?.epoch ?? .zero,
            now: now
        )
        view.events = history.events
    }

    /// Two living processes use one node name: a line of history, once for each pair of addresses until the name is
    /// free again.
    package mutating func nameConflict(_ id: MemberID, kept: HostPort, refused: HostPort, now: WallTime) {
        let name = view.members.first { $0.id == id }?.record.name
        history.nameConflict(
            id,
            name: name,
            kept: kept,
            refused: refused,
            epoch: view.primary?.epoch ?? .zero,
            now: now
        )
        view.events = history.events
    }

    /// Conflicts of this node's name are over: the next one is told again.
    package mutating func nameReclaimed() { history.nameReclaimed() }

    /// A sidecar that was started anew and has not looked at its server yet says nothing of it, which is no change: what
    /// it said before holds until it has looked, and for a while if it is not let in.
    private mutating func held(
        _ record: MemberRecord,
        of snapshot: MemberSnapshot,
        since old: ClusterView.Member?,
        now: WallTime
    ) -> MemberRecord {
        guard let old, old.state != .dead, old.state != .left,
            snapshot.liveness == .alive || snapshot.liveness == .suspect
        else {
            heldSince[snapshot.id] = nil
            return record
        }
        var record = record
        switch record.server {
        case .unknown:
            record.server = old.record.server
        case .unseen(let reason, nil, _):
            guard let last = old.record.server.observation else { break }
            let since = heldSince[snapshot.id] ?? now
            heldSince[snapshot.id] = since
            let age = (now.microsecondsSince1970 - since.microsecondsSince1970) / 1000
            let isYoung = age < ServerCondition.graceMilliseconds && old.record.server.roleBasis != nil
            record.server = .unseen(reason: reason, last: last, holds: isYoung)
        default: heldSince[snapshot.id] = nil
        }
        return record
    }

    /// A sidecar that comes back and has not looked at its server yet says nothing new of its part.
    private static func role(
        _ assigned: Role,
        of candidate: RoleAssignment.Candidate,
        before old: ClusterView.Member?
    ) -> Role {
        guard candidate.state == .starting, let old, old.role != .primary else { return assigned }
        return old.role
    }

    /// What gossip knows outweighs what the member last said of itself.
    private static func state(of snapshot: MemberSnapshot, saying record: MemberRecord) -> MemberState {
        // Whoever asks here must not take it for the node whose name it has.
        if snapshot.isDisplaced { return .fenced }
        return switch snapshot.liveness {
        case .alive: record.state
        case .suspect: .suspect
        case .dead: .dead
        case .left: .left
        }
    }

    /// What follows from the other members outweighs what it said of its replication: it knows its own links alone.
    private static func state(
        of candidate: RoleAssignment.Candidate,
        isPrimary: Bool,
        _ delay: ReplicationDelays.Delay?
    ) -> MemberState {
        switch candidate.state {
        case .online, .lagging, .recovering: break
        default: return candidate.state
        }
        if isPrimary { return .online }
        return switch delay {
        case .stopped: .recovering
        case .milliseconds(let lag) where lag > candidate.record.lagThresholdMilliseconds: .lagging
        case .milliseconds, .unknown, nil: candidate.state
        }
    }
}
