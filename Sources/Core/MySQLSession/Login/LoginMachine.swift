package import MySQLWire
package import NIOCore

/// A connection up to the point where it is known who answers it: mysqld, which then goes on with the login itself,
/// or this sidecar.
///
/// The sidecar greets in mysqld's name, with a scramble and a connection id of its own. mysqld is connected to when a
/// client has said who it is and is none of the sidecar's accounts: until then a client costs it nothing. No password
/// of mysqld's accounts is known here, and so mysqld asks for a proof of its own (see `LoginRequest`).
package struct LoginMachine {
    /// The longest packet of a client that has not logged in, in bytes.
    package static let maximumPacketBytes = 64 * 1024

    /// What ends at the sidecar and not at mysqld.
    package struct Policy: Hashable, Sendable {
        package var offersTLS = false
        /// Clients without TLS are refused.
        package var requiresTLS = false
        /// What of `compress` and `zstdCompression` is offered.
        package var compression: Capabilities = []

        package init() {}
    }

    /// The session that a login leads to.
    package struct Login: Hashable, Sendable {
        package var user: String
        package var capabilities: Capabilities
        package var isVirtualSchemaSelected: Bool
        /// As `SELECT CONNECTION_ID()` gives it: mysqld's, which the client was not greeted with; for accounts of the
        /// sidecar that of the greeting.
        package var connectionID: UInt32
        /// As `SELECT VERSION()` gives it.
        package var serverVersion: String
        /// What both directions are compressed with once the login has succeeded; nil for not at all.
        package var compression: CompressionChoice?
        /// As the client calls itself; empty if it does not.
        package var programName: String
        /// As the client's library calls itself; empty if it does not.
        package var libraryName: String
        /// The collation that the client asks for.
        package var collation: UInt16 = CharacterSet.utf8mb4
    }

    package enum Action: Equatable {
        case send(toClient: ByteBuffer)
        /// The client's next bytes are those of a TLS handshake.
        case startTLS
        /// mysqld decides: connect to it, and tell how it greets (`serverReplied`) or that it cannot be had
        /// (`serverIsUnavailable`).
        case connect(Login)
        /// mysqld has greeted: send it the client's login and relay the rest of it.
        case relay(RelayedLogin, Login)
        /// Find out what is asked of this account's password, and tell it (`verified`).
        case verify(PasswordCheck, user: String)
        /// A client without TLS asks for the sidecar's key: make it, and tell it (`keyMade`).
        case makeKey
        /// The sidecar has verified the account: send these bytes and answer the session's commands here.
        case serve(toClient: ByteBuffer, Login)
        /// Send these bytes, then close.
        case refuse(toClient: ByteBuffer, SQLError, Reason)
    }

    package enum Reason: Hashable, Sendable {
        /// The password is wrong: guessing is to be slow.
        case wrongPassword
        case other
    }

    enum State {
        case begun
        case awaitingResponse(ServerGreeting)
        case awaitingAnswer(Attempt, AccountLogin)
        case checking(Attempt, AccountLogin)
        /// It is not known what other names would hear in place of this.
        case seeking(Attempt, AccountLogin, Reply)
        case connecting(RelayedLogin, Login, isChange: Bool)
        case done
    }

    /// A login that is verified here.
    struct Attempt {
        var login: Login
        var database: String?
        var presence: ServerPresence
        /// COM_CHANGE_USER, which is always answered by a request for a proof first.
        var isChange = false
        /// There is no such account: what the client says to the request is not looked at.
        var isNobodys = false
        /// It is the client's answer to the greeting that is judged: another name would be asked for a further one.
        var isFirstAnswer = false
        /// The client was asked by another method than that of the greeting: that there is such an account has shown.
        var isMethodShown = false
    }

    /// What a client hears that has not shown that it is who it says.
    enum Reply {
        /// For another proof.
        case request
        case denial(hasPassword: Bool, hint: String?)
    }

    var state: State = .begun
    let virtualSchema: String
    /// The client's address, for error texts.
    package var clientHost: String
    /// The host that refusals name, whoever refuses: as mysqld sees the client; nil for the client's.
    package var denialHost: String?
    /// What is said behind a refusal, whoever refuses.
    package var denialHint = ""
    /// The client was greeted in the name of a server that has never been seen.
    var isGreetingGuessed = false
    private let greetingScramble: [UInt8]
    let switchScramble: [UInt8]
    /// That of the greeting, if it is one that the sidecar knows.
    private(set) var greetedMethod: AuthenticationMethod?
    private let policy: Policy
    /// The client is connected by TLS.
    package private(set) var isSecure = false
    /// mysqld's greeting offers TLS.
    package internal(set) var serverOffersTLS = false

    /// - Parameters:
    ///   - greetingScramble: 20 random bytes without a NUL or `$`.
    ///   - switchScramble: 20 more, for requests for another answer.
    ///   - clientHost: the client's address, for error texts.
    ///   - virtualSchema: the schema that mysqld does not know, in lower case.
    package init(
        greetingScramble: [UInt8],
        switchScramble: [UInt8],
        clientHost: String,
        virtualSchema: String,
        policy: Policy = Policy()
    ) {
        self.greetingScramble = greetingScramble
        self.switchScramble = switchScramble
        self.clientHost = clientHost
        self.virtualSchema = virtualSchema
        self.policy = policy
    }

    /// Packets of the client are to be given to the machine: it waits for nobody else.
    package var isClientsTurn: Bool {
        switch state {
        case .awaitingResponse, .awaitingAnswer: true
        case .begun, .checking, .seeking, .connecting, .done: false
        }
    }

    /// Nobody but mysqld is waited for.
    package var isServersTurn: Bool {
        switch state {
        case .connecting, .seeking: true
        default: false
        }
    }

    /// mysqld is connected to for what it says alone: the sidecar goes on with the login itself.
    package var isSeeking: Bool {
        if case .seeking = state { true } else { false }
    }

    /// The client's first packet of all.
    ///
    /// - Parameters:
    ///   - server: what stands behind the session, as far as that is known.
    ///   - connectionID: no other session's of this sidecar.
    package mutating func greet(as server: KnownServer, connectionID: UInt32) -> Action {
        var greeting = server.greeting(scramble: greetingScramble, connectionID: connectionID)
        greeting.capabilities.subtract(.notRelayed)
        if policy.offersTLS { greeting.capabilities.insert(.tls) }
        greeting.capabilities.formUnion(policy.compression)
        // sha256_password would be answered by the password itself over TLS.
        if greeting.authenticationPlugin == AuthenticationMethod.sha256.rawValue {
            greeting.authenticationPlugin = AuthenticationMethod.nativePassword.rawValue
        }
        greetedMethod = AuthenticationMethod(rawValue: greeting.authenticationPlugin)
        state = .awaitingResponse(greeting)
        isGreetingGuessed = !server.isSeen
        var writer = PacketWriter(nextSequence: 0)
        greeting.write(to: &writer)
        return .send(toClient: writer.buffer)
    }

    /// A packet of the client came in.
    ///
    /// - Parameters:
    ///   - accounts: the sidecar's own accounts.
    ///   - isRelayForbidden: whether mysqld must not be asked to log this user in (see `RelayPolicy`).
    package mutating func clientSent(
        _ packet: PacketReader.Packet,
        accounts: some AccountVerifying,
        presence: ServerPresence = .certain,
        isRelayForbidden: (AccountName) -> Bool
    ) throws(ProtocolViolation) -> Action? {
        switch state {
        case .begun, .checking, .seeking, .connecting, .done:
            return nil
        case .awaitingResponse(let greeting):
            let expected: UInt8 = isSecure ? 2 : 1
            guard packet.sequence == expected else {
                throw .sequenceOutOfOrder(expected: expected, found: packet.sequence)
            }
            if policy.offersTLS, !isSecure, HandshakeResponse.isTLSRequest(packet.payload) {
                isSecure = true
                return .startTLS
            }
            let response = try HandshakeResponse(packet.payload)
            if policy.requiresTLS, !isSecure { return refuse(Self.insecure, sequence: packet.sequence &+ 1) }
            guard let name = response.accountName(serverVersion: greeting.serverVersion) else {
                return refuse(Self.unreadableName(at: clientHost), sequence: packet.sequence &+ 1)
            }
            let methods = accounts.methods(of: name.text)
            guard methods.isEmpty else {
                return verify(response, name, packet.sequence, methods, presence, against: greeting)
            }
            return connect(response, name, packet.sequence, to: greeting, isRelayForbidden)
        case .awaitingAnswer(let attempt, var account):
            let action = try account.clientSent(packet)
            guard !attempt.isNobodys else {
                return reply(.denial(hasPassword: true, hint: nil), attempt, account)
            }
            return conclude(action, attempt, account)
        }
    }

    func login(_ response: HandshakeResponse, as name: AccountName, to greeting: ServerGreeting) -> Login {
        let capabilities = response.capabilities.intersection(greeting.capabilities)
        return Login(
            user: name.text,
            capabilities: capabilities,
            isVirtualSchemaSelected: response.database?.lowercased() == virtualSchema,
            connectionID: greeting.connectionID,
            serverVersion: greeting.plainServerVersion,
            compression: CompressionChoice(capabilities, level: response.zstdLevel),
            programName: response.programName,
            libraryName: response.libraryName,
            collation: UInt16(response.characterSet)
        )
    }

    /// The client's connection does not leave this host.
    package var isClientLocal: Bool {
        clientHost.hasPrefix("127.") || clientHost == "::1" || clientHost == "localhost"
    }

    // MARK: Refusals

    mutating func refuse(
        _ error: SQLError,
        after packets: ByteBuffer = ByteBuffer(),
        sequence: UInt8,
        _ reason: Reason = .other
    ) -> Action {
        state = .done
        var writer = PacketWriter(packets, nextSequence: sequence)
        error.write(to: &writer)
        return .refuse(toClient: writer.buffer, error, reason)
    }

    private static let insecure = SQLError(
        errno: 3159,
        sqlState: "HY000",
        message: "Connections using insecure transport are prohibited while sql.tls.require is on"
    )

    static let noKey = SQLError(
        errno: 1105,
        sqlState: "HY000",
        message: "The sidecar cannot make a key for passwords on connections without TLS"
    )

    package static let clientTooOld = SQLError(
        errno: 1251,
        sqlState: "08004",
        message: "Client does not support authentication protocol requested by server; consider upgrading MySQL client"
    )

    /// The error for a name that mysqld might read in another way than the sidecar (`AccountName`).
    package static func unreadableName(at host: String) -> SQLError {
        SQLError(
            errno: 1045,
            sqlState: "28000",
            message:
                "Access denied for a user at '\(host)': the user's name is longer than mysqld's names are, has more "
                + "than one pair of quotes round it, or cannot be read with certainty in the client's character set"
        )
    }

    /// The error for a user whose name is that of the sidecar's own operating system account.
    package static func forbidden(_ user: String, at host: String) -> SQLError {
        SQLError(
            errno: 1045,
            sqlState: "28000",
            message: "Access denied for user '\(user)'@'\(host)': mysqld could take the sidecar's own operating "
                + "system account for this client's proof; connect to mysqld's socket instead"
        )
    }
}
