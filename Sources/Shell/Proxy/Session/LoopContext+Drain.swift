internal import MySQLSession
internal import NIOCore
internal import Sockets

// The sidecar stops. A session is ended when nothing is under way in it and its client has been quiet for half a second:
// one that has just been answered may say more that belongs to it, and a client whose connection breaks there might do
// all of it again.
extension LoopContext {
    /// - Returns: what comes when the last session has ended, at the latest at this time.
    func drain(until deadline: NIODeadline) -> EventLoopFuture<Void> {
        isDraining = true
        endWaits()
        newsOfNode()
        for id in holding {
            sessions[id]?.perform(.topologyChanged)
            sessions[id]?.settle()
        }
        for session in Array(sessions.values) { session.endIfQuiet() }
        let promise = eventLoop.makePromise(of: Void.self)
        drained = promise
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let timer = eventLoop.scheduleTask(deadline: deadline) { bound.value.endDraining() }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        sessionHasEnded()
        return promise.futureResult
    }

    /// One of `sessions` is gone.
    func sessionHasEnded() {
        if sessions.isEmpty { endDraining() }
    }

    private func endDraining() {
        drained?.succeed()
        drained = nil
    }
}
