internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import QueryRouting
internal import Sockets

// What sessions have done: by the loop itself, or elsewhere.
extension LoopContext {
    enum TablesOutcome {
        case done(Result<TablesReply, SQLError>)
        case underWay(EventLoopFuture<StatementPool.Answer<TablesReply>>, cancel: @Sendable () -> Void)
    }

    /// By the loop's own virtual tables, as far as little work does it. What is more than that is begun anew on a thread
    /// of its own, and a long statement is read there.
    ///
    /// - Parameters:
    ///   - user: whose statements are not to hold up those of others.
    ///   - spent: what threads have done already for the command that this belongs to.
    func carryOut(_ request: TablesRequest, of user: String, spent: TimeAmount) -> TablesOutcome {
        if request.isLongReading {
            counters.count(.longReadings)
            return begin(request, in: routingPool, of: user, spent: spent)
        }
        let (tables, converter) = (virtualTables, converter)
        switch tables.within(.brief, { () throws(SQLError) in try TablesWork(tables, converter).carryOut(request) }) {
        case .ended(let result): return .done(result)
        case .usedUp: break
        }
        counters.count(.longStatements)
        return begin(request, in: statementPool, of: user, spent: spent)
    }

    private func begin(
        _ request: TablesRequest,
        in pool: StatementPool,
        of user: String,
        spent: TimeAmount
    ) -> TablesOutcome {
        let work = pool.run(of: user, spent: spent, on: eventLoop) {
            tables,
            converter throws(SQLError) in
            try TablesWork(tables, converter).carryOut(request)
        }
        return .underWay(work.answer, cancel: work.cancel)
    }

    func call(
        _ procedure: Procedure,
        _ arguments: [SQLValue],
        by caller: ProcedureCaller
    ) -> (answer: EventLoopFuture<[Diagnostic]>, cancel: @Sendable () -> Void) {
        let procedures = procedures
        let promise = eventLoop.makePromise(of: [Diagnostic].self)
        let task = promise.completeWithTask { try await procedures.call(procedure, arguments, by: caller) }
        return (promise.futureResult, { task.cancel() })
    }

    /// The answer to COM_STATISTICS.
    func uptime(answering sequence: UInt8) -> ByteBuffer {
        // Shells read the number behind the first word.
        let seconds = (NIODeadline.now() - directory.startedAt).nanoseconds / 1_000_000_000
        var writer = PacketWriter(nextSequence: sequence &+ 1)
        writer.packet { $0.writeString("Uptime: \(seconds)  Answered by the sidecar of this node") }
        return writer.buffer
    }
}

extension SQLError {
    init(describing error: any Error) {
        self = error as? SQLError ?? SQLError(errno: 1105, sqlState: "HY000", message: "\(error)")
    }
}
