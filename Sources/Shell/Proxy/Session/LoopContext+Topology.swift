internal import ClusterModel
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import QueryRouting
internal import Sockets

/// The sessions of one event loop that wait for a change, and the one timer that they share.
struct LoopWaits {
    var queue = WaitQueue<ObjectIdentifier>()
    /// Those that wait for a service, and not for the topology.
    var services = ServiceQueue<ObjectIdentifier>()
    /// Those that a change has ended and that are not answered yet.
    fileprivate var due: ArraySlice<ProxySession> = []
    fileprivate var isAnswering = false
    /// How many are answered before the loop looks after other sessions again.
    fileprivate static let turn = 128
    fileprivate var timer: Scheduled<Void>?
    fileprivate var timerDeadline: UInt64 = .max
    /// Deadlines are moved up to multiples of this, in nanoseconds, so that one wake-up serves many.
    fileprivate static let grain: UInt64 = 5_000_000
}

extension LoopContext {
    /// The local view has changed: who waits for that is answered, and sessions that track will tell their clients.
    func topologyChanged(to notice: TopologyNotice) {
        guard notice.version > topology.notice.version else { return }
        if notice.primary.isEmpty, !topology.notice.primary.isEmpty { primaryLostAt = .now() }
        topology = SessionTopology(notice)
        answerInTurn(waits.queue.removeAll().compactMap { sessions[$0] })
        for id in holding {
            guard let session = sessions[id] else { continue }
            session.perform(.topologyChanged)
            session.settle()
        }
        holding = holding.filter { sessions[$0]?.conversation?.isHolding ?? false }
    }

    /// What holds for all sessions now.
    var surroundings: Conversation.Surroundings {
        var surroundings = Conversation.Surroundings(topology: topology)
        surroundings.services = elections?.services
        surroundings.generation = virtualTables.generation
        surroundings.isDraining = isDraining
        surroundings.isPrimarySought = topology.notice.primary.isEmpty && patienceWithNextPrimary > .zero
        surroundings.roomForAnswers = keptAnswers.room
        return surroundings
    }

    /// How long the next primary may still take to make itself known.
    var patienceWithNextPrimary: TimeAmount { primaryLostAt + Self.patienceWithPrimary - .now() }

    /// How long a client waits for the probe to see what it is about to be told.
    static let patienceWithProbe = TimeAmount.milliseconds(50)

    /// Longer than the next primary's probe takes to look, if its interval is not much longer than the usual one.
    private static let patienceWithPrimary = TimeAmount.seconds(1)

    func answerInTurn(_ sessions: [ProxySession]) {
        waits.due += sessions
        if !waits.isAnswering { answerDue() }
    }

    /// Thousands are answered in turns, between which other sessions have theirs.
    private func answerDue() {
        waits.isAnswering = false
        let turn = waits.due.prefix(LoopWaits.turn)
        waits.due = waits.due.dropFirst(LoopWaits.turn)
        var answers = WaitAnswers()
        for session in turn { session.endWait(&answers) }
        guard !waits.due.isEmpty else {
            waits.due = []
            return
        }
        waits.isAnswering = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        // After the loop has looked at its sockets; a timer, however short, would let it sleep for a millisecond.
        eventLoop.execute { bound.value.answerDue() }
    }

    /// The newest topology there is, which this loop may not have been told of yet.
    func currentTopology() -> SessionTopology {
        topologyChanged(to: node.topology)
        return topology
    }

    /// Answers everybody who waits, at once: the sidecar stops.
    func endWaits() {
        var answers = WaitAnswers()
        for session in waits.due { session.endWait(&answers) }
        waits.due = []
        for id in waits.queue.removeAll() { sessions[id]?.endWait(&answers) }
        endServiceWaits()
    }

    func beginWait(_ session: ProxySession, seconds: Double) {
        counters.count(.waitingSessions)
        waits.queue.insert(ObjectIdentifier(session), deadline: waitDeadline(in: seconds))
    }

    /// When a wait that begins now is over; the timer is set.
    func waitDeadline(in seconds: Double) -> UInt64 {
        let end = NIODeadline.now().uptimeNanoseconds + UInt64(seconds * 1e9)
        let deadline = (end / LoopWaits.grain + 1) * LoopWaits.grain
        setWaitTimer(at: deadline)
        return deadline
    }

    /// Nobody waits any more.
    func leaveWait(_ session: ProxySession) {
        counters.add(-1, to: .waitingSessions)
        waits.queue.remove(ObjectIdentifier(session))
    }

    private func setWaitTimer(at deadline: UInt64) {
        guard deadline < waits.timerDeadline else { return }
        waits.timer?.cancel()
        waits.timerDeadline = deadline
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        waits.timer = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(deadline)) { bound.value.waitTimerFired() }
    }

    private func waitTimerFired() {
        waits.timer = nil
        waits.timerDeadline = .max
        var answers = WaitAnswers()
        let now = NIODeadline.now().uptimeNanoseconds
        for id in waits.queue.removeExpired(now: now) { sessions[id]?.endWait(&answers) }
        endExpiredServiceWaits(now: now)
        for next in [waits.queue.nextDeadline(), waits.services.nextDeadline()].compactMap(\.self) {
            setWaitTimer(at: next)
        }
    }

    /// Ends what a session of this loop is doing, or the session.
    func carryOut(_ kill: AllowedKill) {
        guard let session = sessions.values.first(where: { $0.isMeant(by: kill) }) else { return }
        switch kill.scope {
        case .query:
            session.perform(.interrupted)
            session.settle()
        case .connection: session.closeAfterWriting()
        }
    }
}
