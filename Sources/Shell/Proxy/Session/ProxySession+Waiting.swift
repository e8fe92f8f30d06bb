internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// SELECT cluster_schema.wait_for_change(…): the session waits, and its client's next commands wait behind it.
extension ProxySession {
    /// The wait under way.
    struct Wait {
        var statement: WaitForChange
        var format: ResultSetWriter.RowFormat
        var command: InterceptedCommand
    }

    /// What the client may send while it waits, in bytes; beyond that it is not read from.
    static let maximumBytesWhileWaiting = 64 * 1024

    /// Whether there is room for what the client sends while it waits: its end is noticed by reading.
    var readsWhileWaiting: Bool {
        (wait != nil || isAnswerPending) && fromClient.readableBytes < Self.maximumBytesWhileWaiting
    }

    func waitForChange(
        _ statement: WaitForChange,
        parameters: [SQLValue] = [],
        as format: ResultSetWriter.RowFormat = .text,
        _ command: InterceptedCommand
    ) {
        guard !statement.variables.isEmpty else {
            return begin(
                Wait(statement: statement, format: format, command: command),
                statement.terms(parameters: parameters)
            )
        }
        guard phase == .relaying else {
            return refuse(command, .unsupported("variables in a session that the sidecar answers alone"))
        }
        askServer("SELECT " + statement.variables.joined(separator: ", "), answering: command) { outcome in
            switch outcome {
            case .row(let values):
                let terms = statement.terms(parameters: parameters, variables: values ?? [])
                self.begin(Wait(statement: statement, format: format, command: command), terms)
            case .refused(let error):
                self.refuse(command, error)
            }
        }
    }

    private func begin(_ wait: Wait, _ terms: WaitForChange.Terms) {
        let version = shared.currentTopology().version
        guard terms.known == version, terms.seconds > 0, !shared.isDraining else {
            if let id = wait.command.cursor {
                return openCursor(of: id, on: wait.statement.answer(version: version), wait.command)
            }
            answer(wait.command) { answer, writer in
                answer.write(wait.statement.answer(version: version), as: wait.format, to: &writer)
            }
            // It would ask again and again.
            if shared.isDraining { closeAfterWriting() }
            return
        }
        // The packet is not needed any more: thousands of these are kept.
        var wait = wait
        wait.command.packet = ByteBuffer()
        self.wait = wait
        shared.counters.waitingSessions.add(1)
        shared.beginWait(self, seconds: terms.seconds)
    }

    /// The topology has changed, the time is over, or the sidecar stops.
    func endWait(_ answers: inout WaitAnswers) {
        guard let wait else { return }
        self.wait = nil
        shared.counters.waitingSessions.add(-1)
        if let id = wait.command.cursor {
            openCursor(of: id, on: wait.statement.answer(version: shared.topology.version), wait.command)
        } else {
            noteDiagnostics([], after: wait.command)
            writeToClient(told(answers.answer(to: wait, self), answering: wait.command.code))
        }
        goOnAfterWait()
    }

    /// KILL QUERY. The owner of the queue has taken the session out of it.
    func interruptWait() {
        guard let wait else { return }
        self.wait = nil
        shared.counters.waitingSessions.add(-1)
        refuse(wait.command, Self.interrupted)
        goOnAfterWait()
    }

    /// The session ends.
    func abandonWait() {
        abandonAnswer()
        guard wait != nil else { return }
        wait = nil
        shared.counters.waitingSessions.add(-1)
        shared.waits.queue.remove(ObjectIdentifier(self))
    }

    func goOnAfterWait() {
        isClientBlocked = false
        noteActivity()
        if fromClient.readableBytes > 0 || isClientEnded {
            processClient()
            flushBackend()
        }
        flushClient()
        readClient()
    }

    static let interrupted = SQLError(
        errno: 1317,
        sqlState: "70100",
        message: "Query execution was interrupted"
    )

    /// Goes on with what a statement is told as when it is prepared; what is wrong with it is the command's answer.
    func whenDescribed(
        _ statement: VirtualStatement,
        in context: SessionContext,
        _ command: InterceptedCommand,
        _ then: @escaping (StatementDescription) -> Void
    ) {
        if case .waitForChange(let wait) = statement {
            return then(StatementDescription(parameterCount: wait.parameterCount, columns: [wait.column]))
        }
        withTables(answering: command) { tables, _ throws(SQLError) in
            try tables.describe(statement, in: context)
        } then: { result in
            switch result {
            case .success(let description): then(description)
            case .failure(let error): self.refuse(command, error)
            }
        }
    }
}

/// The answers to many waits that end together: those alike are written once.
struct WaitAnswers {
    private struct Key: Equatable {
        var columnName: String
        var isBinary: Bool
        var capabilities: Capabilities
        var status: StatusFlags
        var characterSets: SessionCharacterSets
        var sequence: UInt8
        var version: UInt64
    }

    private var last: (key: Key, bytes: ByteBuffer)?

    mutating func answer(to wait: ProxySession.Wait, _ session: ProxySession) -> ByteBuffer {
        let version = session.shared.topology.version
        let key = Key(
            columnName: wait.statement.columnName,
            isBinary: wait.format == .binary,
            capabilities: session.capabilities,
            status: session.machine.status,
            characterSets: session.characterSets,
            sequence: wait.command.sequence,
            version: version
        )
        if let last, last.key == key { return last.bytes }
        var writer = PacketWriter(nextSequence: wait.command.sequence &+ 1)
        ResultSetWriter(
            capabilities: session.capabilities,
            status: session.machine.status,
            encoding: session.resultEncoding
        )
        .write(wait.statement.answer(version: version), as: wait.format, to: &writer)
        last = (key, writer.buffer)
        return writer.buffer
    }
}
