package import NIOCore

/// A login to mysqld that proves nothing: whether the connection alone opens an account, as that of a unix socket does
/// where the account is identified by its peer (MariaDB: `unix_socket`; MySQL: `auth_socket`).
///
/// It names a method that no account has (`HandshakeResponse.unknownMethod`), so that mysqld asks for another one before it looks at a password: no
/// password is guessed on MySQL, which may lock accounts after wrong ones. An account of MariaDB may have several methods,
/// of which the socket may be the last: the answers to those before it are wrong.
package struct UnprovenLogin {
    /// The longest packet of mysqld's that is taken, in bytes.
    package static let maximumPacketBytes = 64 * 1024

    package enum Action: Equatable {
        case send(ByteBuffer)
        case verdict(Verdict)
    }

    package enum Verdict: Hashable, Sendable {
        /// Whoever comes by this connection is let in.
        case opens
        /// The account asks for more, or there is none.
        case isClosed
        /// mysqld has not looked at the account.
        case isUnknown(SQLError)
    }

    private let user: String
    private var isGreeted = false
    private var isMariaDB = false
    private var answersLeft = 8
    /// The number of mysqld's last packet.
    private var sequence: UInt8 = 0

    package init(user: String) {
        self.user = user
    }

    /// - Throws: `malformedGreeting`, `malformedResponse`.
    package mutating func serverSent(_ packet: PacketReader.Packet) throws(ProtocolViolation) -> Action {
        sequence = packet.sequence
        guard isGreeted else {
            isGreeted = true
            switch try ServerGreeting.parse(packet.payload) {
            case .refusal(let error): return .verdict(.isUnknown(error))
            case .greeting(let greeting): return try begin(greeting)
            }
        }
        switch packet.payload.getInteger(at: packet.payload.readerIndex, as: UInt8.self) {
        case 0x00: return .verdict(.opens)
        case 0xff:
            guard let error = SQLError(errorPacket: packet.payload) else {
                throw .malformedResponse("error packet")
            }
            return .verdict(Self.verdict(error))
        case 0xfe: return answer(packet.payload)
        default: return .verdict(.isClosed)
        }
    }

    private mutating func begin(_ greeting: ServerGreeting) throws(ProtocolViolation) -> Action {
        isMariaDB = greeting.serverVersion.contains("MariaDB")
        let name = AccountName(
            Array(user.utf8),
            in: .changeOfUser,
            characterSet: CharacterSet.utf8mb4,
            serverVersion: greeting.serverVersion
        )
        // mysqld has no such account.
        guard let name else { return .verdict(.isClosed) }
        return send(
            HandshakeResponse.payload(
                HandshakeResponse.Fields(
                    capabilities: [.mysql, .protocol41, .secureConnection, .pluginAuth],
                    characterSet: UInt8(CharacterSet.utf8mb4),
                    user: name,
                    database: [],
                    attributes: ByteBuffer()
                )
            )
        )
    }

    /// AuthSwitchRequest.
    private mutating func answer(_ request: ByteBuffer) -> Action {
        var bytes = request
        bytes.moveReaderIndex(forwardBy: 1)
        guard isMariaDB, answersLeft > 0, let name = bytes.readNULTerminatedBytes(),
            let length = Self.proofLengths[String(decoding: name, as: UTF8.self)]
        else { return .verdict(.isClosed) }
        answersLeft -= 1
        return send(ByteBuffer(repeating: 0x5a, count: length))
    }

    /// Of the methods that a wrong answer does not harm: others may count it where it locks somebody out (PAM).
    private static let proofLengths = ["mysql_native_password": 20, "client_ed25519": 64]

    private mutating func send(_ payload: ByteBuffer) -> Action {
        var writer = PacketWriter(nextSequence: sequence &+ 1)
        writer.packet { $0.writeImmutableBuffer(payload) }
        return .send(writer.buffer)
    }

    private static func verdict(_ error: SQLError) -> Verdict {
        switch error.errno {
        case 1045,  // ER_ACCESS_DENIED_ERROR
            1130,  // ER_HOST_NOT_PRIVILEGED
            1251,  // ER_NOT_SUPPORTED_AUTH_MODE
            1275,  // ER_SERVER_IS_IN_SECURE_AUTH_MODE
            1524,  // ER_PLUGIN_IS_NOT_LOADED
            1698,  // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
            3118,  // MySQL: ER_ACCOUNT_HAS_BEEN_LOCKED
            3159,  // ER_SECURE_TRANSPORT_REQUIRED
            3955,  // MySQL: ER_USER_ACCESS_DENIED_FOR_USER_ACCOUNT_BLOCKED_BY_PASSWORD_LOCK
            4150,  // MariaDB: ER_USER_IS_BLOCKED
            4151:  // MariaDB: ER_ACCOUNT_HAS_BEEN_LOCKED
            .isClosed
        // What stands in the way of an account that is open.
        case 1203,  // ER_TOO_MANY_USER_CONNECTIONS
            1226,  // ER_USER_LIMIT_REACHED
            1820,  // ER_MUST_CHANGE_PASSWORD
            1862:  // ER_MUST_CHANGE_PASSWORD_LOGIN
            .opens
        default: .isUnknown(error)
        }
    }
}
