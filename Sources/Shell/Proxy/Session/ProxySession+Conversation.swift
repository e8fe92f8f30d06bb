internal import ClusterModel
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import QueryRouting
internal import Sockets

// Behind the login: carries out what the conversation decides.
extension ProxySession {
    /// - Parameter status: as mysqld told it with its OK; nil if the sidecar let the client in.
    func beginConversation(
        _ login: LoginMachine.Login,
        isLocal: Bool,
        status: StatusFlags?,
        welcome packets: ByteBuffer
    ) {
        entry.deadline?.cancel()
        let setting = Conversation.Setting(
            login: login,
            host: client.host,
            isLocal: isLocal,
            isOperator: isLocal && shared.accounts.isOperator(login.user),
            isBackendLocal: server.isLocal,
            marker: shared.marker,
            converter: shared.converter,
            cursorMemory: shared.cursorMemory,
            answers: shared.answers
        )
        var next =
            conversation?.succeeded(by: setting, status: status, in: shared.surroundings)
            ?? Conversation(setting, status: status, in: shared.surroundings)
        let (welcome, isNoticed) = next.welcomed(packets)
        if isNoticed { shared.counters.count(.topologyNotices) }
        conversation = next
        wants = Conversation.Wants()
        if isLocal { server.isWritable = true }
        stage = .conversation
        writeToClient(welcome)
        flushClient()
        compress(login)
        goOnWithClient()
        if client.isEnded { perform(.clientEnded) }
    }

    /// What the client has sent behind its login.
    private func goOnWithClient() {
        let received = client.takeReceived()
        let early = server.takeReceived()
        // What mysqld has said behind the verdict, for example that it is stopping.
        if early.readableBytes > 0 { perform(.serverSent(early)) }
        if received.readableBytes > 0 { perform(.clientSent(received)) }
    }

    private func compress(_ login: LoginMachine.Login) {
        guard !client.isCompressed, let choice = login.compression else { return }
        client.isCompressed = true
        add(on: .client) { try $0.addLast(shared.transport.compression(choice)) }
    }

    /// The session is as it was before a COM_CHANGE_USER that mysqld has refused.
    func resumeConversation() {
        entry.deadline?.cancel()
        stage = .conversation
        perform(.userIsUnchanged)
        goOnWithClient()
    }

    func perform(_ event: Conversation.Event) {
        if isAtClosedGate { return endAtGate() }
        guard stage == .conversation, let outcome = conversation?.handle(event, in: shared.surroundings) else { return }
        carryOut(outcome)
    }

    /// And what follows at once.
    private func carryOut(_ first: Conversation.Outcome) {
        var outcome: Conversation.Outcome? = first
        while let current = outcome {
            wants = current.wants
            var next: Conversation.Event?
            for action in current.actions { next = carryOut(action) ?? next }
            guard stage == .conversation, let event = next else { return }
            outcome = conversation?.handle(event, in: shared.surroundings)
        }
    }

    /// After what did not come by a read of a connection.
    func settle() {
        noteKeptAnswer()
        flushServer()
        flushClient()
        readClient()
        readServer()
        endIfQuiet()
    }

