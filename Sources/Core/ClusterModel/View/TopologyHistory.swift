/// Writes the lines of EVENTS: what differs between two views.
struct TopologyHistory: Sendable {
    /// Oldest first; bounded.
    private(set) var events: [ClusterEvent] = []
    private let maximumEvents: Int
    private var nextEventID: UInt64 = 1
    private var conflicting: [String] = []
    /// What was last told of writable servers while there was no primary.
    private var writableProblem: String?
    private var refusals: Set<Refusal> = []
    /// What has been told of conflicts of names.
    private var nameConflicts: Set<String> = []
    private static let maximumRefusals = 256

    init(maximumEvents: Int) {
        self.maximumEvents = max(1, maximumEvents)
    }

    mutating func note(from before: ClusterView, to after: ClusterView, _ search: PrimarySearch, now: WallTime) {
        var page = Page(now: now, epoch: after.primary?.epoch ?? .zero)
        let known = Dictionary(before.members.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let present = Set(after.members.map(\.id))
        let gone = before.members.filter { !present.contains($0.id) }
        for member in after.members {
            guard let old = known[member.id] else {
                page.noteJoined(member, among: before.members)
                continue
            }
            page.noteChanges(of: member, since: old)
        }
        for old in gone { page.noteForgotten(old, among: after.members) }
        notePrimary(from: before.primary, to: after, search, &page)
        append(page)
    }

    /// See `ClusterViewBuilder.quorumChanged`.
    mutating func noteQuorum(from before: ClusterView, to after: ClusterView, now: WallTime) {
        guard before.quorum != after.quorum else { return }
        var page = Page(now: now, epoch: after.primary?.epoch ?? .zero)
        page.noteQuorum(from: before.quorum, to: after.quorum) { id in
            after.members.first { $0.id == id }?.record.name ?? id.description
        }
        append(page)
    }

    private mutating func notePrimary(
        from old: ClusterView.Member?,
        to after: ClusterView,
        _ search: PrimarySearch,
        _ page: inout Page
    ) {
        if let primary = after.primary, primary.id != old?.id {
            let name = primary.record.name
            page.add(
                .primaryChanged,
                name,
                "\(old?.record.name ?? "none") -> \(name) at \(primary.record.sqlAddress)"
            )
        } else if after.primary == nil, let old {
            let why = after.primaryProblem.map { ": \($0)" } ?? ""
            page.add(.primaryChanged, nil, "\(old.record.name) -> none\(why)", isWarning: true)
        }
        if search.conflicting != conflicting {
            conflicting = search.conflicting
            if !conflicting.isEmpty {
                page.add(.primaryConflict, nil, "writable: \(conflicting.joined(separator: ", "))", isWarning: true)
            }
        }
        guard !search.isPending || search.writableProblem == nil else { return }
        if let problem = search.writableProblem, problem != writableProblem, conflicting.isEmpty, old == nil {
            page.add(.noPrimary, nil, problem, isWarning: true)
        }
        writableProblem = search.writableProblem
    }

    /// See `ClusterViewBuilder.refused`.
    mutating func refused(host: String?, theirs: String, ours: String, epoch: Epoch, now: WallTime) {
        guard refusals.count < Self.maximumRefusals, refusals.insert(Refusal(host: host, versions: theirs)).inserted
        else { return }
        let detail = "host \(host ?? "unknown") speaks gossip version \(theirs), the members here \(ours)"
        add(.memberRefused, nil, detail, epoch: epoch, now: now)
    }

    /// See `ClusterViewBuilder.clientsComeOtherwise`.
    mutating func clientsComeOtherwise(member: String?, reason: String, epoch: Epoch, now: WallTime) {
        add(.clientPathChanged, member, reason, epoch: epoch, now: now)
    }

    /// See `ClusterViewBuilder.nameConflict`.
    mutating func nameConflict(
        _ id: MemberID,
        name: String?,
        kept: HostPort,
        refused: HostPort,
        epoch: Epoch,
        now: WallTime
    ) {
        let detail =
            kept == refused
            ? "two processes use this name and the gossip address \(kept); the first keeps it"
            : "two processes use this name; the one at \(kept) keeps it, the one at \(refused) is refused"
        guard nameConflicts.count < Self.maximumRefusals,
            nameConflicts.insert("\(id) \(detail)").inserted
        else { return }
        add(.nameConflict, name, detail, epoch: epoch, now: now)
    }

    mutating func nameReclaimed() { nameConflicts.removeAll() }

    /// A warning that no difference of two views tells.
    private mutating func add(
        _ kind: ClusterEvent.Kind,
        _ name: String?,
        _ detail: String,
        epoch: Epoch,
        now: WallTime
    ) {
        var page = Page(now: now, epoch: epoch)
        page.add(kind, name, detail, isWarning: true)
        append(page)
    }

    private mutating func append(_ page: Page) {
        for event in page.events {
            events.append(event.numbered(nextEventID))
            nextEventID += 1
        }
        if events.count > maximumEvents { events.removeFirst(events.count - maximumEvents) }
    }

    private struct Refusal: Hashable {
        var host: String?
        var versions: String
    }
}

/// The lines that one change of the view adds, without their numbers.
private struct Page {
    let now: WallTime
    let epoch: Epoch
    private(set) var events: [ClusterEvent] = []

    /// Whatever a member tells of its server.
    private static let maximumDetailLength = 2_000

