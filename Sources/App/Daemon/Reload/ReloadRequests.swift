internal import Synchronization

/// Where a reload is asked for, and its answer waited for.
final class ReloadRequests: Sendable {
    typealias Answer = Result<Reloader.Outcome, Reloader.Failure>

    private struct State {
        var waiting: [CheckedContinuation<Answer, Never>] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Something is asked for.
    let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    init() {
        (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func reload() async -> Answer {
        await withCheckedContinuation { waiting in
            let isTaken = state.withLock { state in
                if !state.isClosed { state.waiting.append(waiting) }
                return !state.isClosed
            }
            if isTaken { arrival.yield() } else { waiting.resume(returning: Self.tooLate) }
        }
    }

    /// For the one who reloads.
    func answerAll(by reloader: Reloader) {
        for waiting in takeAll() {
            waiting.resume(returning: Result { () throws(Reloader.Failure) in try reloader.reload() })
        }
    }

    /// Nobody reloads any more.
    func close() {
        state.withLock { $0.isClosed = true }
        for waiting in takeAll() { waiting.resume(returning: Self.tooLate) }
    }

    private func takeAll() -> [CheckedContinuation<Answer, Never>] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    private static let tooLate = Answer.failure(Reloader.Failure(reasons: ["the sidecar stops"]))
}
