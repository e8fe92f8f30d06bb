package import NIOCore

/// A connection up to the point where it is known who answers it: mysqld, which then goes on with the login itself,
/// or this sidecar.
///
/// The sidecar greets with mysqld's own scramble, version and connection id, so that a password's proof reaches mysqld
/// as if it had been made for it; no password of mysqld's accounts is known here.
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
        /// mysqld decides: send it the client's answer and relay the rest of the login.
        case relay(RelayedLogin, Login)
        /// The sidecar has verified the account: send these bytes and answer the session's commands here.
        case serve(toClient: ByteBuffer, Login)
        /// Send these bytes, then close.
        case refuse(toClient: ByteBuffer, SQLError, Reason)
    }

    package enum Reason: Hashable, Sendable {
        /// The password is wrong: guessing is to be slow.
        case wrongPassword
        /// The same while mysqld cannot be had: the answer is that of any other name, which comes at once.
        case wrongPasswordInOutage
        case other
    }

    enum State {
        case awaitingServer
        case awaitingResponse(ServerGreeting, outage: SQLError?)
        case verifying(Attempt, AccountLogin)
        case changing(Change)
        case awaitingProof(Change, ServerGreeting)
        case done
    }

    /// A login that is verified here.
    struct Attempt {
        var login: Login
        var database: String?
        /// What other names hear at this point; nil if that access is denied.
        var outage: SQLError?
    }

    var state: State = .awaitingServer
    let virtualSchema: String
    /// The client's address, for error texts.
    package var clientHost: String
    /// The host that refusals name, whoever refuses: as mysqld sees the client; nil for the client's.
    package var denialHost: String?
    /// What is said behind a refusal, whoever refuses.
    package var denialHint = ""
    private let ownScramble: [UInt8]
    private let policy: Policy
    /// The client is connected by TLS.
    package private(set) var isSecure = false
    /// mysqld's greeting offers TLS.
    package internal(set) var serverOffersTLS = false

    /// - Parameters:
    ///   - ownScramble: 20 random bytes without a NUL or `$`, for greetings and method switches of our own.
    ///   - clientHost: the client's address, for error texts.
    ///   - virtualSchema: the schema that mysqld does not know, in lower case.
    package init(ownScramble: [UInt8], clientHost: String, virtualSchema: String, policy: Policy = Policy()) {
        self.ownScramble = ownScramble
        self.clientHost = clientHost
        self.virtualSchema = virtualSchema
        self.policy = policy
    }

    /// mysqld sent its first packet.
    package mutating func serverGreeted(
        _ payload: ByteBuffer,
        outage: OutageGreeting
    ) throws(ProtocolViolation) -> Action {
        switch try ServerGreeting.parse(payload) {
        case .greeting(let greeting):
            return greet(with: greeting, outage: nil)
        case .refusal(let error):
            return greet(with: outage.greeting(scramble: ownScramble), outage: error)
        }
    }

    /// mysqld cannot be reached: accounts of the sidecar may still log in, everybody else gets this error.
    package mutating func serverIsUnavailable(_ error: SQLError, outage: OutageGreeting) -> Action {
        greet(with: outage.greeting(scramble: ownScramble), outage: error)
    }

    /// mysqld has closed the connection behind a greeting: accounts of the sidecar may still log in.
    ///
    /// - Parameter error: what everybody else gets, unless mysqld itself has said why it leaves.
    package mutating func serverLeft(_ error: SQLError) {
        if case .awaitingResponse(let greeting, outage: nil) = state {
            state = .awaitingResponse(greeting, outage: error)
        }
    }

    private mutating func greet(with greeting: ServerGreeting, outage: SQLError?) -> Action {
        if case .changing(let change) = state { return greet(change, with: greeting, outage: outage) }
        var greeting = greeting
        serverOffersTLS = greeting.capabilities.contains(.tls)
        greeting.capabilities.subtract(.notRelayed)
        if policy.offersTLS { greeting.capabilities.insert(.tls) }
        greeting.capabilities.formUnion(policy.compression)
        greeting.authenticationPlugin = Self.plugin(of: greeting)
        state = .awaitingResponse(greeting, outage: outage)
        var writer = PacketWriter(nextSequence: 0)
        greeting.write(to: &writer)
        return .send(toClient: writer.buffer)
    }

    /// The method that the client is greeted with.
    ///
    /// sha256_password would be answered by the password or not, depending on the client's own connection. If the
    /// account has that method, mysqld will ask for it again, when the connections' difference can be made good.
    static func plugin(of greeting: ServerGreeting) -> String {
        greeting.authenticationPlugin == AuthenticationMethod.sha256.rawValue
            ? AuthenticationMethod.nativePassword.rawValue : greeting.authenticationPlugin
    }

    /// A packet of the client came in.
    ///
    /// - Parameters:
    ///   - accounts: the sidecar's own accounts.
    ///   - mayGuess: whether passwords of accounts are looked at while mysqld cannot be had (see `Reason`).
    ///   - isRelayForbidden: whether mysqld must not be asked to log this user in (see `RelayPolicy`).
    package mutating func clientSent(
        _ packet: PacketReader.Packet,
        accounts: some AccountVerifying,
        cipher: some PasswordCipher,
        mayGuess: Bool = true,
        isRelayForbidden: (AccountName) -> Bool
    ) throws(ProtocolViolation) -> Action? {
        switch state {
        case .awaitingServer, .changing, .done:
            return nil
        case .awaitingProof(let change, let greeting):
            return try clientProved(packet, change, to: greeting)
        case .awaitingResponse(let greeting, let outage):
            let expected: UInt8 = isSecure ? 2 : 1
            guard packet.sequence == expected else {
                throw .sequenceOutOfOrder(expected: expected, found: packet.sequence)
            }
            if policy.offersTLS, !isSecure, HandshakeResponse.isTLSRequest(packet.payload) {
                isSecure = true
                return .startTLS
            }
            let response = try HandshakeResponse(packet.payload)
            let outage = outage?.understandable(to: response.libraryName)
            if policy.requiresTLS, !isSecure { return refuse(Self.insecure, sequence: packet.sequence &+ 1) }
            guard let name = response.accountName(serverVersion: greeting.serverVersion) else {
                return refuse(outage ?? Self.unreadableName(at: clientHost), sequence: packet.sequence &+ 1)
            }
            let methods = outage == nil || mayGuess ? accounts.methods(of: name.text) : []
            if let preferred = methods.first {
                let method = methods.first { $0.rawValue == greeting.authenticationPlugin } ?? preferred
                return verify(response, name, packet.sequence, method, outage: outage, against: greeting, accounts)
            }
            return relay(response, name, packet.sequence, to: greeting, outage: outage, isRelayForbidden)
        case .verifying(let attempt, var account):
            let action = try account.clientSent(packet, accounts: accounts, cipher: cipher)
            return conclude(action, attempt, account)
        }
    }

    private func login(_ response: HandshakeResponse, as name: AccountName, to greeting: ServerGreeting) -> Login {
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

    // MARK: Accounts of mysqld

    private mutating func relay(
        _ response: HandshakeResponse,
        _ name: AccountName,
        _ sequence: UInt8,
        to greeting: ServerGreeting,
        outage: SQLError?,
        _ isRelayForbidden: (AccountName) -> Bool
    ) -> Action {
        if let outage { return refuse(outage, sequence: sequence &+ 1) }
        if isRelayForbidden(name) {
            return refuse(Self.forbidden(name.text, at: clientHost), sequence: sequence &+ 1)
        }
        state = .done
        let login = login(response, as: name, to: greeting)
        let plugin = response.authenticationPlugin
        return .relay(
            RelayedLogin(
                payload: response.relayed(
                    as: name,
                    negotiated: greeting.capabilities.subtracting(.notRelayed),
                    keepingDatabase: !login.isVirtualSchemaSelected
                ),
                plugin: plugin.isEmpty ? greeting.authenticationPlugin : plugin,
                scramble: greeting.scramble,
                isClientSecure: isSecure,
                isClientLocal: isClientLocal,
                clientSequence: sequence
            ),
            login
        )
    }

    // MARK: The sidecar's own accounts

    private mutating func verify(
        _ response: HandshakeResponse,
        _ name: AccountName,
        _ sequence: UInt8,
        _ method: AuthenticationMethod,
        outage: SQLError?,
        against greeting: ServerGreeting,
        _ accounts: some AccountVerifying
    ) -> Action {
        var attempt = Attempt(
            login: login(response, as: name, to: greeting),
            database: response.database,
            outage: outage
        )
        var account = AccountLogin(
            user: name.text,
            method: method,
            mayPasswordBeClear: isSecure || isClientLocal,
            scramble: greeting.scramble,
            sequence: sequence
        )
        let hasMethods = attempt.login.capabilities.contains(.pluginAuth)
        guard hasMethods || method == .nativePassword else {
            return deny(attempt, sequence: sequence &+ 1, hasPassword: !response.authenticationResponse.isEmpty)
        }
        let plugin =
            !hasMethods
            ? AuthenticationMethod.nativePassword.rawValue
            : response.authenticationPlugin.isEmpty ? greeting.authenticationPlugin : response.authenticationPlugin
        // A client that was greeted with another method has no scramble for this one, and may send nothing.
        let hasProof =
            greeting.authenticationPlugin == method.rawValue || !response.authenticationResponse.isEmpty
        if plugin == method.rawValue, hasProof || !hasMethods {
            // caching_sha2_password goes on asking, as nobody does for another name: nothing is left to hide.
            if method != .nativePassword { attempt.outage = nil }
            return conclude(account.begin(proof: response.authenticationResponse, accounts: accounts), attempt, account)
        }
        // A client that has the account's method would have used it.
        if outage != nil, method == .nativePassword, greeting.authenticationPlugin == method.rawValue {
            return deny(attempt, sequence: sequence &+ 1, hasPassword: true)
        }
        attempt.outage = nil
        return conclude(account.changeMethod(scramble: ownScramble), attempt, account)
    }

    /// COM_CHANGE_USER to one of the sidecar's own accounts, which gets a scramble of its own to answer.
    ///
    /// - Parameters:
    ///   - login: the session's present one, whose capabilities stay.
    ///   - sequence: the number of the command's packet.
    package mutating func changeUser(
        to request: ChangeOfUser,
        as name: AccountName,
        method: AuthenticationMethod,
        from login: Login,
        sequence: UInt8
    ) -> Action {
        var login = login
        login.user = name.text
        if let collation = request.characterSet { login.collation = collation }
        login.isVirtualSchemaSelected = request.database?.lowercased() == virtualSchema
        guard login.capabilities.contains(.pluginAuth) else {
            return refuse(Self.clientTooOld, sequence: sequence &+ 1)
        }
        var account = AccountLogin(
            user: name.text,
            method: method,
            mayPasswordBeClear: isSecure || isClientLocal,
            scramble: ownScramble,
            sequence: sequence
        )
        let attempt = Attempt(login: login, database: request.database)
        return conclude(account.changeMethod(scramble: ownScramble), attempt, account)
    }

    private mutating func conclude(
        _ action: AccountLogin.Action,
        _ attempt: Attempt,
        _ account: AccountLogin
    ) -> Action {
        switch action {
        case .send(let bytes):
            state = .verifying(attempt, account)
            return .send(toClient: bytes)
        case .verdict(true, let packets, let sequence, _):
            if let database = attempt.database, !attempt.login.isVirtualSchemaSelected,
                database.lowercased() != "information_schema"
            {
                let error = SQLError(errno: 1049, sqlState: "42000", message: "Unknown database '\(database)'")
                return refuse(error, after: packets, sequence: sequence)
            }
            state = .done
            var writer = PacketWriter(packets, nextSequence: sequence)
            ResultSetWriter(capabilities: attempt.login.capabilities, status: .autocommit).writeOK(to: &writer)
            return .serve(toClient: writer.buffer, attempt.login)
        case .verdict(false, _, let sequence, let hasPassword):
            return deny(attempt, sequence: sequence, hasPassword: hasPassword)
        }
    }

    private mutating func deny(_ attempt: Attempt, sequence: UInt8, hasPassword: Bool) -> Action {
        if let outage = attempt.outage { return refuse(outage, sequence: sequence, .wrongPasswordInOutage) }
        let error = AccessDenied.error(
            user: attempt.login.user,
            host: denialHost ?? clientHost,
            hasPassword: hasPassword,
            hint: denialHint
        )
        return refuse(error, sequence: sequence, .wrongPassword)
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

    static let clientTooOld = SQLError(
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
