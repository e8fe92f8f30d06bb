internal import ClusterModel
internal import Raft

/// What a leader does by itself, and how the others keep out of a better one's way.
extension Participation {
    mutating func runTimers(_ around: Surroundings) {
        if let due = leases?.due(decisions, now: around.now), leads(around) {
            for decision in due { propose(decision) }
        }
        guard around.now >= nextPolicy else { return }
        nextPolicy = around.now.adding(milliseconds: around.settings.policyMilliseconds)
        absences.note(around.members, peers: raft.configuration.peers.values.map(\.member), now: around.now)
        guard leads(around) else { return }
        namePrimary(around)
        if let change = policy(around).nextChange { inbox.append(.change(work.begin(WorkUnderWay.Work()), change)) }
        greet(around)
        moveSeat(around)
    }

    var nextTimer: BootTime {
        guard outage == nil else { return BootTime(nanoseconds: .max) }
        return min(raft.nextWakeUp, nextPolicy, leases?.nextWakeUp ?? nextPolicy)
    }

    // MARK: Members

    private func policy(_ around: Surroundings) -> MembershipPolicy {
        MembershipPolicy(
            configuration: raft.configuration,
            members: around.members,
            absentSince: absences.since,
            hasCaughtUp: { [raft, now = around.now] in raft.hasCaughtUp($0, now: now) },
            hasAnswered: { [raft, now = around.now] in raft.hasAnswered($0, now: now) },
            own: membership.peer,
            primary: decisions.primary?.member,
            settings: around.settings,
            now: around.now
        )
    }

    /// Those whose store is still empty are told that they are in.
    private mutating func greet(_ around: Surroundings) {
        guard raft.isConfigurationCommitted else { return }
        for (peer, known) in raft.configuration.peers.sorted(by: { $0.key < $1.key })
        where around.members[known.member]?.freshPeer == peer && around.connected.contains(known.member) {
            actions.append(.send(.join(membership.quorum, as: peer), to: known.member))
        }
    }

    // MARK: The primary's name

    /// The one that there was when the quorum was founded is the first by right. And while nobody but people moves the role, it
    /// goes where they have moved it on the servers: the one named takes no writes any more, and one other would.
    private mutating func namePrimary(_ around: Surroundings) {
        guard case .one(let observed) = around.observed, observed != decisions.primary?.member,
            raft.isConfigurationCommitted, raft.configuration.peers.contains(where: { $0.value.member == observed }),
            around.members[observed]?.isAlive == true
        else { return }
        let reason: PrimaryReason
        if let named = decisions.primary?.member {
            guard let why = whyOutOfOffice(named, around),
                around.now.milliseconds(since: around.observedSince) >= around.settings.byHandMilliseconds
            else { return }
            reason = why
        } else {
            reason = .bootstrap
        }
        guard !work.isNaming else { return }
        let decision = Decision.namePrimary(observed, epoch: decisions.epoch.next, reason: reason, at: around.wallTime)
        propose(decision, WorkUnderWay.Work(names: true))
    }

    /// Nil while the named primary takes writes, or would again by itself.
    private func whyOutOfOffice(_ named: MemberID, _ around: Surroundings) -> PrimaryReason? {
        // One that is cut off has closed itself: its lease had ended before this member's began.
        guard let member = around.members[named], member.liveness.isPresent else { return .failover }
        return switch member.server {
        case .down: .failover
        case .readOnly: member.words?.isFenced == false ? .switchover : nil
        case .unknown, .writable: nil
        }
    }

    // MARK: The seat

    /// The leader's seat is the primary's. Without a primary that could take it, it goes from one who would rather not lead to
    /// one who would.
    private mutating func moveSeat(_ around: Surroundings) {
        guard around.now >= handoverPause else { return }
        if let primary = decisions.primary?.member, primary != around.own, let peer = successor(primary, around) {
            return handOver(to: peer, around)
        }
        if isLeaving || around.members[around.own]?.isReluctant == true,
            decisions.primary?.member != around.own || isLeaving,
            let next = bestSuccessor(around, unreluctant: !isLeaving)
        {
            handOver(to: next, around)
        }
    }

    /// - Returns: the member's peer, if it could lead at once.
    private func successor(_ member: MemberID, _ around: Surroundings) -> PeerID? {
        guard around.reaches(member), around.members[member]?.server != .down else { return nil }
        return raft.configuration.voters.first { raft.configuration.peers[$0]?.member == member }
    }

    /// The best of those who could lead at once.
    func bestSuccessor(_ around: Surroundings, unreluctant: Bool = false) -> PeerID? {
        let voters = raft.configuration.voters.filter { $0 != membership.peer }.compactMap { peer in
            raft.configuration.peers[peer].flatMap { around.members[$0.member] }.map { (peer, $0) }
        }
        return voters.filter { around.reaches($0.1.id) && !(unreluctant && $0.1.isReluctant) }.min {
            (Willingness($0.1, decisions.primary?.member), $0.0) < (Willingness($1.1, decisions.primary?.member), $1.0)
        }?.0
    }

    mutating func handOver(to peer: PeerID, _ around: Surroundings) {
        isHandingOver = true
        handoverPause = around.now.adding(milliseconds: around.settings.handoverPauseMilliseconds)
        inbox.append(.transfer(to: peer))
    }

    mutating func transferEnded(_ end: TransferEnd, _ around: Surroundings) {
        isHandingOver = false
        let asked = steppingDown
        steppingDown = []
        for origin in asked { answer(origin, end == .given ? .done : .refused(.nobodyElse)) }
    }

    /// The process ends: somebody else is to lead.
    mutating func leaveSeat() {
        isLeaving = true
        nextPolicy = BootTime(nanoseconds: 0)
        handoverPause = BootTime(nanoseconds: 0)
    }

    /// Nothing is left that could be handed to anybody.
    func mayLeave(_ around: Surroundings) -> Bool {
        raft.standing.role != .leader || !isHandingOver && bestSuccessor(around) == nil
    }

    // MARK: Elections

    /// How much later than others this member campaigns: so that the best of those who live wins at once.
    mutating func stepBack(_ around: Surroundings) {
        guard let own = around.members[around.own] else { return }
        let primary = decisions.primary?.member
        let others = raft.configuration.voters.compactMap { raft.configuration.peers[$0]?.member }
            .compactMap { around.members[$0] }.filter { $0.isAlive && $0.id != around.own }
        let mine = Willingness(own, primary)
        let better = Set(others.map { Willingness($0, primary) }.filter { $0 < mine }).count
        inbox.append(.reluctance(milliseconds: better * 2 * around.settings.raft.heartbeatMilliseconds))
    }
}

/// Who should rather lead: the primary, then who wants to, then by the promotion rule.
struct Willingness: Hashable, Comparable {
    private let isOther: Bool
    private let isReluctant: Bool
    private let rule: Int

    init(_ member: QuorumMember, _ primary: MemberID?) {
        isOther = member.id != primary
        isReluctant = member.isReluctant
        rule = VoterChoice.willingness(member.promotion)
    }

    static func < (left: Self, right: Self) -> Bool {
        if left.isOther != right.isOther { return right.isOther }
        if left.isReluctant != right.isReluctant { return right.isReluctant }
        return left.rule < right.rule
    }
}
