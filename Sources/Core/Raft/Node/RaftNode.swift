package import ClusterModel

/// One peer's part in the replicated log: elections, replication, membership, snapshots, and the lease of its leader.
///
/// A value without clock, randomness, disk, sockets or tasks: the host passes events and the time in, carries the actions
/// out in their order, and calls again with `.timer` when `nextWakeUp` has come. The same events, times and random numbers
/// give the same actions.
///
/// The rules stand in the extensions beside this file and in the types they use: `RaftLog`, `Durability` (what is said
/// only when it is on the disk), `VoteHold` and `HeartbeatRounds` (the lease), `Progress` (what a peer is sent),
/// `Configuration` (who counts).
///
/// Literature: Ongaro, Ousterhout: "In Search of an Understandable Consensus Algorithm" (2014), here "Raft"; Ongaro:
/// "Consensus: Bridging Theory and Practice" (2014), here "Raft thesis".
package struct RaftNode: Sendable {
    package let id: PeerID
    package let quorum: QuorumID
    let settings: RaftSettings

    enum Role: Sendable {
        case follower(leader: PeerID?)
        /// Asks whether it would win, again after a while; binds nobody.
        case asking(Ballot, again: BootTime)
        case candidate(Ballot, ownVote: WriteNumber, again: BootTime)
        case leader(Leadership)
        case silent
    }

    var role = Role.follower(leader: nil)
    var hardState: HardState
    var log: RaftLog
    var durability: Durability
    var hold: VoteHold
    /// When a follower that has heard nothing campaigns.
    var electionDeadline: BootTime
    var reluctanceMilliseconds = 0
    /// Committed entries up to here have been handed out.
    var applied: LogIndex
    var arriving: ArrivingSnapshot?
    var isSnapshotWanted = false
    var appliedSinceSnapshot = (entries: 0, bytes: 0)
    var actions: [RaftAction] = []
    private var told: Standing

    /// When `.timer` is wanted.
    package private(set) var nextWakeUp: BootTime

    /// A peer as its store has it, just started. The first event, `.timer`, is due at once.
    ///
    /// - Parameters:
    ///   - initial: who takes part where the log does not say so: the founders of the quorum; nobody for one who joins.
    ///   - base: the entry before the first of `entries`.
    package init(
        id: PeerID,
        quorum: QuorumID,
        settings: RaftSettings,
        initial: Configuration,
        hardState: HardState = HardState(),
        snapshot: Snapshot? = nil,
        base: EntryID = .origin,
        entries: [LogEntry] = [],
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) {
        self.id = id
        self.quorum = quorum
        self.settings = settings
        self.hardState = hardState
        log = RaftLog(snapshot: snapshot, base: base, entries: entries, initial: initial)
        durability = Durability(life: random.next(), now: now)
        hold = VoteHold(start: now)
        applied = log.commit
        electionDeadline = now
        nextWakeUp = now
        told = Standing(role: .follower, term: hardState.term, leader: nil)
        if log.commit(through: hardState.commit) { handOut() }
        resetElectionDeadline(now: now, using: &random)
    }

    /// Handles one event.
    ///
    /// - Parameter now: read before the call and after the event came.
    package mutating func handle(
        _ event: RaftEvent,
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) -> [RaftAction] {
        if case .silent = role {
            refuse(event)
            defer { actions = [] }
            return actions
        }
        switch event {
        case .timer: break
        case .message(let message): receive(message, now: now, using: &random)
        case .written(let receipt): written(receipt, now: now)
        case .storeFailed: fallSilent()
        case .connectionLost(let peer): connectionLost(to: peer, now: now)
        case .propose(let proposals): propose(proposals, now: now)
        case .change(let id, let change): self.change(change, id: id, now: now)
        case .read(let request): read(request, now: now)
        case .transfer(let target): transfer(to: target, now: now)
        case .gateClosed(let closing): gateClosed(closing, now: now, using: &random)
        case .snapshotTaken(let index, let state): snapshotTaken(at: index, state: state)
        case .reluctance(let milliseconds): beReluctant(milliseconds)
        }
        stepDownIfRemoved(now: now, using: &random)
        runTimers(now: now, using: &random)
        return finish(now: now)
    }

    private mutating func finish(now: BootTime) -> [RaftAction] {
        wantSnapshot()
        if standing != told {
            told = standing
            actions.append(.standingChanged(told))
        }
        if case .silent = role {} else { durability.flush(last: log.last, now: now, into: &actions) }
        nextWakeUp = max(now, earliestTimer)
        defer { actions = [] }
        return actions
    }

    // MARK: What others read

    package var standing: Standing {
        switch role {
        case .follower(let leader): Standing(role: .follower, term: hardState.term, leader: leader)
        case .asking: Standing(role: .follower, term: hardState.term, leader: nil)
        case .candidate: Standing(role: .candidate, term: hardState.term, leader: nil)
        case .leader: Standing(role: .leader, term: hardState.term, leader: id)
        case .silent: Standing(role: .silent, term: hardState.term, leader: nil)
        }
    }

    /// What the leader may do without asking, and until when; nil if this is not the leader, or it hands over, or has not
    /// committed anything in its term. It may have ended already: the clock decides.
    package var tenure: Tenure? {
        guard let leadership, leadership.handover == nil, hasCommittedInTerm, let ends = leadership.leaseEnds else {
            return nil
        }
        return Tenure(term: hardState.term, ends: ends)
    }

    /// The configuration that counts, committed or not.
    package var configuration: Configuration { log.configuration }

    package var isConfigurationCommitted: Bool { log.commit >= log.configurationIndex }

    package var lastEntry: EntryID { log.last }

    package var commitIndex: LogIndex { log.commit }

    /// How far each peer's log is the leader's; empty elsewhere.
    package var matches: [PeerID: LogIndex] { leadership?.progress.mapValues(\.match) ?? [:] }

    /// Whether the learner may be promoted. False on others than the leader.
    package func hasCaughtUp(_ peer: PeerID, now: BootTime) -> Bool {
        leadership?.progress[peer]?.hasCaughtUp(last: log.last.index, settings, now: now) ?? false
    }

    /// Whether the peer has answered this one within the vote hold. False on others than the leader.
    package func hasAnswered(_ peer: PeerID, now: BootTime) -> Bool {
        guard let leadership else { return false }
        guard peer != id else { return true }
        guard let heard = leadership.progress[peer]?.heardAt else { return false }
        return now.milliseconds(since: heard) < settings.voteHoldMilliseconds
    }

    // MARK: Common steps

    var leadership: Leadership? {
        get { if case .leader(let leadership) = role { leadership } else { nil } }
        set { if let newValue { role = .leader(newValue) } }
    }

    func message(to peer: PeerID, term: Term? = nil, _ body: RaftMessage.Body) -> RaftMessage {
        RaftMessage(quorum: quorum, from: id, to: peer, term: term ?? hardState.term, body)
    }

    /// - Parameter need: what has to be durable before it leaves.
    mutating func send(_ body: RaftMessage.Body, to peer: PeerID, after need: Durability.Need = .hardState) {
        durability.send(message(to: peer, body), after: need)
    }

    mutating func append(_ content: LogEntry.Content) -> EntryID {
        let id = EntryID(term: hardState.term, index: log.last.index.next)
        append(LogEntry(id, content))
        return id
    }

    mutating func append(_ entry: LogEntry) {
        log.append(entry)
        durability.write(entry)
    }

    mutating func saveHardState() {
        hardState.commit = log.commit
        durability.write(hardState)
    }

    mutating func commit(through index: LogIndex) -> Bool {
        guard log.commit(through: index) else { return false }
        handOut()
        return true
    }

    private mutating func handOut() {
        let entries = log.entries(after: applied, through: log.commit)
        guard !entries.isEmpty else { return }
        applied = log.commit
        appliedSinceSnapshot.entries += entries.count
        appliedSinceSnapshot.bytes += entries.reduce(0) { $0 + $1.byteCount }
        actions.append(.apply(entries))
    }

    /// Takes a new term over, if it is one, and follows.
    mutating func follow(
        _ leader: PeerID?,
        term: Term,
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) {
        if term > hardState.term {
            hardState.term = term
            hardState.vote = nil
            saveHardState()
        }
        if leadership != nil { endLeadership() }
        if case .follower = role {} else { resetElectionDeadline(now: now, using: &random) }
        role = .follower(leader: leader)
    }

    /// Also for the campaign that is waited for now.
    private mutating func beReluctant(_ milliseconds: Int) {
        let wanted = min(max(0, milliseconds), Self.greatestReluctanceMilliseconds)
        electionDeadline = electionDeadline.adding(milliseconds: wanted - reluctanceMilliseconds)
        reluctanceMilliseconds = wanted
    }

    private static let greatestReluctanceMilliseconds = 3_600_000

    mutating func resetElectionDeadline(now: BootTime, using random: inout some RandomNumberGenerator) {
        let spread = Int.random(in: 0...max(0, settings.electionSpreadMilliseconds), using: &random)
        let quiet = max(now, hold.heard)
        electionDeadline = quiet.adding(milliseconds: settings.voteHoldMilliseconds + spread + reluctanceMilliseconds)
    }

    private mutating func written(_ receipt: RaftWrite.Receipt, now: BootTime) {
        guard durability.confirm(receipt, into: &actions) else { return }
        log.noteDurable(receipt.last)
        ownVoteIsDurable(now: now)
        ownLogIsDurable(now: now)
    }

    private mutating func fallSilent() {
        if leadership != nil { endLeadership() }
        role = .silent
    }

    private mutating func refuse(_ event: RaftEvent) {
        switch event {
        case .propose(let proposals): actions = proposals.map { .refused($0.id, .notLeader) }
        case .change(let id, _): actions = [.refused(id, .change(.notLeader))]
        case .read(let id): actions = [.refused(id, .notLeader)]
        case .transfer: actions = [.transferEnded(.refused)]
        default: break
        }
    }

    // MARK: Time

    private var earliestTimer: BootTime {
        switch role {
        case .follower: canCampaign ? electionDeadline : .distantFuture
        case .asking(_, let again), .candidate(_, _, let again): again
        case .leader(let leadership): nextTimer(of: leadership)
        case .silent: .distantFuture
        }
    }

    private mutating func runTimers(now: BootTime, using random: inout some RandomNumberGenerator) {
        switch role {
        case .follower:
            if now >= electionDeadline, canCampaign { ask(now: now, using: &random) }
        case .asking(_, let again):
            if now >= again { ask(now: now, using: &random) }
        case .candidate(_, _, let again):
            if now >= again { ask(now: now, using: &random) }
        case .leader:
            lead(now: now, using: &random)
        case .silent: break
        }
    }
}

extension BootTime {
    static let distantFuture = Self(nanoseconds: .max)
}
