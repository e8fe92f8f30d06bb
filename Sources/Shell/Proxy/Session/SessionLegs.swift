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
    /// The sidecar is full: what everybody but an operator is told.
    var closedToOthers: SQLError?
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
    /// Nobody can listen in.
    var isSecure = false
    /// It is by TLS that they cannot.
    var isEncrypted = false
    /// Bytes that wait before the login is over.
    var received = ByteBuffer()
    var isWritable = true
    var isFlushDue = false
}

/// How far a session has come in, and until when.
struct Entry {
    var login: LoginMachine.Login?
    /// The connection id that the client was greeted with; 0 before.
    var greetedID: UInt32 = 0
    var isGreeted: Bool { greetedID != 0 }
    /// The account of a server's that the session is on its way to.
    var relayedName: AccountName?
    /// The COM_CHANGE_USER that mysqld is deciding on.
    var requestedChange: ChangeOfUser?
    /// When the client's last packet of its login came.
    var lastPacket: NIODeadline?
    /// Until when a session of the primary's port looks for it.
    var primaryDeadline: NIODeadline?
    var deadline: Scheduled<Void>?
    var greetingDeadline: Scheduled<Void>?
}

/// What others do for the command under way.
struct Errand {
    var cancel: (@Sendable () -> Void)?
    /// What threads for long statements have done for it.
    var work = TimeAmount.zero
}

/// Whether a session rests, as looks at it in regular times find.
struct Rest {
    /// The client has sent something since the last look.
    var isActive = true
    private var since: NIODeadline?
    private var quietLooks = 0

    /// - Returns: whether it has rested for so long.
    mutating func isOver(_ limit: TimeAmount, isResting: Bool) -> Bool {
        defer { isActive = false }
        guard !isActive, isResting else {
            since = nil
            return false
        }
        let since = since ?? .now()
        self.since = since
        return .now() - since >= limit
    }

    /// So many looks in a row are half a second for sure: the first may come right after the session's last sign of life.
    private static let looksOfQuiet = 6

    mutating func isQuiet(isAtRest: Bool) -> Bool {
        defer { isActive = false }
        guard isAtRest, !isActive else {
            quietLooks = 0
            return false
        }
        quietLooks += 1
        return quietLooks >= Self.looksOfQuiet
    }
}
