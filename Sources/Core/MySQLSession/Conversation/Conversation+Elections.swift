internal import ClusterModel
internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// What applications ask of elections, and the fence by which a session ties its statements to a term.
extension Conversation {
    mutating func pursue(_ call: ElectionCall, _ run: Exchange.Run, _ exchange: Exchange) {
        let command = exchange.command
        guard now.services != nil else { return refuse(command, .needsQuorum(call.function.rawValue)) }
        guard !call.function.isForOperators || mayOperate(exchange) else { return }
        let names = call.arguments.variables
        guard names.isEmpty || exchange.facts.variables != nil else { return askVariables(names, exchange) }
        do throws(SQLError) {
            let request = try call.request(parameters: run.parameters, variables: exchange.facts.values(of: names))
            // Of the rest nothing is needed any more: thousands of these are kept.
            var short = call
            short.arguments = []
            pursue(request, ElectionReply(call: short, rows: run.rows), exchange)
        } catch {
            refuse(command, error)
        }
    }

    private mutating func pursue(_ request: ElectionRequest, _ reply: ElectionReply, _ exchange: Exchange) {
        let command = exchange.command
        switch request {
        case .demand(let demand):
            if case .elect(_, _, _, .session) = demand { hold { $0.hasReigns = true } }
            wait(.electing(reply, demand), exchange)
            actions.append(.elect(demand, ticket: ticket))
        case .leader(let service):
            answer(reply, now.services?.standing(of: service).leader.map { .text($0.text) } ?? .null, command)
        case .wait(let service, let known, let seconds):
            let wait = ServiceWait(
                reply: reply,
                service: service,
                goal: .otherTerm(than: known),
                conclusion: .presentTerm
            )
            begin(wait, seconds: seconds, exchange)
            // It would ask again and again.
            if now.isDraining { end(.close(ByteBuffer())) }
        case .fence(let service, let term):
            // This node may not have heard of the term yet.
            let wait = ServiceWait(
                reply: reply,
                service: service,
                goal: .reached(term),
                conclusion: .fence(term)
            )
            begin(wait, seconds: ServiceWait.secondsBehind, exchange)
        case .endFence:
            endFence()
            answer(reply, .integer(1), command)
        }
    }

    private mutating func answer(_ reply: ElectionReply, _ value: SQLValue, _ command: InterceptedCommand) {
        let result = reply.call.answer(value)
        if let id = command.cursor { return openCursor(of: id, on: result, command) }
        answer(command) { answer, writer in answer.write(result, as: reply.rows, to: &writer) }
    }

    // MARK: - What the quorum has answered

    mutating func takeElected(_ result: Result<UInt64, SQLError>, _ exchange: Exchange) {
        guard case .electing(let reply, let demand) = exchange.step else { return }
        switch result {
        case .failure(let error): refuse(exchange.command, error)
        case .success(0): answer(reply, .integer(0), exchange.command)
        case .success(let number):
            let (service, goal) = demand.applied(number)
            let wait = ServiceWait(reply: reply, service: service, goal: goal, conclusion: .number(number))
            begin(wait, seconds: ServiceWait.secondsBehind, exchange)
        }
    }

    // MARK: - Waits

    private mutating func begin(_ wait: ServiceWait, seconds: Double, _ exchange: Exchange) {
        guard !isOver(wait), seconds > 0, !now.isDraining, !isClientEnded else {
            return conclude(wait, exchange.command)
        }
        var exchange = exchange
        exchange.command.packet = ByteBuffer()
        exchange.goal = .selectSchema
        self.wait(.awaitingService(wait), exchange)
        actions.append(.awaitService(wait.service, seconds: seconds))
    }

    private func isOver(_ wait: ServiceWait) -> Bool {
        wait.isOver(now.services?.standing(of: wait.service) ?? ServiceStanding())
    }

    /// A service that is waited for is another than before, or the time is over.
    mutating func endServiceWait(isDue: Bool) throws(ProtocolViolation) {
        guard case .exchange(let exchange) = phase, case .awaitingService(let wait) = exchange.step,
            isDue || isOver(wait)
        else { return }
        actions.append(.leaveService)
        conclude(wait, exchange.command)
        try goOn()
    }

    private mutating func conclude(_ wait: ServiceWait, _ command: InterceptedCommand) {
        let number: UInt64
        switch wait.conclusion {
        case .presentTerm: number = now.services?.standing(of: wait.service).term.rawValue ?? 0
        case .number(let known): number = known
        case .fence(let term):
            hold { $0.fence = SessionElections.Fence(service: wait.service, term: term) }
            number = 1
        }
        answer(wait.reply, .integer(Int64(clamping: number)), command)
    }

    /// It waits for another leader of a service.
    package var isAwaitingService: Bool {
        mutating get {
            if case .exchange(let exchange) = phase, case .awaitingService = exchange.step { true } else { false }
        }
    }

    // MARK: - The end

    private mutating func hold(_ change: (inout SessionElections) -> Void) {
        change(&elections)
        machine.isResetWatched = !elections.isEmpty
    }

    private mutating func endFence() {
        hold { $0.fence = nil }
        machine.isFenced = false
    }

    /// As after a login: nothing of it is left.
    mutating func endElections() {
        endFence()
        guard elections.hasReigns else { return }
        hold { $0.hasReigns = false }
        actions.append(.endReigns)
    }

    // MARK: - The fence

    // It is looked at for all bytes that go on to mysqld: for the client's as they come, and once more for each command
    // that was looked at here.

    /// - Returns: false if the session has ended.
    mutating func observeFence() -> Bool {
        let refusal = elections.fence?.refusal(now.services)
        machine.isFenced = refusal != nil
        guard let refusal, let sequence = machine.sequenceAmidCommand else { return true }
        // mysqld must not have all of what has begun.
        close(refusal, sequence)
        return false
    }

    /// Why this command may not go to mysqld.
    func fenceRefusal(_ command: InterceptedCommand) -> SQLError? {
        guard let fence = elections.fence, !SessionMachine.passesFence(command.code) else { return nil }
        return fence.refusal(now.services)
    }

    /// The client's next command concerns mysqld alone.
    mutating func refuseFenced(payloadLength: Int) {
        guard let refusal = elections.fence?.refusal(now.services) else {
            // By now it may go on.
            machine.isFenced = false
            return
        }
        let sequence = fromClient.getInteger(at: fromClient.readerIndex + 3, as: UInt8.self) ?? 0
        guard payloadLength <= SessionMachine.maximumInspectedBytes else { return close(refusal, sequence &+ 1) }
        let code = fromClient.getInteger(at: fromClient.readerIndex + PacketFormat.headerBytes, as: UInt8.self) ?? 0
        guard let packet = fromClient.readSlice(length: PacketFormat.headerBytes + payloadLength) else { return }
        lookedAt &+= 1
        refuse(InterceptedCommand(code: code, sequence: sequence, packet: packet), refusal)
    }

    private mutating func close(_ error: SQLError, _ sequence: UInt8) {
        var writer = PacketWriter(nextSequence: sequence)
        error.write(to: &writer, encoding: resultWriter.encoding)
        end(.close(writer.buffer))
    }
}

extension ElectionDemand {
    /// What this node knows when it has applied what the quorum has answered by that number.
    fileprivate func applied(_ number: UInt64) -> (ServiceText, ServiceWait.Goal) {
        switch self {
        case .elect(let service, _, _, _), .force(let service, _, _):
            (service, .reached(ServiceTerm(rawValue: number)))
        case .resign(let service, let id): (service, .left(by: id))
        }
    }
}
