internal import MySQLWire
internal import NIOCore

// COM_CHANGE_USER: a login in the middle of a session.
extension ProxySession {
    /// COM_CHANGE_USER to a sidecar account: mysqld is left when it has been verified.
    func beginChangeOfAccount(
        _ command: InterceptedCommand,
        to request: ChangeOfUser,
        as name: AccountName,
        _ methods: [AuthenticationMethod]
    ) {
        guard let login else { return close() }
        phase = .login
        boundLogin()
        carryOut(
            loginMachine.changeUser(
                to: request,
                as: name,
                methods: methods,
                from: login,
                connectionID: greetedID,
                sequence: command.sequence
            )
        )
    }

    /// COM_CHANGE_USER goes to mysqld, which decides anew who the client is.
    func beginChangeOfUser(_ command: InterceptedCommand, to request: ChangeOfUser, as name: AccountName) {
        guard let login else { return close() }
        phase = .authenticating
        boundLogin()
        requestedChange = request
        authentication = AuthenticationRelay(
            plugin: "",
            scramble: [],
            hasProof: request.hasProof,
            legs: ConnectionLegs(
                isClientSecure: loginMachine.isSecure,
                isServerSecure: isServerLegSecure,
                isServerEncrypted: isServerLegEncrypted,
                isClientLocal: loginMachine.isClientLocal
            ),
            capabilities: login.capabilities,
            clientSequence: command.sequence,
            serverSequence: command.sequence
        )
        writeToBackend(
            request.relayed(
                as: name,
                from: login,
                keepingDatabase: !isVirtual(request.database),
                sequence: command.sequence
            )
        )
        flushBackend()
    }

    /// COM_CHANGE_USER from a sidecar account to one of mysqld, which nothing is connected to yet.
    func beginChangeToServer(_ command: InterceptedCommand, to request: ChangeOfUser, as name: AccountName) {
        guard let login else { return close() }
        phase = .login
        relayedName = name
        boundLogin()
        carryOut(loginMachine.changeToServer(request, as: name, from: login, sequence: command.sequence))
    }

    func isVirtual(_ database: String?) -> Bool { database?.lowercased() == "cluster_schema" }
}
