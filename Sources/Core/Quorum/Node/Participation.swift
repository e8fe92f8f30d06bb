internal import ClusterModel
internal import Raft

/// A member's part in the quorum that its store belongs to: its log's peer, the state that the log leads to, and while it
/// leads, whom it serves.
///
/// What it wants done is gathered in `actions`. What it tells its own log's peer waits in `inbox` until `settle`, so that no
/// step of the log begins in the middle of another.
struct Participation: Sendable {
    let membership: Membership
    var raft: RaftNode
    var decisions: Decisions
    var inbox: [RaftEvent] = []
    var actions: [QuorumAction] = []
    var outage: Outage?

    /// What the others have said of themselves.
    var peers = KnownPeers()
    var absences = Absences()

    /// While this member leads and may act on it.
    var leases: ServiceLeases?
    var work = WorkUnderWay()
    /// Who does not lead takes it until then that somebody does: a seat that is handed over is empty for a moment. Nil after a
    /// lease was lost.
    var ledUntil: BootTime?
    var nextPolicy: BootTime
    /// The seat is not offered to anybody before.
    var handoverPause: BootTime
    /// Who asked for the handover that is under way.
    var steppingDown: [Origin] = []
    var isHandingOver = false
    var isLeaving = false
    /// Answers to requests of this member's own; nil where it does not lead.
    var ownAnswers: [(number: RequestNumber, answer: QuorumAnswer?)] = []

    /// Who asks the leader.
    enum Origin: Equatable, Sendable {
        case own(RequestNumber)
        case other(MemberID, RequestNumber)
    }

    /// - Throws: `DecodingFailure` for a state of a later version.
    init(
        _ membership: Membership,
        _ stored: StoredQuorum,
        _ settings: QuorumSettings,
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) throws(DecodingFailure) {
        self.membership = membership
        nextPolicy = now
        handoverPause = now
        decisions =
            try stored.snapshot.map { (snapshot) throws(DecodingFailure) in
                try Decisions(decoding: snapshot.state[...])
            } ?? Decisions()
        raft = RaftNode(
            id: membership.peer,
            quorum: membership.quorum,
            settings: settings.raft,
            initial: membership.founders,
            hardState: stored.hardState,
            snapshot: stored.snapshot,
            base: stored.base,
            entries: stored.entries,
            now: now,
            using: &random
        )
        inbox = [.timer]
    }

    // MARK: The log

    /// Hands the log's peer what waits for it, and carries out what comes of it, until nothing is left.
    mutating func settle(_ around: Surroundings, using random: inout some RandomNumberGenerator) {
        if around.now >= raft.nextWakeUp { inbox.append(.timer) }
        while !inbox.isEmpty {
            let events = inbox
            inbox = []
            for event in events {
                for action in raft.handle(event, now: around.now, using: &random) { carryOut(action, around) }
            }
        }
        noteTenure(around)
    }

    private mutating func carryOut(_ action: RaftAction, _ around: Surroundings) {
        switch action {
        case .persist(let write): actions.append(.persist(write))
        case .send(let message):
            if let member = raft.configuration.peers[message.to]?.member ?? peers.member(of: message.to) {
                actions.append(.send(.raft(message), to: member))
            }
        case .apply(let entries): for entry in entries { apply(entry, around) }
        case .restore(let snapshot): restore(snapshot)
        case .takeSnapshot: inbox.append(.snapshotTaken(at: raft.commitIndex, state: decisions.encoded))
        case .accepted(let request, let entry): work.accepted(request, entry)
        case .refused(let request, let refusal): refused(request, refusal)
        case .read: break
        case .closeGate(let closing): actions.append(.closeGate(closing))
        case .transferEnded(let end): transferEnded(end, around)
        case .standingChanged(let standing): standingChanged(standing)
        case .violation(let peer, let violation):
            actions.append(.notice(.violation(raft.configuration.peers[peer]?.member, violation)))
        }
    }

    private mutating func apply(_ entry: LogEntry, _ around: Surroundings) {
        let done = work.applied(entry)
        guard case .command(let command) = entry.content else {
            if let done { conclude(done, .done, around) }
            return
        }
        guard outage == nil else { return }
        guard let decision = try? Decision(decoding: command[...]) else { return leave(.unreadableDecision) }
        let outcome = decisions.apply(decision)
        leases?.applied(decision, outcome, decisions, now: around.now)
        if outcome == .done { noteChange(decision) }
        if let done { conclude(done, outcome, around) }
    }

    private mutating func noteChange(_ decision: Decision) {
        switch decision {
        case .elect(let service, _, _, _, _), .vacate(let service, _, _), .adjust(let service, _, _),
            .forget(let service, _):
            actions.append(.serviceChanged(service))
        case .namePrimary: break
        }
    }

    private mutating func restore(_ snapshot: Snapshot) {
        guard let restored = try? Decisions(decoding: snapshot.state[...]) else { return leave(.unreadableDecision) }
        let names = Set(decisions.services.keys).union(restored.services.keys)
        let changed = names.filter { decisions.services[$0] != restored.services[$0] }
        decisions = restored
        for name in changed.sorted() { actions.append(.serviceChanged(name)) }
    }

    /// Takes no part from now on.
    mutating func leave(_ why: Outage) {
        guard outage == nil else { return }
        outage = why
        inbox.append(.storeFailed)
        actions.append(.notice(.outOfQuorum(why)))
    }

    // MARK: Leading

    var leader: MemberID? {
        raft.standing.leader.flatMap { raft.configuration.peers[$0]?.member ?? peers.member(of: $0) }
    }

    /// Whether this member may act as leader at this moment.
    func leads(_ around: Surroundings) -> Bool { raft.tenure.map { around.now < $0.ends } ?? false }

    private mutating func standingChanged(_ standing: Standing) {
        // Of another term, or nobody's now.
        leases = nil
        for work in work.giveUp() { putBack(work) }
        if standing.role == .leader { nextPolicyAtOnce() }
    }

    private mutating func nextPolicyAtOnce() { nextPolicy = BootTime(nanoseconds: 0) }

    /// The leases of services run from when this member can act as leader.
    private mutating func noteTenure(_ around: Surroundings) {
        let isLed: Bool? =
            raft.standing.role == .leader
            ? raft.tenure.map { around.now < $0.ends } : raft.standing.leader == nil ? nil : true
        if let isLed {
            ledUntil =
                isLed ? around.now.adding(milliseconds: around.settings.raft.electionSpreadMilliseconds) : nil
        }
        guard raft.tenure != nil, leases == nil else { return }
        leases = ServiceLeases(decisions, now: around.now)
    }
}
