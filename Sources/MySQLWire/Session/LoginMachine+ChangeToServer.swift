internal import NIOCore

// COM_CHANGE_USER from one of the sidecar's own accounts to one of mysqld: a new connection to mysqld greets, its
// scramble reaches the client as a switch of methods, and the client's answer is a login of that connection.
extension LoginMachine {
    /// A change that waits for mysqld or for the client.
    struct Change {
        let request: ChangeOfUser
        let name: AccountName
        /// The session's, whose capabilities stay.
        var login: Login
        /// The number of the client's last packet.
        let sequence: UInt8
    }

    /// The client wants to become an account of mysqld, which greets next (`serverGreeted`).
    ///
    /// - Parameters:
    ///   - login: the session's present one.
    ///   - sequence: the number of the command's packet.
    /// - Returns: a refusal, if the change cannot be.
    package mutating func changeToServer(
        _ request: ChangeOfUser,
        as name: AccountName,
        from login: Login,
        sequence: UInt8
    ) -> Action? {
        var login = login
        login.user = name.text
        login.isVirtualSchemaSelected = request.database?.lowercased() == virtualSchema
        guard login.capabilities.contains(.pluginAuth) else {
            return refuse(Self.clientTooOld, sequence: sequence &+ 1)
        }
        state = .changing(Change(request: request, name: name, login: login, sequence: sequence))
        return nil
    }

    /// mysqld has greeted: the client is asked for a proof that fits.
    mutating func greet(_ change: Change, with greeting: ServerGreeting, outage: SQLError?) -> Action {
        if let outage { return refuse(outage, sequence: change.sequence &+ 1) }
        serverOffersTLS = greeting.capabilities.contains(.tls)
        guard greeting.capabilities.isSuperset(of: change.login.capabilities.subtracting(.ofLogin)) else {
            return refuse(Self.serverHasChanged, sequence: change.sequence &+ 1)
        }
        var change = change
        change.login.connectionID = greeting.connectionID
        change.login.serverVersion = greeting.plainServerVersion
        state = .awaitingProof(change, greeting)
        var writer = PacketWriter(nextSequence: change.sequence &+ 1)
        writer.packet { buffer in
            buffer.writeInteger(0xfe as UInt8)
            buffer.writeNULTerminated(Self.plugin(of: greeting).utf8)
            buffer.writeNULTerminated(greeting.scramble)
        }
        return .send(toClient: writer.buffer)
    }

    /// - Throws: `sequenceOutOfOrder`.
    mutating func clientProved(
        _ packet: PacketReader.Packet,
        _ change: Change,
        to greeting: ServerGreeting
    ) throws(ProtocolViolation) -> Action {
        let expected = change.sequence &+ 2
        guard packet.sequence == expected else {
            throw .sequenceOutOfOrder(expected: expected, found: packet.sequence)
        }
        state = .done
        let plugin = Self.plugin(of: greeting)
        let database = change.login.isVirtualSchemaSelected ? nil : change.request.database
        let payload = HandshakeResponse.payload(
            HandshakeResponse.Fields(
                capabilities: change.login.capabilities.subtracting(.notRelayed).union(.pluginAuth),
                characterSet: change.request.characterSet.flatMap { UInt8(exactly: $0) } ?? UInt8(CharacterSet.utf8mb4),
                user: change.name,
                proof: Array(packet.payload.readableBytesView),
                database: database.map { Array($0.utf8) } ?? [],
                plugin: Array(plugin.utf8),
                attributes: change.request.attributes
            )
        )
        return .relay(
            RelayedLogin(
                payload: payload,
                plugin: plugin,
                scramble: greeting.scramble,
                isClientSecure: isSecure,
                isClientLocal: isClientLocal,
                clientSequence: packet.sequence
            ),
            change.login
        )
    }

    private static let serverHasChanged = SQLError(
        errno: 1235,
        sqlState: "42000",
        message: "mysqld does not have all that this session was begun with: log in anew instead of COM_CHANGE_USER"
    )
}

extension Capabilities {
    /// What matters for a login alone.
    fileprivate static let ofLogin: Capabilities = notRelayed.union([
        .mysql, .connectWithDatabase, .connectAttributes, .pluginAuthLengthEncoded, .multiFactor,
    ])
}
