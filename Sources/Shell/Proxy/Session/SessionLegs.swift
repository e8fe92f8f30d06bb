internal import ClusterModel
internal import MySQLWire
internal import NIOCore
internal import QueryRouting
internal import Sockets

/// A session's connection with its client.
struct ClientLeg {
    var connection: Connection?
    /// The client's address: the peer's, or what a proxy in front has said.
    var host: String
    /// Both ends of the connection, as they are told to mysqld; nil if they are not known.
    var ends: ProxyHeader.Ends?
    var place: HostCounts.Place?
    /// Bytes that wait before the login is over.
    var received = ByteBuffer()
    /// It sends no more.
    var isEnded = false
    /// As the connection last said: more than the high water mark does not wait to be written.
    var isWritable = true
    /// Something was written that has not been flushed.
    var isFlushDue = false
    var isCompressed = false
    /// What the client has not read of answers of the sidecar's own, as last counted.
    var keptAnswerBytes = 0

    init(host: String) { self.host = host }

    mutating func takeReceived() -> ByteBuffer {
        defer { received = ByteBuffer() }
        return received
    }

    /// Takes what a proxy in front says of the client.
    ///
    /// - Returns: false if it has not come whole.
    mutating func takeProxyHeader() throws(ProxyHeaderViolation) -> Bool {
        guard case .header(let header, let count) = try ProxyHeaderDecoder.decode(received) else { return false }
        received.moveReaderIndex(forwardBy: count)
        if let ends = header.ends {
            self.ends = ends
            host = ends.source.host
        }
        return true
    }
}

/// A session's connection with what stands behind it.
struct ServerLeg {
    var connection: Connection?
    /// That of the connection, which keeps it.
    weak var handler: ServerHandler?
    /// Nil until it is known.
    var address: ServerAddress?
    /// It is the node's own mysqld.
    var isLocal = false
    /// Bytes that wait before the login is over.
    var received = ByteBuffer()
    var isWritable = true
    var isFlushDue = false
    /// The connection has ended amid a command: until when the client's stays, for the probe to see it, too.
    var endDeadline: NIODeadline?

    /// - Parameter descriptor: of a connected socket.
    /// - Throws: `IOError` if the loop cannot watch it.
    mutating func connect(_ descriptor: Int32, _ session: ProxySession) throws {
        let handler = ServerHandler(session: session)
        connection = try Connection(descriptor, on: session.shared.eventLoop) { _ in handler }
        self.handler = handler
    }

    mutating func takeReceived() -> ByteBuffer {
        defer { received = ByteBuffer() }
        return received
    }

    /// - Returns: the connection there was, for closing: nothing of it is heard any more.
    mutating func leave() -> Connection? {
        defer { self = ServerLeg() }
        return connection
    }
}

/// The times of a login.
struct Entry {
    /// When the client's last packet came.
    var lastPacket: NIODeadline?
    var deadline: Scheduled<Void>?
}

/// What others do for the command under way.
struct Errand {
    var cancel: (@Sendable () -> Void)?
    /// What threads for long statements have done for it.
    var work = TimeAmount.zero
}
