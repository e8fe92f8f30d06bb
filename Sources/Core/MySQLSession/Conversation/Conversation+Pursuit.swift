internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// What a command that is answered here still lacks, and what comes of it when nothing is missing.
extension Conversation {
    mutating func pursue(_ exchange: Exchange) {
        let command = exchange.command
        switch exchange.goal {
        case .route(let statement): route(statement, exchange)
        case .selectSchema:
            whenReadingKnown(exchange) { conversation in
                conversation.machine.isVirtualSchemaSelected = true
                conversation.answerOK(command)
            }
        case .listFields:
            whenReadingKnown(exchange) { conversation in
                var content = command.content
                let table = content.readNULTerminatedBytes() ?? []
                let pattern = String(decoding: content.readableBytesView, as: UTF8.self)
                conversation.work(.fields(table: String(decoding: table, as: UTF8.self), pattern: pattern), exchange)
            }
        case .execute(let id, let content):
            whenReadingKnown(exchange) { $0.execute(id, content, command) }
        case .run(let run): pursue(run, exchange)
        case .prepare(let statement, let variables): prepare(statement, variables, exchange)
        case .serve(let mixed): serve(mixed, exchange)
        case .listSchemas(let condition): listSchemas(condition, exchange)
        case .endNames(let names, let error): endNames(names, error, exchange)
        }
    }

    // MARK: - Steps

    mutating func work(_ request: TablesRequest, _ exchange: Exchange) {
        wait(.working, exchange)
        actions.append(.work(request, ticket: ticket))
    }

    /// Goes over to a step whose outcome comes later.
    private mutating func wait(_ step: Exchange.Step, _ exchange: Exchange) {
        var exchange = exchange
        exchange.step = step
        ticket &+= 1
        phase = .exchange(exchange)
        switch step {
        case .working, .listing, .calling: if isClientEnded { actions.append(.bound(ticket: ticket)) }
        case .asking, .waiting, .identifying: break
        }
    }

    /// mysqld is asked. The client's next command waits until it has answered.
    private mutating func ask(_ question: Exchange.Question, _ packets: ByteBuffer, _ exchange: Exchange) {
        wait(.asking(question), exchange)
        actions.append(.toServer(packets))
    }

    private func question(_ statement: String) -> ByteBuffer {
        QuestionReader.command(statement, capabilities: capabilities)
    }

    /// Reads texts as mysqld describes them.
    private func reader(maximumRows: Int = 1) -> QuestionReader {
        QuestionReader(capabilities: capabilities, maximumRows: maximumRows) { [converter = setting.converter] in
            let set = ClientCharacterSet(collation: $1) ?? .utf8mb4
            return TextCoder(set, converter).decode($0) ?? String(decoding: $0, as: UTF8.self)
        }
    }

    private mutating func askReading(_ exchange: Exchange) {
        // mysqld refuses this to a user whose password has expired (1820): nothing is answered here before it has answered
        // it in a session, USE included.
        let statement = "SELECT @@character_set_client, @@character_set_results, @@sql_mode"
        ask(.reading(reader()), question(statement), exchange)
    }

    private mutating func whenReadingKnown(_ exchange: Exchange, _ body: (inout Conversation) -> Void) {
        if isReadingKnown { body(&self) } else { askReading(exchange) }
    }

    // MARK: - Answers of mysqld to questions

    mutating func answer(
        _ question: Exchange.Question,
        _ exchange: Exchange,
        _ bytes: ByteBuffer
    ) throws(ProtocolViolation) {
        var exchange = exchange
        switch question {
        case .reading(var reader):
            let outcome = try reader.consume(bytes)
            exchange.step = .asking(.reading(reader))
            let collation = reader.collations.first ?? CharacterSet.utf8mb4
            try conclude(outcome, exchange) { conversation, exchange, values in
                conversation.noteReading(values ?? [], collation: collation)
            }
        case .variables(let names, var reader):
            let outcome = try reader.consume(bytes)
            exchange.step = .asking(.variables(names, reader))
            try conclude(outcome, exchange) { _, exchange, values in
                exchange.facts.variables = Dictionary(zip(names, values ?? [])) { first, _ in first }
            }
        case .grants(var reader):
            let outcome = try reader.consume(bytes)
            exchange.step = .asking(.grants(reader))
            let grants = reader.rows.compactMap { row in if case .text(let text)? = row.first { text } else { nil } }
            // None if mysqld does not tell.
            if case .refused(let error)? = outcome, !Self.interruptions.contains(error.errno) {
                return try conclude(.row(nil), exchange) { _, exchange, _ in
                    exchange.facts.privileges = GlobalPrivileges(grants: [])
                }
            }
            try conclude(outcome, exchange) { _, exchange, _ in
                exchange.facts.privileges = GlobalPrivileges(grants: grants)
            }
        case .packet(var received):
            received.writeImmutableBuffer(bytes)
            let packet = try PacketReader.next(from: &received, limit: QuestionReader.maximumBytes)
            exchange.step = .asking(.packet(received))
            try conclude(packet == nil ? nil : .row(nil), exchange) { _, _, _ in }
        case .schemas(var merger):
            guard let outcome = try merger.consume(bytes) else {
                exchange.step = .asking(.schemas(merger))
                phase = .exchange(exchange)
                return
            }
            conclude(outcome, exchange.command)
            try goOn()
        }
    }

