internal import MySQLSession
internal import NIOCore
internal import Sockets

// The connections' handlers only pass events on: everything that is decided is decided in `ProxySession` and in the
// machines of MySQLSession and MySQLWire.

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
    func mayWriteWaiting() -> Bool { !session.isGateClosed }
    func failed(_ error: any Error) { session.transportFailed(error, side: .client) }
    func closed() { session.end() }
}

/// mysqld's side of a session.
final class ServerHandler: ConnectionHandler {
    private let session: ProxySession

    init(session: ProxySession) {
        self.session = session
    }

    func received(_ bytes: Span<UInt8>) { session.serverSent(bytes) }
    func received(_ buffer: ByteBuffer) { session.serverSent(buffer) }
    func readCompleted() { session.serverReadCompleted() }
    func inputEnded() { session.serverEnded(self) }
    func writabilityChanged() { session.serverWritabilityChanged() }
    func mayWriteWaiting() -> Bool { !session.isGateClosed }
    func failed(_ error: any Error) { session.transportFailed(error, side: .server) }
    func closed() { session.serverDisconnected(self) }
}
