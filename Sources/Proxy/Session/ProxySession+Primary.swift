internal import NIOCore
internal import Sockets

// The way to the primary: its client waits while there is none, and while the one that the tables name cannot be reached,
// as its sidecar stops or is dead.
extension ProxySession {
    func findPrimary() {
        guard phase == .login, client != nil else { return }
        if let primary = shared.primaryDestination {
            connectBackend(primary)
        } else {
            destination = nil
            backendFailed()
        }
    }

    /// - Returns: false if there is no time left, or the session is not one of the primary's port.
    func findPrimaryAgain() -> Bool {
        guard let primaryDeadline, .now() < primaryDeadline, !shared.isDraining else { return false }
        let failed = backend
        backend = nil
        backendHandler = nil
        failed?.close()
        fromBackend = ByteBuffer()
        greetingDeadline?.cancel()
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        // One that is named and does not answer is not to be tried by many clients in a tight loop.
        shared.eventLoop.scheduleTask(in: .milliseconds(destination == nil ? 20 : 100)) { bound.value.findPrimary() }
        return true
    }
}
