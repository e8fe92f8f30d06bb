internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// COM_CHANGE_USER: a login in the middle of a session.
extension ProxySession {
    /// - Parameter sequence: the number of the command's packet.
    func changeUser(to request: ChangeOfUser, as name: AccountName, _ sequence: UInt8) {
        guard let login = entry.login, let conversation else { return close() }
        client.received = self.conversation?.takeClientBytes() ?? ByteBuffer()
        let methods = shared.accounts.methods(of: name.text)
        if methods.isEmpty, shared.isForbidden(name), conversation.isLocal || server.isLocal {
            var writer = PacketWriter(nextSequence: sequence &+ 1)
            LoginMachine.forbidden(name.text, at: client.host).write(to: &writer)
            return closeAfterWriting(writer.buffer)
        }
        boundLogin()
        if !methods.isEmpty {
            // mysqld is left when it has been verified.
            stage = .login
            carryOut(
                loginMachine.changeUser(
                    to: request,
                    as: name,
                    methods: methods,
                    from: login,
                    connectionID: entry.greetedID,
                    sequence: sequence
                )
            )
        } else if conversation.isLocal {
            // Nothing is connected to mysqld yet.
            stage = .login
            entry.relayedName = name
            carryOut(loginMachine.changeToServer(request, as: name, from: login, sequence: sequence))
        } else {
            askServer(request, name, login, sequence)
        }
        processClient()
    }

    /// mysqld decides anew who the client is.
    private func askServer(_ request: ChangeOfUser, _ name: AccountName, _ login: LoginMachine.Login, _ sequence: UInt8)
    {
        stage = .authenticating
        entry.requestedChange = request
        authentication = AuthenticationRelay(
            plugin: "",
            scramble: [],
            hasProof: request.hasProof,
            legs: ConnectionLegs(
                isClientSecure: loginMachine.isSecure,
                isServerSecure: server.isSecure,
                isServerEncrypted: server.isEncrypted,
                isClientLocal: loginMachine.isClientLocal
            ),
            capabilities: login.capabilities,
            clientSequence: sequence,
            serverSequence: sequence
        )
        writeToServer(
            request.relayed(
                as: name,
                from: login,
                keepingDatabase: !isVirtual(request.database),
                sequence: sequence
            )
        )
        flushServer()
    }

    func isVirtual(_ database: String?) -> Bool { database?.lowercased() == VirtualSchema.name }
}
