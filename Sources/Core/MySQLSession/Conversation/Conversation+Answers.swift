package import MySQLWire
internal import NIOCore
internal import QueryRouting

// What ends an exchange: an answer of ours, a refusal, or the command's going to mysqld after all.
extension Conversation {
    /// The command is mysqld's to answer.
    mutating func relay(_ command: InterceptedCommand, choosesSchema: Bool = false) {
        guard !setting.isLocal else { return refuse(command, Self.notWithoutServer) }
        if let refusal = fenceRefusal(command) { return refuse(command, refusal) }
        phase = .following(.plain)
        machine.forwardIntercepted(command: command.code, sequence: command.sequence, choosesSchema: choosesSchema)
        actions.append(.toServer(command.packet))
    }

    /// Writes answers in the form that the client negotiated.
    var resultWriter: ResultSetWriter {
        ResultSetWriter(
            capabilities: capabilities,
            status: machine.status,
            encoding: reading.characterSets.resultEncoding(by: setting.converter)
        )
    }

    mutating func answer(_ command: InterceptedCommand, _ body: (ResultSetWriter, inout PacketWriter) -> Void) {
        var writer = PacketWriter(nextSequence: command.sequence &+ 1)
        body(resultWriter, &writer)
        send(writer.buffer, answering: command)
    }

    mutating func answerOK(_ command: InterceptedCommand) {
        answer(command) { answer, writer in answer.writeOK(to: &writer) }
    }

    /// Sends an answer that is written already.
    mutating func send(_ packets: ByteBuffer, answering command: InterceptedCommand) {
        guard packets.readableBytes <= now.roomForAnswers else { return refuse(command, Self.tooManyAnswers) }
        phase = .following(.plain)
        noteDiagnostics([], after: command)
        // Behind the definitions of a cursor's rows clients do not look for it.
        let told = command.cursor == nil ? telling(packets, answering: command.code) : packets
        actions.append(.toClient(told))
    }

    package static let tooManyAnswers = SQLError(
        errno: 1041,
        sqlState: "HY000",
        message: "Out of memory: clients have not read 64 MiB of answers of cluster_schema yet"
    )

    mutating func refuse(_ command: InterceptedCommand, _ error: SQLError) {
        phase = .following(.plain)
        var writer = PacketWriter(nextSequence: command.sequence &+ 1)
        error.write(to: &writer, encoding: resultWriter.encoding)
        noteDiagnostics([Diagnostic(error)], after: command)
        actions.append(.toClient(writer.buffer))
    }

    /// The sidecar has answered a statement: the next SHOW WARNINGS is about that.
    mutating func noteDiagnostics(_ diagnostics: [Diagnostic], after command: InterceptedCommand) {
        switch command.code {
        case Command.query, Command.statementPrepare, Command.statementExecute: break
        default: return
        }
        self.diagnostics = diagnostics
        machine.isLastAnswerOwn = true
    }

    // MARK: - Long polls

    /// Answers a wait that is over: the topology has changed, the time is over, or the sidecar stops.
    ///
    /// - Parameter answers: those of others that end with it.
    package mutating func endWait(_ answers: inout WaitAnswers, in surroundings: Surroundings) -> Outcome {
        now = surroundings
        guard case .exchange(let exchange) = phase, case .waiting(let wait, let rows) = exchange.step else {
            return takeOutcome()
        }
        if exchange.command.cursor == nil {
            let packets = answers.answer(to: wait, as: rows, form: form(rows, exchange.command), by: self)
            send(packets, answering: exchange.command)
        } else {
            endWait(exchange)
        }
        do throws(ProtocolViolation) {
            try goOn()
        } catch {
            end(.fail(error, sequence: 1, .client))
        }
        return takeOutcome()
    }

    mutating func endWait(_ exchange: Exchange) {
        guard case .waiting(let wait, let rows) = exchange.step else { return }
        answer(wait, rows, exchange.command)
    }

    mutating func answer(_ wait: WaitForChange, _ rows: ResultSetWriter.RowFormat, _ command: InterceptedCommand) {
        let result = wait.answer(version: now.topology.version)
        if let id = command.cursor { return openCursor(of: id, on: result, command) }
        answer(command) { answer, writer in answer.write(result, as: rows, to: &writer) }
    }

    func form(_ rows: ResultSetWriter.RowFormat, _ command: InterceptedCommand) -> AnswerForm {
        AnswerForm(
            capabilities: capabilities,
            status: machine.status,
            characterSets: reading.characterSets,
            rows: rows,
            sequence: command.sequence &+ 1
        )
    }
}

/// The answers to many waits that end together: those alike are written once.
package struct WaitAnswers {
    private struct Key: Equatable {
        var columnName: String
        var form: AnswerForm
        var version: UInt64
    }

    private var last: (key: Key, bytes: ByteBuffer)?

    package init() {}

    mutating func answer(
        to wait: WaitForChange,
        as rows: ResultSetWriter.RowFormat,
        form: AnswerForm,
        by conversation: Conversation
    ) -> ByteBuffer {
        let version = conversation.now.topology.version
        let key = Key(columnName: wait.columnName, form: form, version: version)
        if let last, last.key == key { return last.bytes }
        var writer = PacketWriter(nextSequence: form.sequence)
        conversation.resultWriter.write(wait.answer(version: version), as: rows, to: &writer)
        last = (key, writer.buffer)
        return writer.buffer
    }
}