    /// - Returns: what follows at once.
    func carryOut(_ action: Conversation.Action) -> Conversation.Event? {
        switch action {
        case .toClient(let bytes): writeToClient(bytes)
        case .toServer(let bytes): writeToServer(bytes)
        case .close(let bytes): closeAfterWriting(bytes)
        case .fail(let violation, let sequence, let side): fail(violation, sequence: sequence, from: side)
        case .endServersInput:
            flushServer()
            server.connection?.endOutput()
        case .work(let request, let ticket): return carryOut(request, ticket)
        case .listSessions(let ticket):
            whenDone(shared.directory.rows(on: shared.eventLoop)) { .sessions((try? $0.get()) ?? [], ticket: ticket) }
        case .call(let procedure, let arguments, let ticket): call(procedure, arguments, ticket)
        case .elect(let demand, let ticket): ask(demand, ticket)
        case .awaitService(let service, let seconds): shared.beginWait(self, for: service, seconds: seconds)
        case .leaveService: shared.leaveService(self)
        case .endReigns: endReigns()
        case .abandon:
            errand.cancel?()
            errand.cancel = nil
        case .bound(let ticket): schedule(in: .seconds(2), .expired(ticket: ticket))
        case .wait(let seconds): shared.beginWait(self, seconds: seconds)
        case .leaveQueue: shared.leaveWait(self)
        case .identify(let id): return .identified(shared.directory.identity(of: id, at: server.address))
        case .kill(let scope, let id, let isOwn):
            shared.directory.deliver(
                AllowedKill(scope: scope, connectionID: id, server: isOwn ? nil : server.address)
            )
        case .changeUser(let request, let name, let sequence): changeUser(to: request, as: name, sequence)
        case .holdRefusal(let asksProbe):
            if asksProbe { shared.node.lookAtServer() }
            shared.holding.insert(ObjectIdentifier(self))
            schedule(in: asksProbe ? LoopContext.patienceWithProbe : shared.patienceWithNextPrimary, .refusalIsDue)
        case .closeWhenProbed: closeWhenProbed()
        case .startPatience: schedule(in: .seconds(2), .patienceEnded)
        case .tellUptime(let sequence): writeToClient(shared.uptime(answering: sequence))
        case .count(let counted):
            if counted == .inspectedCommand { errand.work = .zero }
            shared.counters.count(ProxyCounter(counted))
        case .warnOfSchema: shared.warnOfSchema()
        }
        return nil
    }

    private func schedule(in time: TimeAmount, _ event: Conversation.Event) {
        let bound = NIOLoopBound((session: self, event: event), eventLoop: shared.eventLoop)
        shared.eventLoop.scheduleTask(in: time) {
            let (session, event) = bound.value
            // The loop may not have been told of the newest topology yet.
            if case .refusalIsDue = event { _ = session.shared.currentTopology() }
            session.perform(event)
            session.settle()
        }
    }

    func whenDone<Value>(
        _ future: EventLoopFuture<Value>,
        _ event: @escaping (Result<Value, any Error>) -> Conversation.Event
    ) {
        future.assumeIsolated().whenComplete { result in
            self.perform(event(result))
            self.settle()
        }
    }

    /// What is more than little work is done elsewhere, while the client's next command waits; KILL QUERY and the client's
    /// end end it.
    private func carryOut(_ request: TablesRequest, _ ticket: UInt64) -> Conversation.Event? {
        let user = (conversation?.isLocal == true ? "sidecar " : "") + (login.login?.user ?? "")
        switch shared.carryOut(request, of: user, spent: errand.work) {
        case .done(let result): return .tables(result, ticket: ticket)
        case .underWay(let answer, let cancel):
            errand.cancel = cancel
            whenDone(answer) { result in
                if case .success(let answer) = result { self.errand.work = self.errand.work + answer.work }
                return .tables(result.map(\.value).mapError(SQLError.init(describing:)), ticket: ticket)
            }
            return nil
        }
    }

    private func call(_ procedure: Procedure, _ arguments: [SQLValue], _ ticket: UInt64) {
        let caller = ProcedureCaller(user: login.login?.user ?? "", host: client.host)
        let (answer, cancel) = shared.call(procedure, arguments, by: caller)
        errand.cancel = cancel
        whenDone(answer) { .called($0.mapError(SQLError.init(describing:)), ticket: ticket) }
    }

    /// The topology has changed, the time is over, or the sidecar stops.
    func endWait(_ answers: inout WaitAnswers) {
        if isAtClosedGate { return endAtGate() }
        guard stage == .conversation else { return }
        if conversation?.isAwaitingService == true { return serviceChanged() }
        guard conversation?.isWaiting == true else { return }
        shared.counters.add(-1, to: .waitingSessions)
        rest.isActive = true
        guard let outcome = conversation?.endWait(&answers, in: shared.surroundings) else { return }
        carryOut(outcome)
        settle()
    }

    /// Connection ids are unique in one mysqld, and among the sessions that the sidecar alone answers.
    func isMeant(by kill: AllowedKill) -> Bool {
        guard stage == .conversation, let conversation, login.login?.connectionID == kill.connectionID else {
            return false
        }
        return kill.server == nil ? conversation.isLocal : !conversation.isLocal && server.address == kill.server
    }
}
