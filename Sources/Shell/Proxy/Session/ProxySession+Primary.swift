internal import ClusterModel
internal import NIOCore
internal import Sockets

// The way to the primary: its client waits while there is none, and while the one that the tables name cannot be reached,
// as its sidecar stops or is dead.
extension ProxySession {
    func findPrimary() {
        guard phase == .login, client != nil else { return }
        switch shared.node.primaryRoute {
        case .local: connectOwnServer()
        case .remote(let address): connectBackend(.tcp(address), isLocal: false)
        case .none:
            destination = nil
            isBackendLocal = false
            backendFailed()
        }
    }

    /// What stands behind the session is the primary.
    func leads(to route: PrimaryRoute) -> Bool {
        switch route {
        case .local: isBackendLocal
        case .remote(let address): !isBackendLocal && destination == .tcp(address)
        case .none: false
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
