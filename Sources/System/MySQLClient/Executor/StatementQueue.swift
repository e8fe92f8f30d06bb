internal import ClusterModel
internal import Synchronization

/// The statements that wait for the executor's thread, in the order in which they came, and the one that it is at.
///
/// Each gets exactly one result, and gets it at its deadline whatever the thread is at.
final class StatementQueue: Sendable {
    typealias Outcome = Result<QueryResult, StatementFailure>

    struct Entry: Sendable {
        let id: UInt64
        let statement: String
        fileprivate let milliseconds: Int
        let deadline: MonotonicTime
        fileprivate let resume: @Sendable (Outcome) -> Void
        fileprivate let timer: Task<Void, any Error>
        fileprivate var isSent = false

        /// Why it has no result, when its connection failed like this.
        func cause(_ error: AdminError) -> StatementFailure.Cause {
            isLate ? .deadline(milliseconds: milliseconds) : .connection(error)
        }

        fileprivate var isLate: Bool { MonotonicTime.current >= deadline }
    }

    private struct State: Sendable {
        var lastID: UInt64 = 0
        var waiting: [Entry] = []
        var current: Entry?
        var isClosed = false
    }

    private let signal: ThreadSignal
    private let state = Mutex(State())

    /// - Parameter signal: wakes the thread when there is something new for it.
    init(signal: ThreadSignal) {
        self.signal = signal
    }

    // MARK: - For those who ask

    func nextID() -> UInt64 {
        state.withLock {
            $0.lastID += 1
            return $0.lastID
        }
    }

    /// - Parameter resume: called once, with the result.
    func add(
        _ id: UInt64,
        _ statement: String,
        milliseconds: Int,
        resume: @escaping @Sendable (Outcome) -> Void
    ) {
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            // It finds the entry, for it needs the lock as well.
            let timer = Task {
                try await Task.sleep(for: .milliseconds(milliseconds))
                giveUp(id, .deadline(milliseconds: milliseconds))
            }
            state.waiting.append(
                Entry(
                    id: id,
                    statement: statement,
                    milliseconds: milliseconds,
                    deadline: MonotonicTime.current.adding(milliseconds: milliseconds),
                    resume: resume,
                    timer: timer
                )
            )
            return false
        }
        if isClosed { resume(.failure(.notSent(.stopped))) }
        signal.wake()
    }

    /// Whoever asked waits no longer. Does nothing when there is a result already.
    func giveUp(_ id: UInt64, _ cause: StatementFailure.Cause) {
        settle(id) { .failure($0.isSent ? .outcomeUnknown(cause) : .notSent(cause)) }
        signal.wake()
    }

    // MARK: - For the thread

    /// The oldest that waits, which is the current one from now on.
    func next() -> Entry? {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return nil }
            state.current = state.waiting.removeFirst()
            return state.current
        }
    }

    func isWanted(_ id: UInt64) -> Bool {
        state.withLock { $0.current?.id == id }
    }

    /// To be called before the current statement is sent.
    ///
    /// - Returns: whether it is to be sent; it has its result otherwise.
    func markSent(_ id: UInt64) -> Bool {
        let late: Entry? = state.withLock { state in
            guard let current = state.current, current.id == id else { return nil }
            state.current?.isSent = !current.isLate
            return current.isLate ? current : nil
        }
        if let late { giveUp(id, .deadline(milliseconds: late.milliseconds)) }
        return isWanted(id)
    }

    func finish(_ id: UInt64, _ outcome: Outcome) {
        settle(id) { _ in outcome }
    }

    /// Whatever waits, and what comes from now on, is not sent.
    func close() {
        let (waiting, current) = state.withLock { state in
            defer { state = State(lastID: state.lastID, isClosed: true) }
            return (state.waiting, state.current)
        }
        for entry in waiting + (current.map { [$0] } ?? []) {
            entry.timer.cancel()
            entry.resume(.failure(entry.isSent ? .outcomeUnknown(.stopped) : .notSent(.stopped)))
        }
    }

    private func settle(_ id: UInt64, _ outcome: (Entry) -> Outcome) {
        let entry: Entry? = state.withLock { state in
            if let current = state.current, current.id == id {
                state.current = nil
                return current
            }
            return state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
        }
        guard let entry else { return }
        entry.timer.cancel()
        entry.resume(outcome(entry))
    }
}
