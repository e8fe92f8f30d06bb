package import ClusterModel
package import MySQLWire
package import NIOCore

/// The logins of a session: from the greeting to the verdict, whoever gives it, and from a COM_CHANGE_USER to the next.
///
/// Pure: it is told events and says what to do. `LoginMachine` finds out who decides, `AuthenticationRelay` stands
/// between a client and mysqld while that decides.
package struct SessionLogin {
    package enum Action: Equatable {
        case toClient(ByteBuffer)
        case toServer(ByteBuffer)
        /// The client's next bytes are those of a TLS handshake.
        case startClientTLS
        /// The next bytes towards mysqld are encrypted.
        case startServerTLS
        /// mysqld decides: look for it (`ServerSearch`), and tell how it greets (`serverGreeted`) or that it cannot be had
        /// (`serverIsUnavailable`).
        case findServer
        /// Find out what is asked of this account's password, and tell it (`verified`, `isOverloaded`).
        case verify(PasswordCheck, user: String)
        /// Tell what becomes of this (`ciphered`, `isOverloaded`).
        case cipher(CipherRequest)
        /// Send these bytes: the session is in. A server that stands behind it although the sidecar let it in is left.
        ///
        /// - Parameters:
        ///   - isLocal: the sidecar has let it in.
        ///   - status: as mysqld told it with its OK; nil if the sidecar let the client in.
        case enter(toClient: ByteBuffer, LoginMachine.Login, isLocal: Bool, status: StatusFlags?)
        /// Send these bytes, then close.
        ///
        /// - Parameter error: what they say, if the sidecar refuses; nil if mysqld does.
        case refuse(toClient: ByteBuffer, SQLError?, Reason)
        /// mysqld names the sidecar's host in this way.
        case noteSeenHost(String)
        /// mysqld has refused a change of user, and the session is as it was.
        case stay
        /// What was found is not needed any more.
        case leaveServer
    }

    package enum Reason: Hashable, Sendable {
        /// Name or password are wrong: guessing is to be slow, and as slow whoever refuses.
        case wrongPassword
        /// The sidecar is full.
        case noRoom
        case other
    }

    private var machine: LoginMachine
    /// While mysqld decides.
    private var relay: AuthenticationRelay?
    /// The server that stands behind the session.
    private var link: ServerLink?
    /// How both connections stood when mysqld was asked.
    private var legs: ConnectionLegs?
    /// The account of a server's that the session is on its way to.
    private var relayedName: AccountName?
    /// The COM_CHANGE_USER that mysqld is deciding on.
    private var change: ChangeOfUser?
    private let virtualSchema: String
    /// The sidecar is full: what everybody but an operator is told.
    package var closedToOthers: SQLError?
    /// Of the login that is the last to have succeeded, or that mysqld was asked for.
    package private(set) var login: LoginMachine.Login?
    /// The connection id that the client was greeted with; 0 before.
    package private(set) var greetedID: UInt32 = 0

    /// - Parameters: as `LoginMachine` has them.
    package init(
        greetingScramble: [UInt8],
        switchScramble: [UInt8],
        clientHost: String,
        virtualSchema: String,
        policy: LoginMachine.Policy
    ) {
        self.virtualSchema = virtualSchema
        machine = LoginMachine(
            greetingScramble: greetingScramble,
            switchScramble: switchScramble,
            clientHost: clientHost,
            virtualSchema: virtualSchema,
            policy: policy
        )
    }

    // MARK: - Whose turn it is

    package var isGreeted: Bool { greetedID != 0 }
    /// The client is connected by TLS.
    package var isSecure: Bool { machine.isSecure }
    /// mysqld has been asked for its verdict.
    package var isServerDeciding: Bool { relay != nil }
    /// mysqld is looked for, or its greeting waited for.
    package var isAwaitingServer: Bool { machine.isServersTurn }
    /// Packets of the client are to be given to `clientSent`.
    package var takesClient: Bool { relay.map { !$0.isCiphering } ?? machine.isClientsTurn }
    /// Neither side's packets are taken.
    package var isCiphering: Bool { relay?.isCiphering ?? false }

    // MARK: - Events

    /// The client is another than the one that has connected (PROXY protocol).
    package mutating func clientIs(_ host: String) { machine.clientHost = host }

    /// The client is greeted in the name of what will stand behind the session, as far as that is known.
    ///
    /// - Parameters:
    ///   - address: where that is reached.
    ///   - seenHost: how it names the sidecar's host; nil if it is told the client's.
    ///   - connectionID: no other session's of this sidecar.
    package mutating func greet(
        as server: KnownServer,
        at address: ServerAddress,
        seenHost: String?,
        connectionID: UInt32
    ) -> [Action] {
        greetedID = connectionID
        if let seenHost {
            machine.denialHint = ServerRefusal.hint(address, client: machine.clientHost)
            machine.denialHost = seenHost
        }
        return actions(machine.greet(as: server, connectionID: connectionID))
    }

    /// - Parameters:
    ///   - presence: of what the session would be led to.
    ///   - isForbidden: whether mysqld must not be asked to log this user in (see `RelayPolicy`).
    package mutating func clientSent(
        _ packet: PacketReader.Packet,
        accounts: some AccountVerifying,
        presence: ServerPresence,
        isForbidden: (AccountName) -> Bool
    ) throws(ProtocolViolation) -> [Action] {
        if var relay {
            let action = try relay.clientSent(packet)
            self.relay = relay
            return actions(action, hidesAccounts: !accounts.isEmpty)
        }
        var relayedName = relayedName
        let action = try machine.clientSent(packet, accounts: accounts, presence: presence) { name in
            relayedName = name
            return isForbidden(name)
        }
        self.relayedName = relayedName
        return withRoom(action, accounts)
    }

    /// The session is led to a server.
    ///
    /// - Returns: nothing if the login may go on there.
    package mutating func led(toOwnServer isLocal: Bool, isForbidden: (AccountName) -> Bool) -> [Action] {
        guard isLocal, let name = relayedName, isForbidden(name) else { return [] }
        return serverIsUnavailable(LoginMachine.forbidden(name.text, at: machine.clientHost))
    }

    /// mysqld's first packet.
    ///
    /// - Parameter outage: see `LoginMachine.serverReplied`.
    package mutating func serverGreeted(
        _ reply: ServerGreeting.Reply,
        at link: ServerLink,
        outage: SQLError
    ) -> [Action] {
        guard !machine.isSeeking else { return [.leaveServer] + actions(machine.serverReplied(reply, outage: outage)) }
        self.link = link
        return actions(machine.serverReplied(reply, outage: outage))
    }

    /// mysqld cannot be reached, or does not take the connection.
    package mutating func serverIsUnavailable(_ error: SQLError) -> [Action] {
        actions(machine.serverIsUnavailable(error))
    }

    /// mysqld's packets behind its greeting.
    ///
    /// - Parameter hidesAccounts: a stranger is not to learn whether mysqld or the sidecar knows a name.
    package mutating func serverSent(
        _ packet: PacketReader.Packet,
        hidesAccounts: Bool
    ) throws(ProtocolViolation) -> [Action] {
        guard var relay else { return [] }
        let action = try relay.serverSent(packet)
        self.relay = relay
        return actions(action, hidesAccounts: hidesAccounts)
    }

    /// What was asked by `Action.verify` is known.
    ///
    /// - Parameter isRight: nil if it takes the password itself to tell.
    package mutating func verified(_ isRight: Bool?) -> [Action] { actions(machine.verified(isRight)) }

    /// What was asked by `Action.cipher` is done.
    package mutating func ciphered(_ outcome: [UInt8]?) -> [Action] {
        guard var relay else { return actions(machine.keyMade(outcome)) }
        let action = relay.ciphered(outcome)
        self.relay = relay
        return action.map { actions($0, hidesAccounts: false) } ?? []
    }

    /// What was asked by `Action.verify` or `Action.cipher` will not be done.
    package mutating func isOverloaded() -> [Action] {
        guard let relay else { return actions(machine.verificationRefused(Self.tooManyLogins)) }
        return [.refuse(toClient: relay.refusal(Self.tooManyLogins), Self.tooManyLogins, .other)]
    }

    /// COM_CHANGE_USER.
    ///
    /// - Parameters:
    ///   - sequence: the number of the command's packet.
    ///   - isLocal: the session so far is one of the sidecar's accounts.
    ///   - presence: of what the session would be led to.
    package mutating func changeUser(
        to request: ChangeOfUser,
        as name: AccountName,
        sequence: UInt8,
        isLocal: Bool,
        accounts: some AccountVerifying,
        presence: ServerPresence,
        isForbidden: (AccountName) -> Bool
    ) -> [Action] {
        guard let login else { return [] }
        let methods = accounts.methods(of: name.text)
        guard methods.isEmpty else {
            let action = machine.changeUser(
                to: request,
                as: name,
                methods: methods,
                from: login,
                connectionID: greetedID,
                // Others are asked about in the session that there is.
                presence: isLocal ? presence : .certain,
                sequence: sequence
            )
            return withRoom(action, accounts)
        }
        if isForbidden(name), isLocal || link?.isLocal == true {
            let error = LoginMachine.forbidden(name.text, at: machine.clientHost)
            var writer = PacketWriter(nextSequence: sequence &+ 1)
            error.write(to: &writer)
            return [.refuse(toClient: writer.buffer, error, .other)]
        }
        guard !isLocal, let legs else {
            // Nothing is connected to mysqld yet.
            relayedName = name
            return withRoom(machine.changeToServer(request, as: name, from: login, sequence: sequence), accounts)
        }
        change = request
        relay = AuthenticationRelay(
            plugin: "",
            scramble: [],
            hasProof: request.hasProof,
            legs: legs,
            capabilities: login.capabilities,
            clientSequence: sequence,
            serverSequence: sequence
        )
        let command = request.relayed(
            as: name,
            capabilities: login.capabilities,
            collation: login.collation,
            keepingDatabase: !isVirtual(request.database),
            sequence: sequence
        )
        return [.toServer(command)]
    }

    // MARK: - What the machines say

    /// Nobody but an operator is let in while the sidecar is full.
    private mutating func withRoom(_ action: LoginMachine.Action?, _ accounts: some AccountVerifying) -> [Action] {
        guard let closedToOthers, let action else { return actions(action) }
        let refusal: LoginMachine.Action? =
            switch action {
            case .connect: machine.serverIsUnavailable(closedToOthers)
            case .verify(_, let user) where !accounts.isOperator(user): machine.verificationRefused(closedToOthers)
            default: nil
            }
        guard case .refuse(let bytes, let error, _) = refusal else { return actions(refusal ?? action) }
        return [.refuse(toClient: bytes, error, .noRoom)]
    }

    private mutating func actions(_ action: LoginMachine.Action?) -> [Action] {
        switch action {
        case nil: return []
        case .send(let bytes): return [.toClient(bytes)]
        case .startTLS: return [.startClientTLS]
        case .connect: return [.findServer]
        case .relay(let relayed, let login): return authenticate(relayed, login)
        case .verify(let check, let user): return [.verify(check, user: user)]
        case .makeKey: return [.cipher(.publicKey)]
        case .serve(let bytes, let login):
            self.login = login
            link = nil
            legs = nil
            return [.enter(toClient: bytes, login, isLocal: true, status: nil)]
        case .refuse(let bytes, let error, let reason):
            return [.refuse(toClient: bytes, error, reason == .wrongPassword ? .wrongPassword : .other)]
        }
    }

    /// mysqld has greeted: it is sent the client's login.
    private mutating func authenticate(_ relayed: RelayedLogin, _ login: LoginMachine.Login) -> [Action] {
        guard let link else { return [] }
        let security = link.isNetwork ? link.security : nil
        let isBehindTLS = security == .required || (security != nil && machine.serverOffersTLS)
        guard !isBehindTLS || machine.serverOffersTLS else {
            var writer = PacketWriter(nextSequence: relayed.nextClientSequence)
            Self.noServerTLS.write(to: &writer)
            return [.refuse(toClient: writer.buffer, Self.noServerTLS, .other)]
        }
        self.login = login
        legs = ConnectionLegs(
            isClientSecure: machine.isSecure,
            isServerSecure: isBehindTLS || !link.isNetwork,
            isServerEncrypted: isBehindTLS,
            isClientLocal: machine.isClientLocal
        )
        relay = relayed.authentication(
            isBehindTLS: isBehindTLS,
            isServerSecure: isBehindTLS || !link.isNetwork,
            capabilities: login.capabilities
        )
        let response = Action.toServer(relayed.response(isBehindTLS: isBehindTLS))
        return isBehindTLS ? [.toServer(relayed.tlsRequest()), .startServerTLS, response] : [response]
    }

    private mutating func actions(_ action: AuthenticationRelay.Action, hidesAccounts: Bool) -> [Action] {
        switch action {
        case .toClient(let bytes): return [.toClient(bytes)]
        case .toServer(let bytes): return [.toServer(bytes)]
        case .cipher(let request): return [.cipher(request)]
        case .refuse(let bytes): return [.refuse(toClient: bytes, nil, .other)]
        case .ended(let isAccepted, let bytes, let status):
            relay = nil
            let change = self.change
            self.change = nil
            guard isAccepted, var login else { return refused(bytes, change, hidesAccounts: hidesAccounts) }
            if let change {
                login.user = change.name?.text ?? ""
                if let collation = change.characterSet { login.collation = collation }
                login.isVirtualSchemaSelected = isVirtual(change.database)
            }
            self.login = login
            return [.enter(toClient: bytes, login, isLocal: false, status: status)]
        }
    }

    /// mysqld has refused a login, or a change of user.
    private func refused(_ bytes: ByteBuffer, _ change: ChangeOfUser?, hidesAccounts: Bool) -> [Action] {
        let (packet, seenHost) = ServerRefusal.explained(
            bytes,
            user: (change == nil ? login?.user : change?.name?.text) ?? "",
            host: link?.isToldOfClient == true ? machine.clientHost : nil,
            hint: machine.denialHint
        )
        let notes = seenHost.map { [Action.noteSeenHost($0)] } ?? []
        // Without accounts of the sidecar there is nothing to hide.
        if seenHost != nil, hidesAccounts { return notes + [.refuse(toClient: packet, nil, .wrongPassword)] }
        // MariaDB lets the session go on as it was, without what it had prepared; MySQL closes it, as both do after a login.
        return notes + (change == nil ? [.refuse(toClient: packet, nil, .other)] : [.toClient(packet), .stay])
    }

    private func isVirtual(_ database: String?) -> Bool { database?.lowercased() == virtualSchema }

    /// The sidecar would let the client in, but for the sessions that its account has already.
    package static func overLimit(
        _ limit: Int,
        _ login: LoginMachine.Login,
        insteadOf welcome: ByteBuffer
    ) -> (packet: ByteBuffer, error: SQLError) {
        let error = SQLError(
            errno: 1226,
            sqlState: "42000",
            message: "User '\(login.user)' has exceeded the 'sql.max_connections_per_account' resource "
                + "(current value: \(limit))"
        )
        var writer = PacketWriter(nextSequence: welcome.getInteger(at: welcome.readerIndex + 3) ?? 1)
        error.write(to: &writer)
        return (writer.buffer, error)
    }

    private static let tooManyLogins = SQLError(
        errno: 1040,
        sqlState: "08004",
        message: "Too many logins wait for their passwords to be verified; try again"
    )

    private static let noServerTLS = SQLError(
        errno: 2026,
        sqlState: "HY000",
        message: "SSL connection error: mysqld of this node does not offer TLS, which mysqld.tls asks for"
    )
}
