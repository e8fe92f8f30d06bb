internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// Statements for the virtual tables, and those beside them that the session itself has to carry out.
extension ProxySession {
    /// Runs a statement and answers it, at once or when those who must be asked first have answered.
    func runVirtual(
        _ statement: VirtualStatement,
        _ parameters: [SQLValue],
        _ command: InterceptedCommand,
        as format: ResultSetWriter.RowFormat = .text
    ) {
        // These ask for the variables themselves, together with what else they need.
        switch statement {
        case .waitForChange(let wait): return waitForChange(wait, parameters: parameters, as: format, command)
        case .call(let call): return callProcedure(call, parameters, command)
        default: break
        }
        withVariables(of: statement, in: context, command) { context in
            self.runVirtual(statement, parameters, command, as: format, in: context)
        }
    }

    private func runVirtual(
        _ statement: VirtualStatement,
        _ parameters: [SQLValue],
        _ command: InterceptedCommand,
        as format: ResultSetWriter.RowFormat,
        in context: SessionContext
    ) {
        if case .listServerSchemas(let condition) = statement {
            return listServerSchemas(condition, command, in: context)
        }
        run(statement, parameters, command, as: format, in: context, knowsSessions: false)
    }

    private func run(
        _ statement: VirtualStatement,
        _ parameters: [SQLValue],
        _ command: InterceptedCommand,
        as format: ResultSetWriter.RowFormat,
        in context: SessionContext,
        knowsSessions: Bool
    ) {
        let (capabilities, status, characterSets) = (capabilities, machine.status, characterSets)
        withTables(answering: command) { tables, converter throws(SQLError) in
            if !knowsSessions, tables.readsClientSessions(statement, in: context) { return RunOutcome.needsSessions }
            var packets = PacketWriter(nextSequence: command.sequence &+ 1)
            let encoding = characterSets.resultEncoding(by: converter)
            let writer = ResultSetWriter(capabilities: capabilities, status: status, encoding: encoding)
            switch try tables.run(statement, parameters: parameters, in: context) {
            case .ok: writer.writeOK(to: &packets)
            case .resultSet(let result) where command.cursor != nil: return .rows(result)
            case .resultSet(let result): writer.write(result, as: format, to: &packets)
            }
            return .answered(packets: packets.buffer, generation: tables.lastAnswerGeneration)
        } then: { result in
            switch result {
            case .success(.needsSessions):
                self.whenSessionsKnown(answering: command) { sessions in
                    var context = context
                    context.clientSessions = sessions
                    self.run(statement, parameters, command, as: format, in: context, knowsSessions: true)
                }
            case .success(.rows(let result)):
                if let id = command.cursor { self.openCursor(of: id, on: result, command) }
            case .success(.answered(let packets, let generation)):
                // To ask for diagnostics does not change them.
                let kept = self.ownDiagnostics
                self.send(packets, answering: command)
                if case .diagnostics = statement { self.ownDiagnostics = kept }
                if let generation { self.keep(packets, of: statement, answering: command, in: generation) }
            case .failure(let error):
                if self.relay(insteadOf: statement, error, command) { return }
                self.refuse(command, error)
            }
        }
    }

    /// What came of running a statement.
    private enum RunOutcome: Sendable {
        /// For a cursor.
        case rows(ResultSet)
        /// It reads CONNECTIONS, whose rows are not known yet.
        case needsSessions
        /// The generation is that in which the answer is everyone's, if it is.
        case answered(packets: ByteBuffer, generation: UInt64?)
    }

    // MARK: - SHOW WARNINGS

    /// The sidecar has answered a statement: the next SHOW WARNINGS is about that.
    func noteDiagnostics(_ diagnostics: [Diagnostic], after command: InterceptedCommand) {
        switch command.code {
        case Command.query, Command.statementPrepare, Command.statementExecute: break
        default: return
        }
        ownDiagnostics = diagnostics
        machine.isLastAnswerOwn = true
    }

    // MARK: - CONNECTIONS

    /// As with mysqld's PROCESSLIST, the sessions of other users are for those alone who have PROCESS, or operate.
    func whenSessionsKnown(
        answering command: InterceptedCommand,
        _ then: @escaping ([ClientSessionRow]) -> Void
    ) {
        if phase == .local {
            return whenSessionsKnown(ofAllUsers: shared.accounts.isOperator(login?.user ?? ""), command, then)
        }
        askPrivileges(answering: command) { privileges in
            self.whenSessionsKnown(ofAllUsers: privileges.maySeeAllSessions, command, then)
        }
    }

    private func whenSessionsKnown(
        ofAllUsers isAll: Bool,
        _ command: InterceptedCommand,
        _ then: @escaping ([ClientSessionRow]) -> Void
    ) {
        let user = login?.user
        hold(until: shared.directory.rows(on: shared.eventLoop), answering: command) { result in
            let rows = (try? result.get()) ?? []
            then(isAll ? rows : rows.filter { $0.user == user })
        }
    }

    // MARK: - CALL

