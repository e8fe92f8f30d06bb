package import ClusterModel
internal import Raft

/// One member's part in the quorum, from an empty store to a leader's seat: how a quorum is founded, who takes part in it,
/// what it has decided, who may be written to, and what applications ask of it.
///
/// A value without clock, randomness, disk, sockets or tasks, as `RaftNode`, which it holds once its store belongs to a
/// quorum: the host passes events and times in, carries the actions out in their order, and calls again with `.timer` when
/// `nextWakeUp` has come. The same events, times and random numbers give the same actions.
package struct QuorumNode: Sendable {
    var around: Surroundings
    /// While the store belongs to no quorum.
    var founding: Founding?
    /// While it does.
    var participation: Participation?
    /// Why there is neither, or it says nothing any more.
    package private(set) var outage: Outage?
    private var waiting = WaitingRequests()
    private var leader: MemberID?
    private var isLeaving = false
    private var nextPulse: BootTime
    private var actions: [QuorumAction] = []
    /// When `.timer` is wanted.
    package private(set) var nextWakeUp: BootTime

    /// A member as its store has it, just started. The first event, `.timer`, is due at once.
    package init(
        own: MemberID,
        stored: StoredQuorum,
        settings: QuorumSettings,
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) {
        around = Surroundings(
            own: own,
            settings: settings,
            life: random.next(),
            generation: stored.generation,
            now: now
        )
        nextPulse = now
        nextWakeUp = now
        switch stored.stage {
        case .nothing: founding = Founding(own: own, promise: nil, settings: settings, now: now, using: &random)
        case .promised(let promise):
            founding = Founding(own: own, promise: promise, settings: settings, now: now, using: &random)
        case .belongs(let membership):
            participation = try? Participation(membership, stored, settings, now: now, using: &random)
            if participation == nil { leave(.unreadableDecision) }
        }
    }

    /// Handles one event.
    ///
    /// - Parameter now: read before the call and after the event came.
    package mutating func handle(
        _ event: QuorumEvent,
        now: BootTime,
        wallTime: WallTime,
        using random: inout some RandomNumberGenerator
    ) -> [QuorumAction] {
        around.now = now
        around.wallTime = wallTime
        take(event, using: &random)
        settle(using: &random)
        runTimers(using: &random)
        settle(using: &random)
        nextWakeUp = max(now, earliestTimer)
        defer { actions = [] }
        return actions
    }

    private mutating func take(_ event: QuorumEvent, using random: inout some RandomNumberGenerator) {
        switch event {
        case .timer: break
        case .saved(let generation):
            around.generation = max(around.generation, generation)
            if let steps = founding?.saved() { carryOut(steps, using: &random) }
        case .written(let receipts, let generation):
            around.generation = max(around.generation, generation)
            participation?.inbox += receipts.map { .written($0) }
        case .storeFailed(let reason): leave(.storeFailed(reason: reason))
        case .members(let members, let isComplete):
            around.members = Dictionary(members.map { ($0.id, $0) }) { first, _ in first }
            around.isComplete = isComplete
            participation?.stepBack(around)
            founding?.talkAtOnce(around.now)
        case .observed(let observed): around.observe(observed)
        case .message(let message, let sender): receive(message, from: sender)
        case .connected(let member):
            around.connected.insert(member)
            if let pulse = participation?.pulse(around) { actions.append(.send(.pulse(pulse), to: member)) }
            founding?.talkAtOnce(around.now)
            waiting.leaderChanged(now: around.now)
        case .lost(let member):
            around.connected.remove(member)
            waiting.lost(member, now: around.now)
            participation?.lost(member)
        case .request(let number, let request): ask(request, number)
        case .gateClosed(let closing): participation?.inbox.append(.gateClosed(closing))
        case .leaving:
            isLeaving = true
            participation?.leaveSeat()
        }
    }

    private mutating func receive(_ message: PeerMessage, from sender: MemberID) {
        guard sender != around.own, outage == nil else { return }
        if case .answer(let number, let answer) = message { return answered(number, answer) }
        if participation != nil { return participation?.receive(message, from: sender, around) ?? () }
        switch message {
        case .founding(let message): pending += founding?.receive(message, from: sender) ?? []
        case .join(let quorum, let peer): pending += founding?.join(quorum, as: peer) ?? []
        // Who has no log cannot serve anybody.
        case .request(let number, _): actions.append(.send(.answer(number, nil), to: sender))
        case .raft, .pulse, .removed, .staleStore, .answer: break
        }
    }
    /// Steps of the founding.
    private var pending: [Founding.Action] = []

    // MARK: Steps

    private mutating func settle(using random: inout some RandomNumberGenerator) {
        let steps = pending
        pending = []
        carryOut(steps, using: &random)
        participation?.settle(around, using: &random)
        collect()
        if let participation, participation.leader != leader {
            leader = participation.leader
            waiting.leaderChanged(now: around.now)
        }
    }

    /// What the participation wants done, and what it answers.
    private mutating func collect() {
        guard participation != nil else { return }
        actions += participation?.actions ?? []
        participation?.actions = []
        let answers = participation?.ownAnswers ?? []
        participation?.ownAnswers = []
        for (number, answer) in answers { answered(number, answer) }
        if outage == nil, let why = participation?.outage { outage = why }
    }

    private mutating func carryOut(_ steps: [Founding.Action], using random: inout some RandomNumberGenerator) {
        for step in steps {
            switch step {
            case .save(let stage): actions.append(.save(stage))
            case .send(let message, let member): actions.append(.send(.founding(message), to: member))
            case .founded(let membership): takePart(membership, using: &random)
            }
        }
    }

    private mutating func takePart(_ membership: Membership, using random: inout some RandomNumberGenerator) {
        founding = nil
        let stored = StoredQuorum(stage: .belongs(membership), generation: around.generation)
        participation = try? Participation(membership, stored, around.settings, now: around.now, using: &random)
        participation?.stepBack(around)
        if let pulse = participation?.pulse(around) {
            for member in around.connected.sorted() { actions.append(.send(.pulse(pulse), to: member)) }
        }
        let founders = membership.founders.peers.values.map(\.member).sorted()
        actions.append(
            .notice(
                founders.isEmpty
                    ? .joined(membership.quorum) : .founded(membership.quorum, founders: founders)
            )
        )
    }

    private mutating func leave(_ why: Outage) {
        if participation != nil {
            participation?.leave(why)
        } else if outage == nil {
            outage = why
            founding = nil
            actions.append(.notice(.outOfQuorum(why)))
        }
    }

    // MARK: Requests

    private mutating func ask(_ request: QuorumRequest, _ number: RequestNumber) {
        guard outage == nil, participation != nil else {
            return actions.append(.answer(number, .refused(.notInQuorum)))
        }
        guard waiting.entries.count < WaitingRequests.maximum else {
            return actions.append(.answer(number, .refused(.busy)))
        }
        let deadline = around.now.adding(milliseconds: around.settings.requestMilliseconds)
        waiting.add(number, request, deadline: deadline, now: around.now)
    }

    /// Nil where whoever was asked does not lead.
    private mutating func answered(_ number: RequestNumber, _ answer: QuorumAnswer?) {
        guard let answer, let entry = waiting.entries[number] else {
            let pause = around.settings.raft.heartbeatMilliseconds / 2
            return waiting.putBack(number, milliseconds: pause, now: around.now)
        }
        let underWay = entry.sentAt.map { around.now.milliseconds(since: $0) } ?? 0
        guard let answer = answer.aged(milliseconds: underWay) else {
            return waiting.begin(number, now: around.now)
        }
        _ = waiting.remove(number)
        actions.append(.answer(number, answer))
    }

    private mutating func sendRequests() {
        let (expired, toSend) = waiting.due(leader: leader, now: around.now)
        for number in expired where waiting.remove(number) != nil {
            actions.append(.answer(number, .refused(outage == nil ? .noQuorum(missing: missingVoters) : .notInQuorum)))
        }
        guard let leader else { return }
        for number in toSend {
            guard let request = waiting.entries[number]?.request else { continue }
            waiting.noteSent(number, to: leader, now: around.now)
            if leader == around.own {
                participation?.serve(request, for: .own(number), around)
            } else {
                actions.append(.send(.request(number, request), to: leader))
            }
        }
    }

    /// So many more voters would have to be reached for a majority.
    private var missingVoters: Int {
        guard let configuration = participation?.raft.configuration else { return 0 }
        let reached = configuration.voters.count { peer in
            configuration.peers[peer].map { around.reaches($0.member) } ?? false
        }
        return max(0, configuration.majority - reached)
    }

    // MARK: Time

    private mutating func runTimers(using random: inout some RandomNumberGenerator) {
        if around.now >= nextPulse {
            nextPulse = around.now.adding(milliseconds: around.settings.pulseMilliseconds)
            if let pulse = participation?.pulse(around), outage == nil {
                for member in around.connected.sorted() { actions.append(.send(.pulse(pulse), to: member)) }
            }
        }
        let members = around.members.values.sorted { $0.id < $1.id }
        if let steps = founding?.consider(members, isComplete: around.isComplete, now: around.now, using: &random) {
            carryOut(steps, using: &random)
        }
        participation?.runTimers(around)
        sendRequests()
        if isLeaving, participation?.mayLeave(around) ?? true {
            isLeaving = false
            actions.append(.mayLeave)
        }
    }

    private var earliestTimer: BootTime {
        min(nextPulse, founding?.nextTimer ?? nextPulse, participation?.nextTimer ?? nextPulse, waiting.nextLook)
    }
}
