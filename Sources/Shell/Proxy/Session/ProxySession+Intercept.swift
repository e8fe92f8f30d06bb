internal import MySQLWire
internal import NIOCore
internal import QueryRouting

/// A whole command that the session machine gave us to look at.
struct InterceptedCommand {
    var code: UInt8
    var sequence: UInt8
    /// With its header.
    var packet: ByteBuffer
    /// The statement of the sidecar's own whose execution is to open a cursor.
    var cursor: UInt32?

    /// What follows the command byte.
    var content: ByteBuffer {
        var content = packet
        content.moveReaderIndex(forwardBy: min(packet.readableBytes, PacketFormat.headerBytes + 1))
        return content
    }

    /// The statement of COM_QUERY becomes another.
    mutating func replaceStatement(_ statement: [UInt8], with other: [UInt8]) {
        var before = content
        before.moveWriterIndex(to: max(before.readerIndex, before.writerIndex - statement.count))
        var writer = PacketWriter(nextSequence: sequence)
        writer.packet { buffer in
            buffer.writeInteger(code)
            buffer.writeImmutableBuffer(before)
            buffer.writeBytes(other)
        }
        packet = writer.buffer
    }
}

extension ProxySession {
    func handle(_ command: InterceptedCommand) {
        figures.commands &+= 1
        switch command.code {
        case Command.tableDump, Command.clone, Command.groupReplicationStream, Command.multiple:
            return refuse(command, Self.unknownCommand)
        default: break
        }
        workOnTables = .zero
        if namesSchema(command), phase == .relaying, !VirtualSchema.isListed(for: login?.programName ?? "") {
            // Dumps through the sidecar hold what is mysqld's, a real schema of our name included.
            return relayIntercepted(command)
        }
        switch command.code {
        case Command.query: routeStatement(command)
        case Command.statementPrepare: prepareStatement(command)
        case Command.initDatabase: chooseSchema(command)
        case Command.fieldList where machine.isVirtualSchemaSelected || phase == .local:
            whenCharacterSetsKnown(command) { self.listFields(command) }
        case Command.changeUser:
            characterSetsAsked = nil
            changeUser(command)
        case Command.processKill: killByCommand(command)
        case Command.resetConnection where phase == .relaying:
            forgetStatements()
            forgetCharacterSets()
            relayIntercepted(command)
        case Command.statementExecute, Command.statementSendLongData, Command.statementClose, Command.statementReset,
            Command.statementFetch, Command.statementBulkExecute:
            handleOwnStatement(command)
        default:
            if phase == .local { answerLocally(command) } else { relayIntercepted(command) }
        }
    }

    /// Whether a command may name a schema.
    private func namesSchema(_ command: InterceptedCommand) -> Bool {
        switch command.code {
        case Command.query, Command.statementPrepare, Command.initDatabase, Command.fieldList: true
        default: false
        }
    }

    // MARK: - Statements

    var context: SessionContext {
        var context = SessionContext(
            authority: phase == .local ? .sidecar : .server,
            user: login?.user ?? "",
            host: peerHost,
            connectionID: login?.connectionID ?? 0,
            serverVersion: login?.serverVersion ?? "",
            isVirtualSchemaSelected: machine.isVirtualSchemaSelected,
            hasANSIQuotes: machine.status.contains(.ansiQuotes) || hasAskedANSIQuotes,
            hasNoBackslashEscapes: machine.status.contains(.noBackslashEscapes)
        )
        context.isOperator = phase == .local && shared.accounts.isOperator(context.user)
        context.diagnostics = phase == .local || machine.isLastAnswerOwn ? ownDiagnostics : nil
        return context
    }

    var capabilities: Capabilities { login?.capabilities ?? [] }

    private func routeStatement(_ command: InterceptedCommand) {
        guard let statement = StatementText.bytes(ofQuery: command.content, capabilities: capabilities) else {
            relayIntercepted(command)
            return
        }
        whenReadable(statement, in: context, command) { self.routeStatement(statement, command) }
    }

    private func routeStatement(_ statement: [UInt8], _ command: InterceptedCommand) {
        if answerAgain(statement, command) { return }
        if kill(statement, command) { return }
        switch route(statement, in: clientContext) {
        case .server:
            relayIntercepted(command)
        case .selectServerSchema:
            relayIntercepted(command, choosesSchema: true)
        case .selectVirtualSchema:
            machine.isVirtualSchemaSelected = true
            answer(command) { answer, writer in answer.writeOK(to: &writer) }
        case .refuse(let error):
            refuse(command, error)
        case .refusePrepare(let names, let error):
            refusePrepare(names[...], error, command)
        case .mixed(let mixed): relayMixed(mixed, command)
        case .virtual(.noOperation):
            if phase == .local { noteCharacterSets(of: statement) }
            runVirtual(.noOperation, [], command)
        case .virtual(let virtual):
            shared.counters.virtualStatements.add(1)
            runVirtual(virtual, [], command)
        }
    }

    // MARK: - Schemas and fields

