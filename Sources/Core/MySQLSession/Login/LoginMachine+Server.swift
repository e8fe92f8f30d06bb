package import MySQLWire
internal import NIOCore

// Logins to accounts of mysqld, which is connected to when it is known that it is needed.
extension LoginMachine {
    mutating func connect(
        _ response: HandshakeResponse,
        _ name: AccountName,
        _ sequence: UInt8,
        to greeting: ServerGreeting,
        _ isRelayForbidden: (AccountName) -> Bool
    ) -> Action {
        if isRelayForbidden(name) {
            return refuse(Self.forbidden(name.text, at: clientHost), sequence: sequence &+ 1)
        }
        let login = login(response, as: name, to: greeting)
        let payload = response.relayed(
            as: name,
            negotiated: greeting.capabilities.subtracting(.notRelayed),
            keepingDatabase: !login.isVirtualSchemaSelected
        )
        let hasProof = !response.authenticationResponse.isEmpty
        return connect(payload, login, hasProof: hasProof, sequence: sequence, isChange: false)
    }

    /// COM_CHANGE_USER from one of the sidecar's own accounts to one of mysqld.
    ///
    /// - Parameters:
    ///   - login: the session's present one, whose capabilities stay.
    ///   - sequence: the number of the command's packet.
    package mutating func changeToServer(
        _ request: ChangeOfUser,
        as name: AccountName,
        from login: Login,
        sequence: UInt8
    ) -> Action {
        var login = login
        login.user = name.text
        if let collation = request.characterSet { login.collation = collation }
        login.isVirtualSchemaSelected = request.database?.lowercased() == virtualSchema
        let payload = request.login(
            as: name,
            capabilities: login.capabilities,
            keepingDatabase: !login.isVirtualSchemaSelected
        )
        return connect(payload, login, hasProof: request.hasProof, sequence: sequence, isChange: true)
    }

    private mutating func connect(
        _ payload: ByteBuffer,
        _ login: Login,
        hasProof: Bool,
        sequence: UInt8,
        isChange: Bool
    ) -> Action {
        let relayed = RelayedLogin(
            payload: payload,
            isClientSecure: isSecure,
            isClientLocal: isClientLocal,
            hasProof: hasProof,
            clientSequence: sequence
        )
        state = .connecting(relayed, login, isChange: isChange)
        return .connect(login)
    }

    /// mysqld sent its first packet.
    ///
    /// - Parameter outage: what is said while mysqld cannot be had; also to a client that was greeted before mysqld was
    ///   ever seen, if it was promised what mysqld does not have: it has just come up.
    /// - Returns: nil if none was waited for.
    package mutating func serverReplied(_ reply: ServerGreeting.Reply, outage: SQLError? = nil) -> Action? {
        let greeting: ServerGreeting
        switch reply {
        case .refusal(let error): return serverIsUnavailable(error)
        case .greeting(let sent): greeting = sent
        }
        switch state {
        case .seeking(let attempt, _, _):
            if let error = unfitness(of: greeting, for: attempt.login, isChange: attempt.isChange, outage) {
                return serverIsUnavailable(error)
            }
            serverOffersTLS = greeting.capabilities.contains(.tls)
            return found(.certain)
        case .connecting(let relayed, var login, let isChange):
            if let error = unfitness(of: greeting, for: login, isChange: isChange, outage) {
                return serverIsUnavailable(error)
            }
            state = .done
            serverOffersTLS = greeting.capabilities.contains(.tls)
            login.connectionID = greeting.connectionID
            login.serverVersion = greeting.plainServerVersion
            return .relay(relayed, login)
        default: return nil
        }
    }

    /// MariaDB and MySQL read names differently (`AccountName`): the client's was read for a server of one kind.
    private func unfitness(
        of greeting: ServerGreeting,
        for login: Login,
        isChange: Bool,
        _ outage: SQLError?
    ) -> SQLError? {
        guard
            !greeting.capabilities.isSuperset(of: login.capabilities.subtracting(.ofLogin))
                || greeting.isMariaDB != login.serverVersion.contains("MariaDB")
        else { return nil }
        if isChange { return Self.serverHasChanged }
        return isGreetingGuessed ? outage ?? Self.serverIsAnother : Self.serverIsAnother
    }

    /// mysqld cannot be reached, or does not take the connection.
    ///
    /// - Returns: nil if nobody waits for it.
    package mutating func serverIsUnavailable(_ error: SQLError) -> Action? {
        if isSeeking { return found(.absent(error)) }
        guard case .connecting(let relayed, let login, let isChange) = state else { return nil }
        guard !isChange else {
            return changeToNobody(
                login,
                hasProof: relayed.hasProof,
                sequence: relayed.nextClientSequence &- 1,
                error
            )
        }
        return refuse(error.understandable(to: login.libraryName), sequence: relayed.nextClientSequence)
    }

    private static let serverHasChanged = SQLError(
        errno: 1235,
        sqlState: "42000",
        message: "mysqld does not have all that this session was begun with: log in anew instead of COM_CHANGE_USER"
    )

    private static let serverIsAnother = SQLError(
        errno: 1043,
        sqlState: "08S01",
        message:
            "Bad handshake: mysqld is another than before and lacks what this connection was begun with; connect again"
    )
}

extension Capabilities {
    /// What matters for a login alone.
    fileprivate static let ofLogin: Capabilities = notRelayed.union([
        .mysql, .connectWithDatabase, .connectAttributes, .pluginAuthLengthEncoded, .multiFactor,
    ])
}