    mutating func add(_ kind: ClusterEvent.Kind, _ name: String?, _ detail: String, isWarning: Bool = false) {
        events.append(
            ClusterEvent(
                id: 0,
                at: now,
                kind: kind,
                memberName: name,
                epoch: epoch,
                detail: String(detail.prefix(Self.maximumDetailLength)),
                isWarning: isWarning
            )
        )
    }

    mutating func noteJoined(_ member: ClusterView.Member, among others: [ClusterView.Member]) {
        let told = member.problems.first { $0.code.explains(member.state) }
        let former = others.first { $0.record.sqlAddress == member.record.sqlAddress && $0.id != member.id }
        let detail =
            "\(member.role.rawValue) \(member.state.rawValue) at \(member.record.sqlAddress)"
            + (told.map { ": \($0.detail)" } ?? "") + (former.map { ", which is \($0.record.name)'s, too" } ?? "")
        add(.memberJoined, member.record.name, detail, isWarning: told != nil)
        noteProblems(of: member, since: [], but: told)
    }

    mutating func noteQuorum(from old: QuorumReport?, to new: QuorumReport?, _ name: (MemberID) -> String) {
        let (before, after) = (old?.hasQuorum ?? false, new?.hasQuorum ?? false)
        if let leader = new?.leader, leader != old?.leader {
            add(.leaderChanged, name(leader), "\(old?.leader.map(name) ?? "none") -> \(name(leader))")
        }
        if before, !after {
            let why = new?.problem ?? "no majority of \(new?.voterCount ?? 0) voters is reached from here"
            add(.quorumLost, nil, why, isWarning: true)
        }
        if after, !before { add(.quorumBack, nil, "\(new?.voterCount ?? 0) voters") }
        func voters(_ report: QuorumReport?) -> Set<MemberID> {
            Set(report?.voters.filter { $0.role != .learner }.map(\.member) ?? [])
        }
        // What a node that was just started hears first is nothing new.
        guard let old, !old.voters.isEmpty else { return noteProblem(new, before: nil) }
        for voter in voters(new).subtracting(voters(old)).sorted() { add(.voterAdded, name(voter), "votes") }
        for voter in voters(old).subtracting(voters(new)).sorted() {
            add(.voterRemoved, name(voter), "votes no more")
        }
        noteProblem(new, before: old)
    }

    private mutating func noteProblem(_ new: QuorumReport?, before old: QuorumReport?) {
        guard let problem = new?.problem, problem != old?.problem, old?.hasQuorum != true else { return }
        add(.memberProblem, nil, problem, isWarning: true)
    }

    mutating func noteForgotten(_ old: ClusterView.Member, among members: [ClusterView.Member]) {
        let heir = members.first { $0.record.sqlAddress == old.record.sqlAddress }
        let detail =
            "forgotten after \(old.state.rawValue)" + (heir.map { "; \($0.record.name) has its address now" } ?? "")
        add(.memberForgotten, old.record.name, detail)
    }

    mutating func noteChanges(of member: ClusterView.Member, since old: ClusterView.Member) {
        let name = member.record.name
        var told: MemberProblem?
        if old.state != member.state {
            told = member.problems.first { $0.code.explains(member.state) }
            let why = told.map { ": \($0.detail)" } ?? ""
            let isWarning = told != nil || [.dead, .fenced, .diverged].contains(member.state)
            add(
                .stateChanged,
                name,
                "\(old.state.rawValue) -> \(member.state.rawValue)\(why)",
                isWarning: isWarning
            )
        }
        let (wasFenced, isFenced) = (old.record.quorum?.isFenced == true, member.record.quorum?.isFenced == true)
        if isFenced, !wasFenced {
            add(.fenced, name, "its server is closed: it has no right to be written to", isWarning: true)
        }
        if wasFenced, !isFenced { add(.unfenced, name, "its server is open to its clients again") }
        if old.role != member.role {
            add(.roleChanged, name, "\(old.role.rawValue) -> \(member.role.rawValue)")
        }
        if old.record.sqlAddress != member.record.sqlAddress {
            add(.addressChanged, name, "\(old.record.sqlAddress) -> \(member.record.sqlAddress)")
        }
        if old.record.zone != member.record.zone {
            add(.zoneChanged, name, "\"\(old.record.zone)\" -> \"\(member.record.zone)\"")
        }
        noteProblems(of: member, since: old.problems, but: told)
        // What is not seen now is not known to be solved; a change of state tells of what was its reason.
        guard member.current != nil else { return }
        for problem in old.problems
        where !member.problems.contains(where: { $0.code.isAkin(to: problem.code) })
            && (old.state == member.state || !problem.code.explains(old.state))
        {
            add(.problemSolved, name, "no longer so: \(problem.detail)")
        }
    }

    private mutating func noteProblems(
        of member: ClusterView.Member,
        since old: [MemberProblem],
        but told: MemberProblem?
    ) {
        for problem in member.problems
        where problem != told && !old.contains(where: { $0.code == problem.code }) {
            switch problem.code {
            // Told of the cluster as a whole.
            case .writable(beside: nil): break
            case .writable: add(.primaryConflict, member.record.name, problem.detail, isWarning: true)
            default: add(.memberProblem, member.record.name, problem.detail, isWarning: true)
            }
        }
    }
}

extension ClusterEvent {
    fileprivate func numbered(_ number: UInt64) -> ClusterEvent {
        var event = self
        event.id = number
        return event
    }
}