    /// KILL QUERY, and the time limits of MariaDB and MySQL.
    private static let interruptions: Set<UInt16> = [1317, 1969, 3024]

    /// - Parameters:
    ///   - outcome: nil while the answer is not whole.
    ///   - note: what is known by it.
    private mutating func conclude(
        _ outcome: QuestionReader.Outcome?,
        _ exchange: Exchange,
        _ note: (inout Conversation, inout Exchange, [SQLValue]?) -> Void
    ) throws(ProtocolViolation) {
        var exchange = exchange
        switch outcome {
        case nil:
            phase = .exchange(exchange)
            return
        case .some where exchange.isInterrupted: refuse(exchange.command, .interrupted)
        // What mysqld refuses, such as a system variable that it does not know, is the command's answer.
        case .refused(let error): refuse(exchange.command, error)
        case .row(let values):
            phase = .following(.plain)
            note(&self, &exchange, values)
            pursue(exchange)
        }
        try goOn()
    }

    private mutating func noteReading(_ values: [SQLValue], collation: UInt16) {
        let texts = values.map { if case .text(let text) = $0 { text } else { nil as String? } }
        reading.askedAt = machine.changingCommands
        guard texts.count == 3, let client = texts[0] else {
            // sql_select_limit is 0, say: what is not ASCII is mysqld's alone.
            reading.characterSets.client = nil
            return
        }
        reading.characterSets = SessionCharacterSets(client: client, results: texts[1], resultsCollation: collation)
        reading.hasAskedANSIQuotes = texts[2]?.split(separator: ",").contains("ANSI_QUOTES") ?? false
    }

    private mutating func conclude(_ outcome: SchemaListMerger.Outcome, _ command: InterceptedCommand) {
        phase = .following(.plain)
        actions.append(.toClient(telling(outcome.answer, answering: command.code)))
        if outcome.hasSchema, setting.isBackendLocal { actions.append(.warnOfSchema) }
        if outcome.isRefused { machine.isLastAnswerOwn = false } else { noteDiagnostics([], after: command) }
    }

    // MARK: - Routing

    private mutating func route(_ statement: [UInt8], _ exchange: Exchange) {
        var context = context
        context.allowsParameters = exchange.command.code == Command.statementPrepare
        let isKnown = isReadingKnown
        work(
            .route(
                RoutedStatement(
                    bytes: statement,
                    context: context,
                    characterSets: isKnown ? reading.characterSets : nil,
                    key: isKnown ? key(statement, exchange.command) : nil
                )
            ),
            exchange
        )
    }

    /// Under what the answer to a statement is everyone's.
    private func key(_ statement: [UInt8], _ command: InterceptedCommand) -> AnswerKey? {
        guard command.code == Command.query, command.sequence == 0, statement.count <= AnswerKey.maximumStatementBytes
        else { return nil }
        return AnswerKey(
            statement: statement,
            capabilities: capabilities,
            status: machine.status,
            isVirtualSchemaSelected: machine.isVirtualSchemaSelected,
            isLocal: setting.isLocal,
            hasAskedANSIQuotes: reading.hasAskedANSIQuotes && statement.contains(UInt8(ascii: "\"")),
            characterSets: reading.characterSets,
            serverVersion: setting.login.serverVersion
        )
    }

    mutating func take(_ reply: Result<TablesReply, SQLError>, _ exchange: Exchange) {
        let command = exchange.command
        switch reply {
        case .failure(let error): refuse(command, error)
        case .success(.refused(let error)): refuse(command, error)
        case .success(.unreadable): askReading(exchange)
        case .success(.routed(let route, let variables)): take(route, variables, exchange)
        case .success(.kill(let kill)): identify(kill, command)
        case .success(.known(let packets)):
            actions.append(.count(.virtualStatement))
            send(packets, answering: command)
        case .success(.needsSessions): needSessions(exchange)
        case .success(.rows(let result)):
            if let id = command.cursor {
                openCursor(of: id, on: result, command)
            } else {
                refuse(command, .unknownCommand)
            }
        case .success(.answered(let packets, let generation)): send(packets, generation, exchange)
        case .success(.serversTask(let mixed)):
            pursue(Exchange(command, .serve(mixed)))
        case .success(.described(let description)): keep(description, exchange)
        case .success(.rewritten(let text)):
            guard case .serve(let mixed) = exchange.goal, let whole = command.replacing(mixed.text, by: text) else {
                return refuse(command, .tooManyRowsForServer(limit: PacketFormat.maximumPayloadBytes))
            }
            actions.append(.count(.virtualStatement))
            relay(whole)
        case .success(.isListed(let isListed)):
            var exchange = exchange
            exchange.facts.isListed = isListed
            pursue(exchange)
        case .success(.fields(let columns)):
            answer(command) { answer, writer in answer.writeFieldList(columns, to: &writer) }
        }
    }

