internal import Synchronization

/// How many connections each client's address has. Asked when a connection comes and goes, never in between.
final class HostCounts: Sendable {
    private struct State {
        var limit: Int
        var counts: [String: Int] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter limit: 0 for none.
    init(limit: Int) {
        state = Mutex(State(limit: limit))
    }

    /// Those that are there stay, even if they are more.
    func change(limit: Int) {
        state.withLock { $0.limit = limit }
    }

    /// - Returns: whether there was room for one more; if so, `leave` must follow.
    func enter(_ host: String) -> Bool {
        state.withLock { state in
            let count = state.counts[host, default: 0]
            guard state.limit == 0 || count < state.limit else { return false }
            state.counts[host] = count + 1
            return true
        }
    }

    func leave(_ host: String) {
        state.withLock { state in
            guard let count = state.counts[host] else { return }
            state.counts[host] = count > 1 ? count - 1 : nil
        }
    }
}
