/// Turns what gossip knows into the view that the tables show, and notes what changed on the way.
///
/// Pure: the clocks are passed in. Feed it the whole membership after each change; the cost is linear in its size.
package struct ClusterViewBuilder: Sendable {
    package private(set) var view: ClusterView
    private var nextEventID: UInt64 = 1
    private var conflicting: [String] = []
    /// What drivers were last told to act on.
    private var topology: [MemberID: TopologyFacts] = [:]
    private var refusals: Set<Refusal> = []
    /// What has been told of conflicts of names.
    private var nameConflicts: Set<String> = []
    private static let maximumRefusals = 256
    private let maximumEvents: Int

    /// - Parameter maximumEvents: how many lines of history are kept.
    package init(clusterName: String, localID: MemberID, maximumEvents: Int = 1000) {
        self.view = ClusterView(clusterName: clusterName, localID: localID)
        self.maximumEvents = max(1, maximumEvents)
    }

    /// Takes over a new state of the membership.
    ///
    /// - Returns: whether something changed that a driver acts on; the view's `topologyVersion` has then risen.
    @discardableResult
    package mutating func update(_ snapshots: [MemberSnapshot], now: WallTime) -> Bool {
        let known = snapshots.compactMap { snapshot in
            snapshot.record.map { (snapshot: snapshot, record: $0, state: Self.state(of: snapshot, saying: $0)) }
        }.sorted { ($0.record.name, $0.snapshot.id) < ($1.record.name, $1.snapshot.id) }

        let assignment = RoleAssignment(
            known.map { RoleAssignment.Candidate(id: $0.snapshot.id, state: $0.state, record: $0.record) }
        )
        let before = Dictionary(view.members.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let oldPrimary = view.primary

        view.members = known.map { snapshot, record, state in
            let role = assignment.roles[snapshot.id] ?? .standalone
            let old = before[snapshot.id]
            return ClusterView.Member(
                id: snapshot.id,
                role: role,
                state: state,
                stateSince: old?.state == state ? old?.stateSince ?? now : now,
                primarySince: role == .primary ? (old?.primarySince ?? now) : nil,
                incarnation: snapshot.incarnation,
                lastHeard: snapshot.id == view.localID ? nil : snapshot.lastHeard,
                record: record
            )
        }
        for member in view.members { note(member, before: before[member.id], now: now) }
        let present = Set(view.members.map(\.id))
        for old in before.values.sorted(by: { $0.record.name < $1.record.name }) where !present.contains(old.id) {
            append(.memberForgotten, old.record.name, "forgotten after \(old.state.rawValue)", now)
        }
        if let primary = view.primary, primary.id != oldPrimary?.id {
            append(
                .primaryChanged,
                primary.record.name,
                "\(oldPrimary?.record.name ?? "none") -> \(primary.record.name) at \(primary.record.sqlAddress)",
                now
            )
        } else if view.primary == nil, let oldPrimary {
            append(.primaryChanged, nil, "\(oldPrimary.record.name) -> none", now)
        }
        if assignment.conflicting != conflicting {
            conflicting = assignment.conflicting
            if !conflicting.isEmpty {
                append(.primaryConflict, nil, "writable: \(conflicting.joined(separator: ", "))", now)
            }
        }

        let facts = Dictionary(view.members.map { ($0.id, TopologyFacts($0)) }, uniquingKeysWith: { first, _ in first })
        let changed = facts != topology
        topology = facts
        if changed { view.topologyVersion = view.topologyVersion.next }
        let localID = view.localID
        let told = known.filter { $0.snapshot.liveness.isPresent && $0.snapshot.id != localID }
        view.topologyVersion = ToldVersions.merged(view.topologyVersion, with: told.map(\.record.topologyVersion))
        return changed
    }

    /// Somebody shares no version of the gossip protocol with the members and is not let in: a line of history, once
    /// for each host and its versions. No driver acts on it, so the topology's version stays.
    ///
    /// - Parameters:
    ///   - host: nil if it is not known.
    ///   - theirs: the versions of the one that was refused, as text.
    ///   - ours: those that the members have in common.
    package mutating func refused(host: String?, theirs: String, ours: String, now: WallTime) {
        guard refusals.count < Self.maximumRefusals, refusals.insert(Refusal(host: host, versions: theirs)).inserted
        else { return }
        append(
            .memberRefused,
            nil,
            "host \(host ?? "unknown") speaks gossip version \(theirs), the members here \(ours)",
            now
        )
    }

    /// Two living processes use one node name: a line of history, once for each pair of addresses until the name is
    /// free again.
    ///
    /// - Returns: the line that it added.
    package mutating func nameConflict(
        _ id: MemberID,
        kept: HostPort,
        refused: HostPort,
        now: WallTime
    ) -> ClusterEvent? {
        let name = view.members.first { $0.id == id }?.record.name
        let detail =
            kept == refused
            ? "two processes use this name and the gossip address \(kept); the first keeps it"
            : "two processes use this name; the one at \(kept) keeps it, the one at \(refused) is refused"
        guard nameConflicts.count < Self.maximumRefusals,
            nameConflicts.insert("\(id) \(detail)").inserted
        else { return nil }
        append(.nameConflict, name, detail, now)
        return view.events.last
    }

    /// Conflicts of this node's name are over: the next one is told again.
    package mutating func nameReclaimed() { nameConflicts.removeAll() }

    private struct Refusal: Hashable {
        var host: String?
        var versions: String
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

    private mutating func note(_ member: ClusterView.Member, before old: ClusterView.Member?, now: WallTime) {
        let name = member.record.name
        guard let old else {
            append(
                .memberJoined,
                name,
                "\(member.role.rawValue) \(member.state.rawValue) at \(member.record.sqlAddress)",
                now
            )
            return
        }
        if old.state != member.state {
            var detail = "\(old.state.rawValue) -> \(member.state.rawValue)"
            if case .down(let reason, _) = member.record.server, member.state == .offline { detail += ": \(reason)" }
            append(.stateChanged, name, detail, now)
        }
        if old.role != member.role {
            append(.roleChanged, name, "\(old.role.rawValue) -> \(member.role.rawValue)", now)
        }
        if old.record.sqlAddress != member.record.sqlAddress {
            append(.addressChanged, name, "\(old.record.sqlAddress) -> \(member.record.sqlAddress)", now)
        }
        if old.record.zone != member.record.zone {
            append(.zoneChanged, name, "\"\(old.record.zone)\" -> \"\(member.record.zone)\"", now)
        }
    }

    private mutating func append(_ kind: ClusterEvent.Kind, _ name: String?, _ detail: String, _ now: WallTime) {
        let epoch = view.primary?.epoch ?? .zero
        view.events.append(
            ClusterEvent(id: nextEventID, at: now, kind: kind, memberName: name, epoch: epoch, detail: detail)
        )
        nextEventID += 1
        if view.events.count > maximumEvents { view.events.removeFirst(view.events.count - maximumEvents) }
    }
}
