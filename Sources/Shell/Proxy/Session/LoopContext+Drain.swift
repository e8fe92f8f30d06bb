internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import Sockets

// The sidecar stops. A session is ended when nothing is under way in it and its client has been quiet for half a second:
// one that has just been answered may say more that belongs to it, and a client whose connection breaks there might do
// all of it again.
extension LoopContext {
    private static let pauseBetweenLooks = TimeAmount.milliseconds(100)

    func drain() {
        isDraining = true
        endWaits()
        newsOfNode()
        for id in holding { sessions[id]?.perform(.topologyChanged) }
        lookForQuietSessions()
    }

    private func lookForQuietSessions() {
        guard !sessions.isEmpty else { return }
        for session in Array(sessions.values) { session.endIfQuiet() }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: Self.pauseBetweenLooks) { bound.value.lookForQuietSessions() }
    }
}
