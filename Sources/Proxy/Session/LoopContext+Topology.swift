internal import ClusterModel
internal import MySQLWire
internal import NIOCore
internal import Sockets

/// The sessions of one event loop that wait for a change, and the one timer that they share.
struct LoopWaits {
    var queue = WaitQueue<ObjectIdentifier>()
    fileprivate var timer: Scheduled<Void>?
    fileprivate var timerDeadline: UInt64 = .max
    /// Deadlines are moved up to multiples of this, in nanoseconds, so that one wake-up serves many.
    fileprivate static let grain: UInt64 = 5_000_000
}

extension LoopContext {
    /// The local view has changed: who waits for that is answered, and sessions that track will tell their clients.
    func topologyChanged(to notice: TopologyNotice) {
        guard notice.version > topology.notice.version else { return }
        topology = LoopTopology(notice)
        endWaits()
    }

    /// The newest topology there is, which this loop may not have been told of yet.
    func currentTopology() -> LoopTopology {
        topologyChanged(to: node.topology)
        return topology
    }

    /// Answers everybody who waits: at a change, and when the sidecar stops.
    func endWaits() {
        guard !waits.queue.isEmpty else { return }
        var answers = WaitAnswers()
        for id in waits.queue.removeAll() { sessions[id]?.endWait(&answers) }
    }

    func beginWait(_ session: ProxySession, seconds: Double) {
        let now = NIODeadline.now().uptimeNanoseconds
        let end = now + UInt64(seconds * 1e9)
        let deadline = (end / LoopWaits.grain + 1) * LoopWaits.grain
        waits.queue.insert(ObjectIdentifier(session), deadline: deadline)
        setWaitTimer(at: deadline)
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
        let expired = waits.queue.removeExpired(now: NIODeadline.now().uptimeNanoseconds)
        for id in expired { sessions[id]?.endWait(&answers) }
        if let next = waits.queue.nextDeadline() { setWaitTimer(at: next) }
    }

    /// KILL QUERY of a session that waits here.
    func interruptWait(_ kill: AllowedKill) {
        guard let id = waits.queue.ids.first(where: { sessions[$0]?.isMeant(by: kill) ?? false }) else { return }
        waits.queue.remove(id)
        sessions[id]?.interruptWait()
    }
}
