package import ClusterModel
package import MySQLWire
package import NIOCore
package import QueryRouting

extension Conversation {
    package enum Event {
        case clientSent(ByteBuffer)
        case clientBecameWritable
        case clientIsFull
        /// It sends no more.
        case clientEnded
        case serverSent(ByteBuffer)
        /// mysqld has closed the session.
        case serverEnded
        /// The steady state has come upon something else.
        case goOn
        /// What was asked for under a ticket.
        case tables(Result<TablesReply, SQLError>, ticket: UInt64)
        case sessions([ClientSessionRow], ticket: UInt64)
        case called(Result<[Diagnostic], SQLError>, ticket: UInt64)
        /// A term, or whether it was done.
        case elected(Result<UInt64, SQLError>, ticket: UInt64)
        /// The service that is waited for is another than before.
        case serviceChanged
        case serviceWaitEnded
        case identified(Identity)
        /// KILL QUERY.
        case interrupted
        /// The same for one command: its client has gone, and it has been given time.
        case expired(ticket: UInt64)
        /// While a refusal is held.
        case topologyChanged
        /// Whoever was to look has had the time for it.
        case refusalIsDue
        case patienceEnded
        /// COM_CHANGE_USER was refused, and mysqld lets the session go on.
        case userIsUnchanged
    }

    package enum Side: String, Sendable {
        case client
        case server = "mysqld"
    }

    package enum Action: Equatable {
        case toClient(ByteBuffer)
        case toServer(ByteBuffer)
        /// Send what is left, and this, and close.
        case close(ByteBuffer)
        case fail(ProtocolViolation, sequence: UInt8, Side)
        /// mysqld is told that the client sends no more.
        case endServersInput
        /// Answer by `Event.tables`.
        case work(TablesRequest, ticket: UInt64)
        /// Answer by `Event.sessions`: all of them.
        case listSessions(ticket: UInt64)
        /// Answer by `Event.called`.
        case call(Procedure, [SQLValue], ticket: UInt64)
        /// Answer by `Event.elected`.
        case elect(ElectionDemand, ticket: UInt64)
        /// Answer by `Event.serviceChanged`, and when the time is over by `serviceWaitEnded`.
        case awaitService(ServiceText, seconds: Double)
        case leaveService
        /// Those that end with the session are given up.
        case endReigns
        /// Nobody waits any more for what was asked last.
        case abandon
        /// The client sends no more: what was asked last gets a little time, then `Event.expired`.
        case bound(ticket: UInt64)
        /// Answer by `endWait`.
        case wait(seconds: Double)
        case leaveQueue
        /// Answer by `Event.identified`, at once.
        case identify(connectionID: UInt32)
        /// An allowed KILL.
        ///
        /// - Parameter isOwn: of a session that the sidecar alone answers.
        case kill(KillStatement.Scope, connectionID: UInt32, isOwn: Bool)
        case changeUser(ChangeOfUser, as: AccountName, sequence: UInt8)
        /// Tell of changes of the topology, and that the refusal is due when the probe or the next primary has had its time.
        case holdRefusal(asksProbe: Bool)
        case startPatience
        /// Send what is left and close when the probe has seen what mysqld's end means, or has had the time for it.
        case closeWhenProbed
        /// How long the sidecar has been running is the answer.
        case tellUptime(sequence: UInt8)
        case count(Counted)
        /// mysqld has a schema of our name.
        case warnOfSchema
    }

    package enum Counted: Sendable {
        case virtualStatement
        case topologyNotice
        case backendFailure
        case inspectedCommand
    }

    /// Whom a connection id means.
    package enum Identity: Equatable, Sendable {
        /// A session that the sidecar alone answers.
        case own(user: String)
        /// The id that the server behind this session has for it.
        case server(UInt32)
        /// One that another server stands behind.
        case elsewhere
        /// No session of this sidecar.
        case unknown
    }

    /// What is to be done, in this order, and what then.
    package struct Outcome {
        package var actions: [Action]
        package var wants: Wants
    }

    /// - Parameter surroundings: as they are now.
    package mutating func handle(_ event: Event, in surroundings: Surroundings) -> Outcome {
        now = surroundings
        do throws(ProtocolViolation) {
            try take(event)
        } catch {
            let side: Side
            if case .serverSent = event { side = .server } else { side = .client }
            fail(error, side)
        }
        if fromClient.readableBytes == 0 { fromClient = ByteBuffer() }
        if isClientEnded { passOnEnd() }
        return takeOutcome()
    }

    mutating func takeOutcome() -> Outcome {
        defer { actions = [] }
        return Outcome(actions: actions, wants: wants)
    }