    private func chooseSchema(_ command: InterceptedCommand) {
        let name = String(decoding: command.content.readableBytesView, as: UTF8.self)
        if name.lowercased() == "cluster_schema" {
            whenCharacterSetsKnown(command) {
                self.machine.isVirtualSchemaSelected = true
                self.answer(command) { answer, writer in answer.writeOK(to: &writer) }
            }
        } else if phase == .relaying {
            relayIntercepted(command)
        } else if name.lowercased() == "information_schema" {
            machine.isVirtualSchemaSelected = false
            answer(command) { answer, writer in answer.writeOK(to: &writer) }
        } else {
            refuse(command, SQLError(errno: 1049, sqlState: "42000", message: "Unknown database '\(name)'"))
        }
    }

    private func listFields(_ command: InterceptedCommand) {
        var content = command.content
        let table = content.readNULTerminatedBytes() ?? []
        let pattern = String(decoding: content.readableBytesView, as: UTF8.self)
        do {
            let columns = try shared.virtualTables.fields(
                ofTable: String(decoding: table, as: UTF8.self),
                like: pattern
            )
            answer(command) { answer, writer in answer.writeFieldList(columns, to: &writer) }
        } catch {
            refuse(command, error)
        }
    }

    // MARK: - Commands beside statements

    func relayIntercepted(_ command: InterceptedCommand, choosesSchema: Bool = false) {
        guard phase == .relaying else {
            refuse(command, Self.notWithoutServer)
            return
        }
        machine.forwardIntercepted(command: command.code, sequence: command.sequence, choosesSchema: choosesSchema)
        writeToBackend(command.packet)
    }

    private func changeUser(_ command: InterceptedCommand) {
        guard let login,
            let request = ChangeOfUser(
                command.content,
                capabilities: login.capabilities,
                serverVersion: login.serverVersion
            )
        else { return refuseAndClose(command, Self.unknownCommand) }
        guard let name = request.name else {
            return refuseAndClose(command, LoginMachine.unreadableName(at: peerHost))
        }
        let methods = shared.accounts.methods(of: name.text)
        if !methods.isEmpty {
            beginChangeOfAccount(command, to: request, as: name, methods)
        } else if shared.isForbidden(name), phase == .local || isBackendLocal {
            refuseAndClose(command, LoginMachine.forbidden(name.text, at: peerHost))
        } else if phase == .local {
            beginChangeToServer(command, to: request, as: name)
        } else {
            beginChangeOfUser(command, to: request, as: name)
        }
    }

    private static let notWithoutServer = SQLError(
        errno: 1235,
        sqlState: "42000",
        message: "This account is answered by the sidecar alone: tables of the database need an account of mysqld"
    )

    /// A command of a session that no mysqld stands behind.
    private func answerLocally(_ command: InterceptedCommand) {
        switch command.code {
        case Command.quit:
            closeAfterWriting()
        case Command.ping:
            answer(command) { answer, writer in answer.writeOK(to: &writer) }
        case Command.resetConnection:
            forgetStatements()
            forgetCharacterSets()
            machine.isVirtualSchemaSelected = login?.isVirtualSchemaSelected ?? false
            answer(command) { answer, writer in answer.writeOK(to: &writer) }
        case Command.setOption:
            answer(command) { answer, writer in answer.writeEOF(to: &writer) }
        case Command.statistics:
            // Shells read the number behind the first word.
            let seconds = (NIODeadline.now() - shared.directory.startedAt).nanoseconds / 1_000_000_000
            let text = "Uptime: \(seconds)  Answered by the sidecar of this node"
            answer(command) { _, writer in writer.packet { $0.writeString(text) } }
        case Command.processInfo, Command.binlogDump, Command.binlogDumpGTID:
            refuse(command, Self.notWithoutServer)
        default:
            refuse(command, Self.unknownCommand)
        }
    }

    static let unknownCommand = SQLError(errno: 1047, sqlState: "08S01", message: "Unknown command")

    // MARK: - Answers

    /// Writes answers in the form that the client negotiated.
    var resultWriter: ResultSetWriter {
        ResultSetWriter(capabilities: capabilities, status: machine.status, encoding: resultEncoding)
    }

    func answer(_ command: InterceptedCommand, _ body: (ResultSetWriter, inout PacketWriter) -> Void) {
        var writer = PacketWriter(nextSequence: command.sequence &+ 1)
        body(resultWriter, &writer)
        send(writer.buffer, answering: command)
    }

    /// Sends an answer that is written already.
    func send(_ packets: ByteBuffer, answering command: InterceptedCommand) {
        guard shared.keptAnswers.hasRoom(for: packets.readableBytes) else { return refuse(command, KeptAnswers.full) }
        noteDiagnostics([], after: command)
        // Behind the definitions of a cursor's rows clients do not look for it.
        writeToClient(command.cursor == nil ? told(packets, answering: command.code) : packets)
        flushClient()
        noteKeptAnswer()
    }

    func refuse(_ command: InterceptedCommand, _ error: SQLError) {
        var writer = PacketWriter(nextSequence: command.sequence &+ 1)
        error.write(to: &writer, encoding: resultEncoding)
        noteDiagnostics([Diagnostic(error)], after: command)
        writeToClient(writer.buffer)
        flushClient()
    }

    private func refuseAndClose(_ command: InterceptedCommand, _ error: SQLError) {
        var writer = PacketWriter(nextSequence: command.sequence &+ 1)
        error.write(to: &writer)
        closeAfterWriting(writer.buffer)
    }
}