    private mutating func take(_ route: Route, _ variables: [String], _ exchange: Exchange) {
        let command = exchange.command
        guard case .route(let statement) = exchange.goal else { return refuse(command, .unknownCommand) }
        guard command.code == Command.query else { return takePrepared(route, variables, command) }
        switch route {
        case .server: relay(command)
        case .selectServerSchema: relay(command, choosesSchema: true)
        case .selectVirtualSchema:
            machine.isVirtualSchemaSelected = true
            answerOK(command)
        case .refuse(let error): refuse(command, error)
        case .refusePrepare(let names, let error):
            if setting.isLocal {
                refuse(command, error)
            } else {
                pursue(Exchange(command, .endNames(names[...], error)))
            }
        case .mixed(let mixed): pursue(Exchange(command, .serve(mixed)))
        case .virtual(let virtual):
            if virtual == .noOperation {
                // SET, in a session that no mysqld stands behind.
                if setting.isLocal, let change = CharacterSetChange.of(statement, in: clientContext) {
                    reading.characterSets.take(change)
                }
            } else {
                actions.append(.count(.virtualStatement))
            }
            let run = Exchange.Run(statement: virtual, variables: variables, sent: statement)
            pursue(Exchange(command, .run(run)))
        }
    }

    // MARK: - Statements on virtual tables

    private mutating func pursue(_ run: Exchange.Run, _ exchange: Exchange) {
        switch run.statement {
        case .waitForChange(let wait): return pursue(wait, run, exchange)
        case .call(let call): return pursue(call, run, exchange)
        default: break
        }
        guard run.variables.isEmpty || exchange.facts.variables != nil else {
            return askVariables(run.variables, exchange)
        }
        if case .listServerSchemas(let condition) = run.statement {
            var exchange = exchange
            exchange.goal = .listSchemas(condition)
            return pursue(exchange)
        }
        let command = exchange.command
        var virtual = VirtualRun(
            statement: run.statement,
            parameters: run.parameters,
            context: context(with: exchange.facts),
            form: form(run.rows, command)
        )
        virtual.knowsSessions = exchange.facts.sessions != nil
        virtual.opensCursor = command.cursor != nil
        if command.code == Command.query, let sent = run.sent {
            if !setting.isLocal { virtual.sent = (sent, clientContext) }
            // Behind EXECUTE it is the session's own, and not what the command says.
            if case .select(let text) = run.statement, sent.elementsEqual(text.utf8) {
                virtual.key = key(sent, command)
            }
        }
        work(.run(virtual), exchange)
    }

    private func context(with facts: Exchange.Facts) -> SessionContext {
        var context = context
        context.clientSessions = facts.sessions ?? []
        context.variables = facts.variables ?? [:]
        return context
    }

    mutating func askVariables(_ names: [String], _ exchange: Exchange) {
        guard !setting.isLocal else {
            return refuse(exchange.command, .unsupported("variables in a session that the sidecar answers alone"))
        }
        ask(.variables(names, reader()), question("SELECT " + names.joined(separator: ", ")), exchange)
    }

    private mutating func send(_ packets: ByteBuffer, _ generation: UInt64?, _ exchange: Exchange) {
        guard case .run(let run) = exchange.goal else { return refuse(exchange.command, .unknownCommand) }
        // To ask for diagnostics does not change them.
        let kept = diagnostics
        send(packets, answering: exchange.command)
        if case .diagnostics = run.statement { diagnostics = kept }
        if let generation, let sent = run.sent, case .select(let text) = run.statement, sent.elementsEqual(text.utf8),
            let key = key(sent, exchange.command)
        {
            actions.append(.keep(packets, key, generation: generation))
        }
    }

    // MARK: - CONNECTIONS

    /// As with mysqld's PROCESSLIST, the sessions of other users are for those alone who have PROCESS, or operate.
    private mutating func needSessions(_ exchange: Exchange) {
        guard setting.isLocal || exchange.facts.privileges != nil else {
            return ask(.grants(reader(maximumRows: 1000)), question("SHOW GRANTS"), exchange)
        }
        wait(.listing, exchange)
        actions.append(.listSessions(ticket: ticket))
    }

