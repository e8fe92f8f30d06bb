internal import Synchronization

/// How many connections each client's address has. Asked when a connection comes and goes, never in between.
final class HostCounts: Sendable {
    /// How a connection was let in.
    enum Place {
        case ordinary
        /// Beyond the address's limit: nobody but an operator may log in.
        case forOperators
    }

    private struct State {
        var limit: Int
        var counts: [String: Int] = [:]
        var operatorPlaces: Int
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - limit: 0 for none.
    ///   - operatorReserve: how many connections may be beyond it, of all addresses.
    init(limit: Int, operatorReserve: Int) {
        state = Mutex(State(limit: limit, operatorPlaces: operatorReserve))
    }

    /// Those that are there stay, even if they are more.
    func change(limit: Int) {
        state.withLock { $0.limit = limit }
    }

    /// - Returns: nil if there is no room for one more; otherwise `leave` must follow.
    func enter(_ host: String) -> Place? {
        state.withLock { state in
            let count = state.counts[host, default: 0]
            if state.limit == 0 || count < state.limit {
                state.counts[host] = count + 1
                return .ordinary
            }
            guard state.operatorPlaces > 0 else { return nil }
            state.operatorPlaces -= 1
            return .forOperators
        }
    }

    func leave(_ host: String, _ place: Place) {
        state.withLock { state in
            switch place {
            case .forOperators:
                state.operatorPlaces += 1
            case .ordinary:
                guard let count = state.counts[host] else { return }
                state.counts[host] = count > 1 ? count - 1 : nil
            }
        }
    }
}