    private mutating func take(_ event: Event) throws(ProtocolViolation) {
        switch event {
        case .clientSent(var bytes):
            if fromClient.readableBytes == 0 { fromClient = bytes } else { fromClient.writeBuffer(&bytes) }
            try followClient()
        case .clientBecameWritable:
            isClientWritable = true
            try followClient()
        case .clientIsFull: isClientWritable = false
        case .clientEnded: try endClient()
        case .serverSent(let bytes): try followServer(bytes)
        case .serverEnded: endServer()
        case .goOn: try goOn()
        case .tables(let reply, let ticket):
            let exchange = answered(ticket) {
                switch $0 {
                case .routing, .working: true
                default: false
                }
            }
            guard let exchange else { return }
            take(reply, exchange)
            try goOn()
        case .sessions(let rows, let ticket):
            guard var exchange = answered(ticket, { if case .listing = $0 { true } else { false } }) else { return }
            exchange.facts.sessions = visible(rows, exchange.facts)
            pursue(exchange)
            try goOn()
        case .called(let result, let ticket):
            guard let exchange = answered(ticket, { if case .calling = $0 { true } else { false } }) else { return }
            takeCalled(result, exchange)
            try goOn()
        case .elected(let result, let ticket):
            guard let exchange = answered(ticket, { if case .electing = $0 { true } else { false } }) else { return }
            takeElected(result, exchange)
            try goOn()
        case .serviceChanged: try endServiceWait(isDue: false)
        case .serviceWaitEnded: try endServiceWait(isDue: true)
        case .identified(let identity):
            guard case .exchange(let exchange) = phase, case .identifying(let kill) = exchange.step else { return }
            phase = .following(.plain)
            self.kill(kill, as: identity, exchange.command)
            try goOn()
        case .interrupted: try interrupt()
        case .expired(let ticket): if ticket == self.ticket { try interrupt() }
        case .topologyChanged, .refusalIsDue:
            try reviewRefusal(isDue: { if case .refusalIsDue = event { true } else { false } }())
        case .patienceEnded: endPatience()
        case .userIsUnchanged:
            guard case .changingUser = phase else { return }
            forgetStatements()
            phase = .following(.plain)
            try followClient()
        }
    }

    /// Ends the step of an exchange that an answer belongs to.
    ///
    /// - Returns: nil for an answer that comes too late.
    private mutating func answered(_ ticket: UInt64, _ isAwaited: (Exchange.Step) -> Bool) -> Exchange? {
        guard ticket == self.ticket, case .exchange(let exchange) = phase, isAwaited(exchange.step) else { return nil }
        phase = .following(.plain)
        return exchange
    }

    /// What was held back may have its turn.
    mutating func goOn() throws(ProtocolViolation) {
        try relayParts()
        if case .following = phase { try followClient() }
    }

    private mutating func fail(_ violation: ProtocolViolation, _ side: Side) {
        let sequence = side == .server ? 0 : fromClient.getInteger(at: fromClient.readerIndex + 3, as: UInt8.self) ?? 0
        end(.fail(violation, sequence: sequence &+ 1, side))
    }

    /// The last action.
    mutating func end(_ action: Action) {
        abandon()
        endElections()
        phase = .over
        fromClient = ByteBuffer()
        fromServer = ByteBuffer()
        actions.append(action)
    }

    /// The session ends otherwise: nobody waits for anything any more.
    package mutating func abandoned() -> [Action] {
        abandon()
        endElections()
        phase = .over
        defer { actions = [] }
        return actions
    }

    private mutating func abandon() {
        guard case .exchange(let exchange) = phase else { return }
        switch exchange.step {
        case .routing, .working, .listing, .calling, .electing: actions.append(.abandon)
        case .waiting: actions.append(.leaveQueue)
        case .awaitingService: actions.append(.leaveService)
        case .asking, .identifying: break
        }
    }

    /// KILL QUERY. What mysqld is being asked on the sidecar's behalf it may have answered by then, or not begun with.
    private mutating func interrupt() throws(ProtocolViolation) {
        guard case .exchange(var exchange) = phase else { return }
        switch exchange.step {
        case .asking:
            exchange.isInterrupted = true
            phase = .exchange(exchange)
            return
        case .identifying: return
        case .routing, .working, .listing, .calling, .electing, .waiting, .awaitingService: break
        }
        abandon()
        phase = .following(.plain)
        refuse(exchange.command, .interrupted)
        try goOn()
    }

    /// The client sends no more: what it sent before is carried out, and answered as long as somebody takes the answers.
    private mutating func endClient() throws(ProtocolViolation) {
        guard !isClientEnded else { return }
        isClientEnded = true
        if case .exchange(let exchange) = phase {
            switch exchange.step {
            // As mysqld ends SLEEP and GET_LOCK.
            case .waiting:
                actions.append(.leaveQueue)
                endWait(exchange)
            case .awaitingService: try endServiceWait(isDue: true)
            case .working, .listing, .calling, .electing: actions.append(.bound(ticket: ticket))
            // It may be mysqld's, and is carried out then.
            case .routing, .asking, .identifying: break
            }
        }
        try followClient()
    }

    /// So does the sidecar, with no words but those of mysqld's that went before. Drivers know a connection that ends, and few
    /// of them an error that says it.
    private mutating func endServer() {
        guard !setting.isLocal else { return }
        guard hasCommandUnderWay else { return end(.close(ByteBuffer())) }
        actions += [.count(.backendFailure), .closeWhenProbed]
    }

    /// Once every whole command has gone its way: mysqld says what it has to say and closes then.
    private mutating func passOnEnd() {
        guard !isClientBlocked, !isEndPassedOn, case .following = phase else { return }
        isEndPassedOn = true
        if setting.isLocal { end(.close(ByteBuffer())) } else { actions.append(.endServersInput) }
    }
}

extension SQLError {
    package static let interrupted = SQLError(
        errno: 1317,
        sqlState: "70100",
        message: "Query execution was interrupted"
    )
    package static let unknownCommand = SQLError(errno: 1047, sqlState: "08S01", message: "Unknown command")
    package static let killed = SQLError(errno: 1927, sqlState: "70100", message: "Connection was killed")
}
