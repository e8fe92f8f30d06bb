internal import ClusterModel
internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// KILL. A client knows its own session by the id that it was greeted with, and those of others also by mysqld's
// (CONNECTION_ID(), the process list): both are understood. What the sidecar has made wait itself it also ends itself.
extension ProxySession {
    /// - Returns: false for a statement that goes its ordinary way.
    func kill(_ statement: [UInt8], _ command: InterceptedCommand) -> Bool {
        guard var kill = KillStatement(statement, in: context) else { return false }
        switch phase {
        case .relaying:
            guard let id = serversID(kill.connectionID) else {
                refuse(command, Self.unknownThread(kill.connectionID))
                return true
            }
            var command = command
            if id != kill.connectionID {
                command.replaceStatement(statement, with: kill.text(statement, naming: id))
                kill.connectionID = id
            }
            // mysqld decides whether this user may. KILL of a connection makes mysqld close it, and so ends the session
            // here; behind KILL of a query the next command waits for what mysqld says.
            if kill.scope == .query { pendingKill = kill }
            relayIntercepted(command)
            return true
        case .local:
            killOwn(kill.scope, kill.connectionID, command)
            return true
        case .proxyHeader, .login, .authenticating, .closed:
            return false
        }
    }

    /// COM_PROCESS_KILL: KILL of a connection.
    func killByCommand(_ command: InterceptedCommand) {
        let content = command.content
        guard let id = content.getInteger(at: content.readerIndex, endianness: .little, as: UInt32.self) else {
            return refuse(command, Self.unknownCommand)
        }
        guard phase == .relaying else { return killOwn(.connection, id, command) }
        guard let serversID = serversID(id) else { return refuse(command, Self.unknownThread(id)) }
        var command = command
        command.packet.setInteger(
            serversID,
            at: command.packet.readerIndex + PacketFormat.headerBytes + 1,
            endianness: .little
        )
        relayIntercepted(command)
    }

    /// The id by which the server behind this session knows a connection.
    ///
    /// - Returns: nil for one that another server stands behind, or none.
    private func serversID(_ id: UInt32) -> UInt32? {
        switch shared.directory.session(id) {
        // One of the server's own, as far as is known here.
        case nil: id
        case .server(let server, let id)?: server == destination ? id : nil
        case .own?: nil
        }
    }

    private static func unknownThread(_ id: UInt32) -> SQLError {
        SQLError(errno: 1094, sqlState: "HY000", message: "Unknown thread id: \(id)")
    }

    /// No KILL leads here any more.
    func leaveDirectory() { shared.directory.leave(greetedID) }

    /// It is known who answers the session.
    ///
    /// - Returns: false if that is the sidecar, and the account has as many sessions as it may.
    func enterDirectory(_ login: LoginMachine.Login, isLocal: Bool) -> Bool {
        if isLocal {
            let limit = shared.limits.maximumConnectionsPerAccount
            return shared.directory.enter(greetedID, .own(user: login.user), limit: limit)
        }
        guard let destination else { return true }
        return shared.directory.enter(greetedID, .server(destination, id: login.connectionID))
    }

    /// mysqld has answered the KILL QUERY.
    func concludeKill() {
        guard let kill = pendingKill else { return }
        pendingKill = nil
        guard !machine.endedInError else { return }
        shared.directory.deliver(
            AllowedKill(scope: kill.scope, connectionID: kill.connectionID, server: destination)
        )
    }

    /// A sidecar account may end what other sessions of itself do, an operator those of every sidecar account.
    private func killOwn(_ scope: KillStatement.Scope, _ id: UInt32, _ command: InterceptedCommand) {
        guard case .own(let owner)? = shared.directory.session(id) else {
            return refuse(command, Self.unknownThread(id))
        }
        let user = login?.user ?? ""
        guard owner == user || shared.accounts.isOperator(user) else {
            return refuse(
                command,
                SQLError(errno: 1095, sqlState: "HY000", message: "You are not owner of thread \(id)")
            )
        }
        if scope == .connection, id == login?.connectionID { return cutKilled(command) }
        shared.directory.deliver(AllowedKill(scope: scope, connectionID: id, server: nil))
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
        switch kill.scope {
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
        login?.connectionID == kill.connectionID
            && (kill.server == nil ? phase == .local : phase == .relaying && destination == kill.server)
    }
}
