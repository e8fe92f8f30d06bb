internal import MySQLWire
internal import NIOCore
internal import QueryRouting

// Work on the virtual tables that a statement asks for.
extension ProxySession {
    /// Calls the virtual tables: those of the event loop, as far as little work does it. What is more than that is begun
    /// anew on a thread of its own, while the client's next command waits; KILL QUERY and the client's end end it.
    ///
    /// - Parameters:
    ///   - command: what KILL QUERY answers with an error. All work for it together has one limit on time.
    ///   - body: may be called twice, on different tables; with what converts texts on the same thread.
    ///   - then: not called if the session or the command ends before.
    func withTables<Value: Sendable>(
        answering command: InterceptedCommand,
        _ body: @escaping @Sendable (any VirtualQuerying, any MultiByteConverting) throws(SQLError) -> Value,
        then: @escaping (Result<Value, SQLError>) -> Void
    ) {
        let (tables, converter) = (shared.virtualTables, shared.converter)
        switch tables.within(.brief, { () throws(SQLError) in try body(tables, converter) }) {
        case .ended(let result): then(result)
        case .usedUp:
            shared.counters.longStatements.add(1)
            let ticket = shared.statementPool.run(
                of: (phase == .local ? "sidecar " : "") + (login?.user ?? ""),
                spent: workOnTables,
                on: shared.eventLoop,
                body
            )
            hold(until: ticket.answer, answering: command, cancel: ticket.cancel) { result in
                switch result {
                case .success(let answer):
                    self.workOnTables = self.workOnTables + answer.work
                    then(.success(answer.value))
                case .failure(let error): then(.failure(error as? SQLError ?? Self.unexpected(error)))
                }
            }
        }
    }

    private static func unexpected(_ error: any Error) -> SQLError {
        SQLError(errno: 1105, sqlState: "HY000", message: "\(error)")
    }
}
