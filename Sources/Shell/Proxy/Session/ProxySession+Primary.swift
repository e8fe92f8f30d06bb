internal import ClusterModel
internal import MySQLSession
internal import NIOCore
internal import Sockets

// The way to the primary: its client waits while there is none, and while the one that the tables name cannot be reached,
// as its sidecar stops or is dead.
extension ProxySession {
    func findPrimary() {
        guard stage == .login, client.connection != nil else { return }
        switch shared.node.primaryRoute {
        case .local: connectOwnServer()
        case .remote(let address): connectBackend(.tcp(address), isLocal: false)
        case .none:
            server.address = nil
            server.isLocal = false
            backendFailed()
        }
    }

    /// A server has taken the session.
    var isLedToServer: Bool {
        stage == .authenticating || (stage == .conversation && conversation?.isLocal == false)
    }

    /// What stands behind the session is the primary.
    func leads(to route: PrimaryRoute) -> Bool {
        switch route {
        case .local: server.isLocal
        case .remote(let address): !server.isLocal && server.address == .tcp(address)
        case .none: false
        }
    }

    /// - Returns: false if there is no time left, or the session is not one of the primary's port.
    func findPrimaryAgain() -> Bool {
        guard let deadline = entry.primaryDeadline, .now() < deadline, !shared.isDraining else { return false }
        let failed = server.connection
        server.connection = nil
        server.handler = nil
        failed?.close()
        server.received = ByteBuffer()
        entry.greetingDeadline?.cancel()
        let bound = NIOLoopBound(self, eventLoop: shared.eventLoop)
        // One that is named and does not answer is not to be tried by many clients in a tight loop.
        shared.eventLoop.scheduleTask(in: .milliseconds(server.address == nil ? 20 : 100)) { bound.value.findPrimary() }
        return true
    }
}
