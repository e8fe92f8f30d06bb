package import NIOCore

/// A connection up to the point where it is known who answers it: mysqld, which then goes on with the login itself,
/// or this sidecar.
///
/// The sidecar greets with mysqld's own scramble, version and connection id, so that a password's proof reaches mysqld
/// as if it had been made for it; no password of mysqld's accounts is known here.
package struct LoginMachine {
    /// The longest packet of a client that has not logged in, in bytes.
    package static let maximumPacketBytes = 64 * 1024

    /// The session that a login leads to.
    package struct Login: Hashable, Sendable {
        package var user: String
        package var capabilities: Capabilities
        package var isVirtualSchemaSelected: Bool
        package var connectionID: UInt32
        /// As `SELECT VERSION()` gives it.
        package var serverVersion: String
    }

    package enum Action: Equatable {
        case send(toClient: ByteBuffer)
        /// mysqld decides: send it these bytes and relay the rest of the login.
        case relay(toServer: ByteBuffer, Login)
        /// The sidecar has verified the account: send these bytes and answer the session's commands here.
        case serve(toClient: ByteBuffer, Login)
        /// Send these bytes, then close.
        case refuse(toClient: ByteBuffer, SQLError)
    }

    private enum State {
        case awaitingServer
        case awaitingResponse(ServerGreeting, outage: SQLError?)
        case awaitingSwitchedResponse(Login, scramble: [UInt8])
        case done
    }

    private var state: State = .awaitingServer
    private let virtualSchema: String
    private let clientHost: String
    private let ownScramble: [UInt8]

    /// - Parameters:
    ///   - ownScramble: 20 random bytes without a NUL or `$`, for greetings and method switches of our own.
    ///   - clientHost: the client's address, for error texts.
    ///   - virtualSchema: the schema that mysqld does not know, in lower case.
    package init(ownScramble: [UInt8], clientHost: String, virtualSchema: String) {
        self.ownScramble = ownScramble
        self.clientHost = clientHost
        self.virtualSchema = virtualSchema
    }

    /// mysqld sent its first packet.
    package mutating func serverGreeted(
        _ payload: ByteBuffer,
        outage: OutageGreeting
    ) throws(ProtocolViolation) -> Action {
        switch try ServerGreeting.parse(payload) {
        case .greeting(var greeting):
            greeting.capabilities.subtract(.notRelayed)
            return greet(with: greeting, outage: nil)
        case .refusal(let error):
            return greet(with: outage.greeting(scramble: ownScramble), outage: error)
        }
    }

    /// mysqld cannot be reached: accounts of the sidecar may still log in, everybody else gets this error.
    package mutating func serverIsUnavailable(_ error: SQLError, outage: OutageGreeting) -> Action {
        greet(with: outage.greeting(scramble: ownScramble), outage: error)
    }

    private mutating func greet(with greeting: ServerGreeting, outage: SQLError?) -> Action {
        state = .awaitingResponse(greeting, outage: outage)
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
        isRelayForbidden: (String) -> Bool
    ) throws(ProtocolViolation) -> Action? {
        switch state {
        case .awaitingServer, .done:
            return nil
        case .awaitingResponse(let greeting, let outage):
            guard packet.sequence == 1 else { throw .sequenceOutOfOrder(expected: 1, found: packet.sequence) }
            let response = try HandshakeResponse(packet.payload)
            return answer(
                response,
                to: greeting,
                outage: outage,
                accounts: accounts,
                isRelayForbidden: isRelayForbidden
            )
        case .awaitingSwitchedResponse(let login, let scramble):
            guard packet.sequence == 3 else { throw .sequenceOutOfOrder(expected: 3, found: packet.sequence) }
            let proof = Array(packet.payload.readableBytesView)
            return conclude(login, proof: proof, scramble: scramble, sequence: 4, accounts: accounts)
        }
    }

    private mutating func answer(
        _ response: HandshakeResponse,
        to greeting: ServerGreeting,
        outage: SQLError?,
        accounts: some AccountVerifying,
        isRelayForbidden: (String) -> Bool
    ) -> Action {
        let capabilities = response.capabilities.intersection(greeting.capabilities)
        let isVirtual = response.database?.lowercased() == virtualSchema
        let login = Login(
            user: response.user,
            capabilities: capabilities,
            isVirtualSchemaSelected: isVirtual,
            connectionID: greeting.connectionID,
            serverVersion: greeting.plainServerVersion
        )
        if accounts.contains(response.user) {
            if let database = response.database, !isVirtual, database.lowercased() != "information_schema" {
                return refuse(
                    SQLError(errno: 1049, sqlState: "42000", message: "Unknown database '\(database)'"),
                    sequence: 2
                )
            }
            let isNative =
                response.authenticationPlugin == Self.nativePassword
                || (response.authenticationPlugin.isEmpty && greeting.authenticationPlugin == Self.nativePassword)
            if isNative || !capabilities.contains(.pluginAuth) {
                return conclude(
                    login,
                    proof: response.authenticationResponse,
                    scramble: greeting.scramble,
                    sequence: 2,
                    accounts: accounts
                )
            }
            state = .awaitingSwitchedResponse(login, scramble: ownScramble)
            var writer = PacketWriter(nextSequence: 2)
            writer.packet { buffer in
                buffer.writeInteger(0xfe as UInt8)
                buffer.writeNULTerminated(Self.nativePassword.utf8)
                buffer.writeNULTerminated(ownScramble)
            }
            return .send(toClient: writer.buffer)
        }
        if let outage { return refuse(outage, sequence: 2) }
        if isRelayForbidden(response.user) { return refuse(Self.forbidden(response.user, at: clientHost), sequence: 2) }
        state = .done
        var writer = PacketWriter(nextSequence: 1)
        let relayed = response.relayed(negotiated: greeting.capabilities, keepingDatabase: !isVirtual)
        writer.packet { $0.writeImmutableBuffer(relayed) }
        return .relay(toServer: writer.buffer, login)
    }

    private mutating func conclude(
        _ login: Login,
        proof: [UInt8],
        scramble: [UInt8],
        sequence: UInt8,
        accounts: some AccountVerifying
    ) -> Action {
        guard accounts.verify(user: login.user, nativePasswordProof: proof, scramble: scramble) else {
            return refuse(
                SQLError(
                    errno: 1045,
                    sqlState: "28000",
                    message: "Access denied for user '\(login.user)'@'\(clientHost)' "
                        + "(using password: \(proof.isEmpty ? "NO" : "YES"))"
                ),
                sequence: sequence
            )
        }
        state = .done
        var writer = PacketWriter(nextSequence: sequence)
        ResultSetWriter(capabilities: login.capabilities, status: .autocommit).writeOK(to: &writer)
        return .serve(toClient: writer.buffer, login)
    }

    private mutating func refuse(_ error: SQLError, sequence: UInt8) -> Action {
        state = .done
        var writer = PacketWriter(nextSequence: sequence)
        error.write(to: &writer)
        return .refuse(toClient: writer.buffer, error)
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

    private static let nativePassword = "mysql_native_password"
}

/// What the sidecar says of itself when it greets in mysqld's place.
package struct OutageGreeting: Hashable, Sendable {
    /// As mysqld last greeted.
    package var serverVersion: String
    package var connectionID: UInt32

    package init(serverVersion: String, connectionID: UInt32) {
        self.serverVersion = serverVersion
        self.connectionID = connectionID
    }

    func greeting(scramble: [UInt8]) -> ServerGreeting {
        ServerGreeting(
            serverVersion: serverVersion,
            connectionID: connectionID,
            scramble: scramble,
            capabilities: .own,
            characterSet: UInt8(CharacterSet.utf8mb4),
            status: .autocommit,
            authenticationPlugin: "mysql_native_password"
        )
    }
}

/// The sidecar's own accounts, as a login asks for them.
package protocol AccountVerifying {
    func contains(_ user: String) -> Bool

    /// - Parameter nativePasswordProof: mysql_native_password's answer to the scramble: 20 bytes, or none for an empty
    ///   password.
    func verify(user: String, nativePasswordProof: [UInt8], scramble: [UInt8]) -> Bool
}
