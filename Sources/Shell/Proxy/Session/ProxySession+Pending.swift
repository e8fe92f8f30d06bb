internal import MySQLWire
internal import NIOCore
internal import Sockets

// Answers that somebody else has to give first: CALL, and the rows of CONNECTIONS.
extension ProxySession {
    /// What the client waits for.
    struct PendingAnswer {
        /// Tells one from the next, so that an answer that comes too late is not taken for another's.
        fileprivate final class Identity {}
        fileprivate let identity = Identity()
        fileprivate var command: InterceptedCommand
        /// Nobody waits any more.
        fileprivate var cancel: @Sendable () -> Void
    }

    /// Waits for a value from elsewhere; the client's next command waits too.
    ///
    /// - Parameters:
    ///   - command: what KILL QUERY answers with an error.
    ///   - cancel: called once if nobody waits any more.
    ///   - then: not called if the session or the statement ends before.
    func hold<Value: Sendable>(
        until future: EventLoopFuture<Value>,
        answering command: InterceptedCommand,
        cancel: @escaping @Sendable () -> Void = {},
        then: @escaping (Result<Value, any Error>) -> Void
    ) {
        let pending = PendingAnswer(command: command, cancel: cancel)
        pendingAnswer = pending
        boundAnswer()
        future.assumeIsolated().whenComplete { result in
            guard self.pendingAnswer?.identity === pending.identity else { return }
            self.pendingAnswer = nil
            guard self.client != nil, self.phase == .relaying || self.phase == .local else { return }
            then(result)
            self.processClient()
            self.flushBackend()
            self.flushClient()
            self.readClient()
        }
    }

    /// KILL QUERY. What mysqld is being asked on the sidecar's behalf it may have answered by then, or not begun with.
    func interruptAnswer() {
        question?.isInterrupted = true
        guard let pending = pendingAnswer else { return }
        abandonAnswer()
        refuse(pending.command, Self.interrupted)
        goOnAfterWait()
    }

    /// The client sends no more, and may be gone altogether: who answers it is given time for a short answer.
    func boundAnswer() {
        guard isClientEnded, let identity = pendingAnswer?.identity else { return }
        let bound = NIOLoopBound((session: self, identity: identity), eventLoop: shared.eventLoop)
        shared.eventLoop.scheduleTask(in: .seconds(2)) {
            let (session, identity) = bound.value
            if session.pendingAnswer?.identity === identity { session.interruptAnswer() }
        }
    }

    /// The session ends.
    func abandonAnswer() {
        let pending = pendingAnswer
        // The answer may come at once then, and is nobody's any more.
        pendingAnswer = nil
        pending?.cancel()
    }
}
