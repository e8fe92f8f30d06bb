internal import NIOCore
internal import Sockets

// The connections' handlers only pass events on: everything that is decided is decided in `ProxySession` and in the
// machines of MySQLWire.

/// The client's side of a session.
final class ClientHandler: ConnectionHandler {
    private let session: ProxySession

    init(session: ProxySession) {
        self.session = session
    }

    func received(_ bytes: Span<UInt8>) { session.clientSent(bytes) }
    func received(_ buffer: ByteBuffer) { session.clientSent(buffer) }
    func readCompleted() { session.clientReadCompleted() }
    func inputEnded() { session.clientEnded() }
    func writabilityChanged() { session.clientWritabilityChanged() }
    func failed(_ error: any Error) { session.transportFailed(error, side: "client") }
    func closed() { session.clientDisconnected() }
}

/// mysqld's side of a session.
final class BackendHandler: ConnectionHandler {
    private let session: ProxySession

    init(session: ProxySession) {
        self.session = session
    }

    func received(_ bytes: Span<UInt8>) { session.backendSent(bytes) }
    func received(_ buffer: ByteBuffer) { session.backendSent(buffer) }
    func readCompleted() { session.backendReadCompleted() }
    func inputEnded() { session.backendEnded(self) }
    func writabilityChanged() { session.backendWritabilityChanged() }
    func failed(_ error: any Error) { session.transportFailed(error, side: "mysqld") }
    func closed() { session.backendDisconnected(self) }
}
