internal import Synchronization
package import Threads

/// A thread for calls on connections to mysqld, which a signal stops.
package final class ClientThread: Sendable {
    private enum State: Sendable {
        case idle
        case running(DedicatedThread)
        case stopped
    }

    package let signal: ThreadSignal
    private let state = Mutex(State.idle)

    package init(signal: ThreadSignal) {
        self.signal = signal
    }

    /// Does nothing when called again, or after `stop`.
    ///
    /// - Parameter body: returns soon after the signal is told to stop.
    package func start(name: StaticString, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        try state.withLock { state throws(SystemCallError) in
            guard case .idle = state else { return }
            state = .running(try DedicatedThread.start(name: name) { ClientLibrary.withThread(body) })
        }
    }

    /// Ends the thread, and waits for it unless that is the caller's own.
    package func stop() {
        let thread: DedicatedThread? = state.withLock { state in
            defer { state = .stopped }
            guard case .running(let thread) = state else { return nil }
            return thread
        }
        guard let thread else { return }
        signal.requestStop()
        if !thread.isCurrent { thread.join() }
    }
}
