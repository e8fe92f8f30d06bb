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
        lookForQuietSessions()
    }

    private func lookForQuietSessions() {
        guard !sessions.isEmpty else { return }
        for session in Array(sessions.values) { session.endIfQuiet() }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: Self.pauseBetweenLooks) { bound.value.lookForQuietSessions() }
    }
}

extension ProxySession {
    /// So many looks in a row are half a second for sure: the first may come right after the session's last sign of life.
    private static let looksOfQuiet = 6

    fileprivate func endIfQuiet() {
        defer { isActive = false }
        guard isAtRest, !isActive else {
            quietLooks = 0
            return
        }
        quietLooks += 1
        if quietLooks >= Self.looksOfQuiet { closeAfterWriting() }
    }

    private var isAtRest: Bool {
        switch phase {
        case .proxyHeader, .login: true
        // Ends by itself.
        case .closed: false
        case .authenticating, .local: !hasCommandUnderWay
        case .relaying:
            // A replica's stream has no end, and is taken up again.
            machine.isDumping
                || (!hasCommandUnderWay && !machine.status.contains(.inTransaction) && fromClient.readableBytes == 0)
        }
    }
}
