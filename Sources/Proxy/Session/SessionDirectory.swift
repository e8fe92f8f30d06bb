internal import ClusterModel
internal import NIOConcurrencyHelpers
internal import QueryRouting

/// A KILL that was allowed.
struct AllowedKill: Sendable {
    var statement: KillStatement
    /// The mysqld that allowed it, and whose connection ids it speaks of; nil if the sidecar did, of its own sessions.
    var server: ServerAddress?
}

/// What one event loop has to know of the sessions of the others: for KILL, which may come in on any of them.
final class SessionDirectory: Sendable {
    private struct State {
        /// The users of sessions that no mysqld knows, by their connection ids.
        var ownUsers: [UInt32: String] = [:]
        var loops: [@Sendable (AllowedKill) -> Void] = []
    }

    private let state = NIOLockedValueBox(State())

    /// - Parameter kill: carries a KILL out on that loop, if the session is one of its own.
    func addLoop(_ kill: @escaping @Sendable (AllowedKill) -> Void) {
        state.withLockedValue { $0.loops.append(kill) }
    }

    func enter(_ connectionID: UInt32, user: String) {
        state.withLockedValue { $0.ownUsers[connectionID] = user }
    }

    func leave(_ connectionID: UInt32) {
        state.withLockedValue { $0.ownUsers[connectionID] = nil }
    }

    /// The user of a session that this sidecar alone answers; nil if there is none.
    func ownUser(ofConnection id: UInt32) -> String? { state.withLockedValue { $0.ownUsers[id] } }

    func deliver(_ kill: AllowedKill) {
        for loop in state.withLockedValue({ $0.loops }) { loop(kill) }
    }
}
