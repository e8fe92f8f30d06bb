internal import Synchronization

/// How many connections each client's address has. Asked when a connection comes and goes, never in between.
final class HostCounts: Sendable {
    private let limit: Int
    private let counts = Mutex<[String: Int]>([:])

    /// - Parameter limit: 0 for none.
    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: whether there was room for one more; if so, `leave` must follow.
    func enter(_ host: String) -> Bool {
        guard limit > 0 else { return true }
        return counts.withLock { counts in
            let count = counts[host, default: 0]
            guard count < limit else { return false }
            counts[host] = count + 1
            return true
        }
    }

    func leave(_ host: String) {
        guard limit > 0 else { return }
        counts.withLock { counts in
            guard let count = counts[host] else { return }
            counts[host] = count > 1 ? count - 1 : nil
        }
    }
}
