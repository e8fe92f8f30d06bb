internal import ClusterModel
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import QueryRouting
internal import Sockets

/// A KILL that was allowed.
struct AllowedKill: Sendable {
    var statement: KillStatement
    /// The mysqld that allowed it, and whose connection ids it speaks of; nil if the sidecar did, of its own sessions.
    var server: ServerAddress?
}

/// What one event loop can know of the sessions of the others: for KILL, which may come in on any of them, and for
/// CONNECTIONS. Each loop is asked for its own sessions when somebody wants to know; in between, none is touched.
final class SessionDirectory: Sendable {
    private struct Member {
        var eventLoop: SocketLoop
        var context: NIOLoopBoundBox<LoopContext?>
    }

    private struct State {
        /// The users of sessions that no mysqld knows, by their connection ids.
        var ownUsers: [UInt32: String] = [:]
        /// How many sessions each of them has.
        var ownSessions: [String: Int] = [:]
        var members: [Member] = []
    }

    /// About when the process started.
    let startedAt = NIODeadline.now()
    private let state = NIOLockedValueBox(State())

    /// - Parameter context: of that loop; it holds nil from when the loop's sessions have ended.
    func join(_ context: NIOLoopBoundBox<LoopContext?>, on eventLoop: SocketLoop) {
        state.withLockedValue { $0.members.append(Member(eventLoop: eventLoop, context: context)) }
    }

    private var members: [Member] { state.withLockedValue { $0.members } }

    // MARK: KILL

    /// - Parameter limit: of the user's sessions; 0 for none.
    /// - Returns: false if the user has so many already.
    func enter(_ connectionID: UInt32, user: String, limit: Int) -> Bool {
        state.withLockedValue { state in
            let count = state.ownSessions[user, default: 0]
            guard limit == 0 || count < limit else { return false }
            state.ownUsers[connectionID] = user
            state.ownSessions[user] = count + 1
            return true
        }
    }

    func leave(_ connectionID: UInt32) {
        state.withLockedValue { state in
            guard let user = state.ownUsers.removeValue(forKey: connectionID) else { return }
            let count = state.ownSessions[user, default: 1] - 1
            state.ownSessions[user] = count > 0 ? count : nil
        }
    }

    /// The user of a session that this sidecar alone answers; nil if there is none.
    func ownUser(ofConnection id: UInt32) -> String? { state.withLockedValue { $0.ownUsers[id] } }

    /// Has the KILL carried out on the loop whose session it means.
    func deliver(_ kill: AllowedKill) {
        for member in members {
            member.eventLoop.execute { member.context.value?.carryOut(kill) }
        }
    }

    // MARK: CONNECTIONS

    /// All sessions by their ids. A loop that has stopped has none.
    func rows(on eventLoop: any EventLoop) -> EventLoopFuture<[ClientSessionRow]> {
        let answers = members.map { member in
            member.eventLoop.submit {
                let now = NIODeadline.now()
                return member.context.value.map { $0.sessions.values.map { $0.row(now: now) } } ?? []
            }
        }
        return EventLoopFuture.whenAllComplete(answers, on: eventLoop).map { results in
            results.flatMap { (try? $0.get()) ?? [] }
                .sorted {
                    ($0.connectionID ?? .max, $0.ageMilliseconds) < ($1.connectionID ?? .max, $1.ageMilliseconds)
                }
        }
    }
}
