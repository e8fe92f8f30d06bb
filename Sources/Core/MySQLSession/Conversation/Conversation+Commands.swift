internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// Commands that are looked at.
extension Conversation {
    mutating func begin(_ command: InterceptedCommand) {
        lookedAt &+= 1
        switch command.code {
        case Command.tableDump, Command.clone, Command.groupReplicationStream, Command.multiple:
            return refuse(command, .unknownCommand)
        default: break
        }
        if command.namesSchema, !setting.isLocal, !VirtualSchema.isListed(for: setting.login.programName) {
            // Dumps through the sidecar hold what is mysqld's, a real schema of our name included.
            return relay(command)
        }
        switch command.code {
        case Command.query:
            let statement = StatementText.bytes(ofQuery: command.content, capabilities: capabilities)
            guard let statement else { return relay(command) }
            pursue(Exchange(command, .route(statement)))
        case Command.statementPrepare:
            statements.forgetLast()
            pursue(Exchange(command, .route(Array(command.content.readableBytesView))))
        case Command.initDatabase: chooseSchema(command)
        case Command.fieldList where machine.isVirtualSchemaSelected || setting.isLocal:
            pursue(Exchange(command, .listFields))
        case Command.changeUser: changeUser(command)
        case Command.processKill: killByCommand(command)
        case Command.resetConnection where !setting.isLocal:
            forgetStatements()
            reading.forget()
            relay(command)
        case Command.statementExecute, Command.statementSendLongData, Command.statementClose, Command.statementReset,
            Command.statementFetch, Command.statementBulkExecute:
            handleOwnStatement(command)
        default:
            if setting.isLocal { answerLocally(command) } else { relay(command) }
        }
    }

    /// As after a login: nothing that the session had prepared is there any more.
    mutating func forgetStatements() {
        statements.closeAll()
        machine.hasOwnStatements = false
        endElections()
    }

    private mutating func chooseSchema(_ command: InterceptedCommand) {
        let name = String(decoding: command.content.readableBytesView, as: UTF8.self)
        if name.lowercased() == VirtualSchema.name {
            pursue(Exchange(command, .selectSchema))
        } else if !setting.isLocal {
            relay(command)
        } else if name.lowercased() == "information_schema" {
            machine.isVirtualSchemaSelected = false
            answerOK(command)
        } else {
            refuse(command, SQLError(errno: 1049, sqlState: "42000", message: "Unknown database '\(name)'"))
        }
    }

    private mutating func changeUser(_ command: InterceptedCommand) {
        reading.askedAt = nil
        endElections()
        let login = setting.login
        let request = ChangeOfUser(
            command.content,
            capabilities: login.capabilities,
            serverVersion: login.serverVersion
        )
        guard let request else { return refuseAndClose(command, .unknownCommand) }
        guard let name = request.name else {
            return refuseAndClose(command, LoginMachine.unreadableName(at: setting.host))
        }
        phase = .changingUser
        actions.append(.changeUser(request, as: name, sequence: command.sequence))
    }

    mutating func refuseAndClose(_ command: InterceptedCommand, _ error: SQLError) {
        var writer = PacketWriter(nextSequence: command.sequence &+ 1)
        error.write(to: &writer)
        end(.close(writer.buffer))
    }

    static let notWithoutServer = SQLError(
        errno: 1235,
        sqlState: "42000",
        message: "This account is answered by the sidecar alone: tables of the database need an account of mysqld"
    )

    /// A command of a session that no mysqld stands behind.
    private mutating func answerLocally(_ command: InterceptedCommand) {
        switch command.code {
        case Command.quit:
            end(.close(ByteBuffer()))
        case Command.ping:
            answerOK(command)
        case Command.resetConnection:
            forgetStatements()
            reading.forget()
            machine.isVirtualSchemaSelected = setting.login.isVirtualSchemaSelected
            answerOK(command)
        case Command.setOption:
            answer(command) { answer, writer in answer.writeEOF(to: &writer) }
        case Command.statistics:
            actions.append(.tellUptime(sequence: command.sequence))
        case Command.processInfo, Command.binlogDump, Command.binlogDumpGTID:
            refuse(command, Self.notWithoutServer)
        default:
            refuse(command, .unknownCommand)
        }
    }

    // MARK: - KILL

    // A client knows its own session by the id that it was greeted with, and those of others also by mysqld's
    // (CONNECTION_ID(), the process list): both are understood. What the sidecar has made wait itself it also ends itself.

    /// COM_PROCESS_KILL: KILL of a connection.
    private mutating func killByCommand(_ command: InterceptedCommand) {
        let content = command.content
        guard let id = content.getInteger(at: content.readerIndex, endianness: .little, as: UInt32.self) else {
            return refuse(command, .unknownCommand)
        }
        identify(KillStatement(.connection, id), command)
    }

    mutating func identify(_ kill: KillStatement, _ command: InterceptedCommand) {
        var exchange = Exchange(command, .route([]))
        exchange.step = .identifying(kill)
        phase = .exchange(exchange)
        actions.append(.identify(connectionID: kill.connectionID))
    }

    mutating func kill(_ kill: KillStatement, as identity: Identity, _ command: InterceptedCommand) {
        guard !setting.isLocal else { return killOwn(kill, identity, command) }
        let id: UInt32
        switch identity {
        // One of the server's own, as far as is known here.
        case .unknown: id = kill.connectionID
        case .server(let serversID): id = serversID
        case .own, .elsewhere: return refuse(command, Self.unknownThread(kill.connectionID))
        }
        guard let command = command.naming(id, in: kill, capabilities: capabilities) else {
            return refuse(command, .unknownCommand)
        }
        relay(command)
        // mysqld decides whether this user may. KILL of a connection makes mysqld close it, and so ends the session here;
        // behind KILL of a query the next command waits for what mysqld says.
        if kill.scope == .query, command.code == Command.query {
            var named = kill
            named.connectionID = id
            phase = .following(.kill(named))
        }
    }

    /// A sidecar account may end what other sessions of itself do, an operator those of every sidecar account.
    private mutating func killOwn(_ kill: KillStatement, _ identity: Identity, _ command: InterceptedCommand) {
        guard case .own(let owner) = identity else {
            return refuse(command, Self.unknownThread(kill.connectionID))
        }
        guard owner == setting.login.user || setting.isOperator else {
            let message = "You are not owner of thread \(kill.connectionID)"
            return refuse(command, SQLError(errno: 1095, sqlState: "HY000", message: message))
        }
        if kill.scope == .connection, kill.connectionID == setting.login.connectionID {
            return refuseAndClose(command, .killed)
        }
        actions.append(.kill(kill.scope, connectionID: kill.connectionID, isOwn: true))
        answerOK(command)
    }

    private static func unknownThread(_ id: UInt32) -> SQLError {
        SQLError(errno: 1094, sqlState: "HY000", message: "Unknown thread id: \(id)")
    }
}

extension InterceptedCommand {
    /// KILL, or COM_PROCESS_KILL, with the id by which the server knows the connection.
    fileprivate func naming(_ id: UInt32, in kill: KillStatement, capabilities: Capabilities) -> InterceptedCommand? {
        guard id != kill.connectionID else { return self }
        guard code == Command.query else {
            var named = self
            named.packet.setInteger(id, at: packet.readerIndex + PacketFormat.headerBytes + 1, endianness: .little)
            return named
        }
        guard let statement = StatementText.bytes(ofQuery: content, capabilities: capabilities) else { return nil }
        return replacing(statement, by: kill.text(statement, naming: id))
    }
}