    private func callProcedure(_ call: ProcedureCall, _ parameters: [SQLValue], _ command: InterceptedCommand) {
        whenOperating(command) {
            guard !call.variables.isEmpty else { return self.call(call, parameters, [], command) }
            guard self.phase == .relaying else {
                return self.refuse(command, .unsupported("variables in a session that the sidecar answers alone"))
            }
            self.askServer("SELECT " + call.variables.joined(separator: ", "), answering: command) { outcome in
                switch outcome {
                case .row(let values): self.call(call, parameters, values ?? [], command)
                case .refused(let error): self.refuse(command, error)
                }
            }
        }
    }

    /// Goes on if the session may call procedures that act, and refuses the command otherwise.
    private func whenOperating(_ command: InterceptedCommand, _ then: @escaping () -> Void) {
        if phase == .local {
            guard shared.accounts.isOperator(login?.user ?? "") else {
                return refuse(command, .privilegeMissing("OPERATOR ROLE"))
            }
            return then()
        }
        askPrivileges(answering: command) { privileges in
            guard privileges.mayOperate else {
                return self.refuse(command, .privilegeMissing(GlobalPrivileges.operating))
            }
            then()
        }
    }

    private func call(
        _ call: ProcedureCall,
        _ parameters: [SQLValue],
        _ variables: [SQLValue],
        _ command: InterceptedCommand
    ) {
        let arguments: [SQLValue]
        do {
            arguments = try call.values(parameters: parameters, variables: variables)
        } catch {
            return refuse(command, error)
        }
        let procedures = shared.procedures
        let caller = ProcedureCaller(user: login?.user ?? "", host: peerHost)
        let promise = shared.eventLoop.makePromise(of: [Diagnostic].self)
        let task = promise.completeWithTask { try await procedures.call(call.procedure, arguments, by: caller) }
        hold(until: promise.futureResult, answering: command, cancel: { task.cancel() }) { result in
            switch result {
            case .success(let notes):
                self.answer(command) { answer, writer in answer.writeOK(to: &writer) }
                self.noteDiagnostics(notes, after: command)
            case .failure(let error):
                let internalError = SQLError(errno: 1105, sqlState: "HY000", message: "\(error)")
                self.refuse(command, error as? SQLError ?? internalError)
            }
        }
    }

    // MARK: - What mysqld is asked

    /// The privileges of the session's account and its active roles; none if mysqld does not tell.
    ///
    /// - Parameter command: answered with mysqld's error if that has interrupted the question.
    private func askPrivileges(answering command: InterceptedCommand, _ then: @escaping (GlobalPrivileges) -> Void) {
        askServerForRows("SHOW GRANTS", maximumRows: 1000, answering: command) { outcome in
            switch outcome {
            case .success(let rows):
                let grants = rows.compactMap { row in
                    if case .text(let text)? = row.first { text } else { nil }
                }
                then(GlobalPrivileges(grants: grants))
            case .failure(let error) where Self.interruptions.contains(error.errno): self.refuse(command, error)
            case .failure: then(GlobalPrivileges(grants: []))
            }
        }
    }

    /// KILL QUERY, and the time limits of MariaDB and MySQL.
    private static let interruptions: Set<UInt16> = [1317, 1969, 3024]

    /// SHOW DATABASES: mysqld's own answer to the client's own words, and our schema in it.
    private func listServerSchemas(
        _ condition: SchemaCondition,
        _ command: InterceptedCommand,
        in context: SessionContext
    ) {
        // Who wants bytes as they are copies what is there; mydumper does not tell its name.
        guard phase == .relaying, characterSets.client != .binary else {
            return relayIntercepted(command)
        }
        whenListed(condition, in: context, command) { isListed in
            if isListed { self.listServerSchemas(command) } else { self.relayIntercepted(command) }
        }
    }

    private func listServerSchemas(_ command: InterceptedCommand) {
        let merger = SchemaListMerger(
            capabilities: capabilities,
            schema: VirtualSchema.name,
            nextSequence: command.sequence &+ 1,
            coder: characterSets.results.map { coder($0) }
        )
        ask(command.packet, reader: merger) { merger, bytes throws(ProtocolViolation) in
            try merger.consume(bytes)
        } then: { outcome in
            self.writeToClient(self.told(outcome.answer, answering: command.code))
            self.flushClient()
            if outcome.hasSchema, self.isBackendLocal { self.shared.warnOfSchema() }
            if outcome.isRefused {
                self.machine.isLastAnswerOwn = false
            } else {
                self.noteDiagnostics([], after: command)
            }
        }
    }

    private func whenListed(
        _ condition: SchemaCondition,
        in context: SessionContext,
        _ command: InterceptedCommand,
        _ then: @escaping (Bool) -> Void
    ) {
        switch condition {
        case .all: then(true)
        case .like(let pattern): then(LikePattern(pattern)?.matches(VirtualSchema.name) ?? false)
        case .satisfying(let text):
            let sql = "SELECT 1 FROM (SELECT '\(VirtualSchema.name)' AS `Database`) AS listing WHERE (\(text)\n)"
            withTables(answering: command) { tables, _ throws(SQLError) in
                guard case .resultSet(let result) = try tables.run(.select(sql), parameters: [], in: context) else {
                    return false
                }
                return !result.rows.isEmpty
            } then: { result in
                // What cannot be judged here is mysqld's alone.
                then((try? result.get()) ?? false)
            }
        }
    }
}
