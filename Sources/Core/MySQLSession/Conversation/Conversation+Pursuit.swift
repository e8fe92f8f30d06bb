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
            whenReadingKnown(exchange) { $0.execute(id, content, exchange) }
        case .run(let run): pursue(run, exchange)
        case .prepare(let statement, let variables): prepare(statement, variables, exchange)
        case .serve(let mixed): serve(mixed, exchange)
        case .listSchemas(let condition): listSchemas(condition, exchange)
        case .endNames(let names, let error): endNames(names, error, exchange)
        }
    }

    // MARK: - Steps

    mutating func work(_ request: TablesRequest, _ exchange: Exchange) {
        if case .route = request { wait(.routing, exchange) } else { wait(.working, exchange) }
        actions.append(.work(request, ticket: ticket))
    }

    /// Goes over to a step whose outcome comes later.
    mutating func wait(_ step: Exchange.Step, _ exchange: Exchange) {
        var exchange = exchange
        exchange.step = step
        ticket &+= 1
        phase = .exchange(exchange)
        switch step {
        case .working, .listing, .calling, .electing: if isClientEnded { actions.append(.bound(ticket: ticket)) }
        case .routing, .asking, .waiting, .awaitingService, .identifying: break
        }
    }

    // MARK: - Routing

    private mutating func route(_ statement: [UInt8], _ exchange: Exchange) {
        let isKnown = isReadingKnown
        if isKnown, let key = key(statement, exchange.command),
            let packets = setting.answers.answer(to: key, in: now.generation)
        {
            actions.append(.count(.virtualStatement))
            return send(packets, answering: exchange.command)
        }
        var context = context
        context.allowsParameters = exchange.command.code == Command.statementPrepare
        let sets = isKnown ? reading.characterSets : nil
        work(.route(RoutedStatement(bytes: statement, context: context, characterSets: sets)), exchange)
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
        case .success(.routed(let route, let variables, let change)):
            // SET, in a session that no mysqld stands behind.
            if let change, command.code == Command.query { reading.characterSets.take(change) }
            take(route, variables, exchange)
        case .success(.kill(let kill)): identify(kill, command)
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
        case .success(.execution(let execution)): execute(execution, exchange)
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
            if virtual != .noOperation { actions.append(.count(.virtualStatement)) }
            let run = Exchange.Run(statement: virtual, variables: variables, sent: statement)
            pursue(Exchange(command, .run(run)))
        }
    }

    // MARK: - Statements on virtual tables

    private mutating func pursue(_ run: Exchange.Run, _ exchange: Exchange) {
        switch run.statement {
        case .waitForChange(let wait): return pursue(wait, run, exchange)
        case .call(let call): return pursue(call, run, exchange)
        case .election(let call): return pursue(call, run, exchange)
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
        if !setting.isLocal, command.code == Command.query, let sent = run.sent { virtual.sent = (sent, clientContext) }
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
        // Behind EXECUTE it is the session's own, and not what the command says.
        guard let generation, let sent = run.sent, case .select(let text) = run.statement,
            sent.elementsEqual(text.utf8),
            let key = key(sent, exchange.command)
        else { return }
        setting.answers.insert(packets, for: key, in: generation)
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

    /// - Returns: false if it is asked for first, or has been refused.
    mutating func mayOperate(_ exchange: Exchange) -> Bool {
        if setting.isLocal {
            if !setting.isOperator { refuse(exchange.command, .privilegeMissing("OPERATOR ROLE")) }
            return setting.isOperator
        }
        guard let privileges = exchange.facts.privileges else {
            ask(.grants(reader(maximumRows: 1000)), question("SHOW GRANTS"), exchange)
            return false
        }
        if !privileges.mayOperate { refuse(exchange.command, .privilegeMissing(GlobalPrivileges.operating)) }
        return privileges.mayOperate
    }

    private mutating func pursue(_ call: ProcedureCall, _ run: Exchange.Run, _ exchange: Exchange) {
        let command = exchange.command
        guard mayOperate(exchange) else { return }
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
        if let refusal = fenceRefusal(command) { return refuse(command, refusal) }
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
