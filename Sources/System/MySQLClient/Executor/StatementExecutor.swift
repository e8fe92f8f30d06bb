package import Threads

/// Carries out statements on mysqld, one after another, on a connection and a thread of its own.
///
/// - Each statement has its result, or a failure that says whether it may have been carried out, at its deadline at the
///   latest: waiting for the ones before it and connecting count, and no mysqld that hangs holds anybody up for longer.
/// - Who does not wait any longer, at the deadline or because the task was cancelled, leaves nothing behind: the statement
///   is ended on mysqld as well, before the next one is sent, as soon as mysqld lets a connection in.
/// - No statement is sent twice. On a connection that has ended none is sent: it is opened anew, with the password and the
///   encryption of that moment.
package final class StatementExecutor: Sendable {
    private let settings: ConnectionSettings
    private let warmth: Duration?
    private let queue: StatementQueue
    private let thread: ClientThread

    /// - Parameters:
    ///   - settings: those of each connection. `connectTimeout` is the limit for opening one, also where a statement has
    ///     more time.
    ///   - warmth: keeps a connection open before anybody asks, and tries it this often; one that has ended is replaced at
    ///     once. Nil to connect with the first statement.
    package init(_ settings: ConnectionSettings, warmth: Duration? = nil) throws(SystemCallError) {
        self.settings = settings
        self.warmth = warmth
        let signal = try ThreadSignal()
        queue = StatementQueue(signal: signal)
        thread = ClientThread(signal: signal)
    }

    deinit { stop() }

    /// - Parameter name: the thread's, as `top -H` shows it.
    package func start(name: StaticString = "statements") throws(SystemCallError) {
        let (settings, warmth, queue, signal) = (settings, warmth, queue, thread.signal)
        try thread.start(name: name) {
            StatementWorker(settings, warmth: warmth, queue: queue, signal: signal).run()
        }
    }

    /// Fails all statements that have no result, and waits for the thread; an attempt to connect may hold it up for as
    /// long as its timeout.
    package func stop() {
        queue.close()
        thread.stop()
    }

    /// Carries out a statement after all that were asked for before.
    ///
    /// - Parameter deadlineMilliseconds: from now on, for everything.
    /// - Throws: at the deadline at the latest; at once when the task is cancelled.
    @discardableResult
    package func execute(
        _ statement: String,
        deadlineMilliseconds: Int
    ) async throws(StatementFailure) -> QueryResult {
        let id = queue.nextID()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.add(id, statement, milliseconds: max(0, deadlineMilliseconds)) {
                    continuation.resume(returning: $0)
                }
                // Cancelled before it was there.
                if Task.isCancelled { queue.giveUp(id, .cancelled) }
            }
        } onCancel: {
            queue.giveUp(id, .cancelled)
        }
        return try outcome.get()
    }
}
