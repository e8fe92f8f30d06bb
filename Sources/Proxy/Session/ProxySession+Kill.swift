internal import ClusterModel
internal import MySQLWire
internal import QueryRouting

// KILL of sessions whose statement under way is not mysqld's but waits here.
extension ProxySession {
    /// - Returns: false for a statement that goes its ordinary way.
    func kill(_ statement: [UInt8], _ command: InterceptedCommand) -> Bool {
        guard let kill = KillStatement(statement, in: context) else { return false }
        switch phase {
        case .relaying:
            // KILL of a connection makes mysqld close it, and so ends the session here.
            guard kill.scope == .query else { return false }
            // mysqld decides whether this user may; the next command waits until it has.
            pendingKill = kill
            relayIntercepted(command)
            return true
        case .local:
            killOwn(kill, command)
            return true
        case .proxyHeader, .login, .authenticating, .closed:
            return false
        }
    }

    /// No KILL by a sidecar account leads here any more.
    func leaveDirectory() {
        if let id = listedID { shared.directory.leave(id) }
        listedID = nil
    }

    /// The session is one that the sidecar alone answers.
    ///
    /// - Returns: false if its account has as many as it may.
    func enterDirectory(_ login: LoginMachine.Login) -> Bool {
        leaveDirectory()
        let limit = shared.limits.maximumConnectionsPerAccount
        guard shared.directory.enter(login.connectionID, user: login.user, limit: limit) else { return false }
        listedID = login.connectionID
        return true
    }

    /// mysqld has answered the KILL QUERY.
    func concludeKill() {
        guard let kill = pendingKill else { return }
        pendingKill = nil
        if !machine.endedInError { shared.directory.deliver(AllowedKill(statement: kill, server: destination)) }
    }

    /// A sidecar account may end what other sessions of itself do, an operator those of every sidecar account.
    private func killOwn(_ kill: KillStatement, _ command: InterceptedCommand) {
        let id = kill.connectionID
        guard let owner = shared.directory.ownUser(ofConnection: id) else {
            return refuse(command, SQLError(errno: 1094, sqlState: "HY000", message: "Unknown thread id: \(id)"))
        }
        let user = login?.user ?? ""
        guard owner == user || shared.accounts.isOperator(user) else {
            return refuse(
                command,
                SQLError(errno: 1095, sqlState: "HY000", message: "You are not owner of thread \(id)")
            )
        }
        if kill.scope == .connection, id == login?.connectionID { return cutKilled(command) }
        shared.directory.deliver(AllowedKill(statement: kill, server: nil))
        answer(command) { answer, writer in answer.writeOK(to: &writer) }
    }

    private func cutKilled(_ command: InterceptedCommand) {
        var writer = PacketWriter(nextSequence: command.sequence &+ 1)
        Self.killed.write(to: &writer)
        closeAfterWriting(writer.buffer)
    }

    static let killed = SQLError(errno: 1927, sqlState: "70100", message: "Connection was killed")
}

extension LoopContext {
    /// Ends the wait, or the session, if it is one of this loop's.
    func carryOut(_ kill: AllowedKill) {
        switch kill.statement.scope {
        case .query:
            interruptWait(kill)
        case .connection:
            sessions.values.first { $0.isMeant(by: kill) }?.closeAfterWriting()
        }
    }
}

extension ProxySession {
    /// Connection ids are unique in one mysqld, and among the sessions that the sidecar alone answers.
    func isMeant(by kill: AllowedKill) -> Bool {
        login?.connectionID == kill.statement.connectionID
            && (kill.server == nil ? phase == .local : phase == .relaying && destination == kill.server)
    }
}