    /// Those of them that the session may see.
    func visible(_ rows: [ClientSessionRow], _ facts: Exchange.Facts) -> [ClientSessionRow] {
        let seesAll = setting.isLocal ? setting.isOperator : facts.privileges?.maySeeAllSessions ?? false
        return seesAll ? rows : rows.filter { $0.user == setting.login.user }
    }

    // MARK: - CALL

    private mutating func pursue(_ call: ProcedureCall, _ run: Exchange.Run, _ exchange: Exchange) {
        let command = exchange.command
        if setting.isLocal {
            guard setting.isOperator else { return refuse(command, .privilegeMissing("OPERATOR ROLE")) }
        } else {
            guard let privileges = exchange.facts.privileges else {
                return ask(.grants(reader(maximumRows: 1000)), question("SHOW GRANTS"), exchange)
            }
            guard privileges.mayOperate else {
                return refuse(command, .privilegeMissing(GlobalPrivileges.operating))
            }
        }
        guard call.variables.isEmpty || exchange.facts.variables != nil else {
            return askVariables(call.variables, exchange)
        }
        do throws(SQLError) {
            let values = try call.values(
                parameters: run.parameters,
                variables: exchange.facts.values(of: call.variables)
            )
            wait(.calling, exchange)
            actions.append(.call(call.procedure, values, ticket: ticket))
        } catch {
            refuse(command, error)
        }
    }

    mutating func takeCalled(_ result: Result<[Diagnostic], SQLError>, _ exchange: Exchange) {
        switch result {
        case .success(let notes):
            answerOK(exchange.command)
            noteDiagnostics(notes, after: exchange.command)
        case .failure(let error): refuse(exchange.command, error)
        }
    }

    // MARK: - Long polls

    private mutating func pursue(_ wait: WaitForChange, _ run: Exchange.Run, _ exchange: Exchange) {
        guard wait.variables.isEmpty || exchange.facts.variables != nil else {
            return askVariables(wait.variables, exchange)
        }
        let terms = wait.terms(parameters: run.parameters, variables: exchange.facts.values(of: wait.variables))
        guard terms.known == now.topology.version, terms.seconds > 0, !now.isDraining else {
            answer(wait, run.rows, exchange.command)
            // It would ask again and again.
            if now.isDraining { end(.close(ByteBuffer())) }
            return
        }
        var exchange = exchange
        // Neither is needed any more: thousands of these are kept.
        exchange.command.packet = ByteBuffer()
        exchange.goal = .selectSchema
        self.wait(.waiting(wait, run.rows), exchange)
        actions.append(.wait(seconds: terms.seconds))
    }

    // MARK: - What mysqld carries out

    /// mysqld gets the statement with the rows of the virtual tables in it, as the client's own command: its answer is the
    /// client's, and so are its warnings, its status and what it tells of the session.
    private mutating func serve(_ mixed: MixedStatement, _ exchange: Exchange) {
        guard !mixed.readsClientSessions || exchange.facts.sessions != nil else { return needSessions(exchange) }
        work(.rewrite(mixed, context(with: exchange.facts)), exchange)
    }

    /// SHOW DATABASES: mysqld's own answer to the client's own words, and our schema in it.
    private mutating func listSchemas(_ condition: SchemaCondition, _ exchange: Exchange) {
        let command = exchange.command
        // Who wants bytes as they are copies what is there; mydumper does not tell its name.
        guard !setting.isLocal, reading.characterSets.client != .binary else { return relay(command) }
        let isListed: Bool
        switch condition {
        case .all: isListed = true
        case .like(let pattern): isListed = LikePattern(pattern)?.matches(VirtualSchema.name) ?? false
        case .satisfying(let text):
            guard let known = exchange.facts.isListed else {
                return work(.isListed(condition: text, context(with: exchange.facts)), exchange)
            }
            isListed = known
        }
        guard isListed else { return relay(command) }
        let merger = SchemaListMerger(
            capabilities: capabilities,
            schema: VirtualSchema.name,
            nextSequence: command.sequence &+ 1,
            coder: reading.characterSets.results.map { coder($0) }
        )
        ask(.schemas(merger), command.packet, exchange)
    }

    /// A PREPARE that is refused ends what goes by the names in it, as mysqld does even if it fails: no EXECUTE behind it may
    /// mean the statement before.
    private mutating func endNames(_ names: ArraySlice<[UInt8]>, _ error: SQLError, _ exchange: Exchange) {
        guard let name = names.first else { return refuse(exchange.command, error) }
        var exchange = exchange
        exchange.goal = .endNames(names.dropFirst(), error)
        let deallocate = Array("DEALLOCATE PREPARE ".utf8) + name
        ask(.packet(ByteBuffer()), QuestionReader.command(deallocate, capabilities: capabilities), exchange)
    }
}

extension AnswerKey {
    static let maximumStatementBytes = 1_024
}
