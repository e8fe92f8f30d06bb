internal import ClusterModel
internal import MySQLSession
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import QueryRouting
internal import Sockets

/// A KILL that was allowed.
struct AllowedKill: Sendable {
    var scope: KillStatement.Scope
    /// As the server knows the connection.
    var connectionID: UInt32
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

    /// What a client knows by its connection id.
    enum Session: Hashable, Sendable {
        /// One that the sidecar alone answers.
        case own(user: String)
        /// A connection to a server, under the id that it has there.
        case server(ServerAddress, id: UInt32)
    }

    private struct State {
        var sessions: [UInt32: Session] = [:]
        /// How many sessions each account of the sidecar has.
        var ownSessions: [String: Int] = [:]
        var members: [Member] = []
        var lastID = UInt32.random(in: SessionDirectory.ids)

        mutating func leave(_ connectionID: UInt32) {
            guard case .own(let user)? = sessions.removeValue(forKey: connectionID) else { return }
            let count = ownSessions[user, default: 1] - 1
            ownSessions[user] = count > 0 ? count : nil
        }
    }

    /// The ids that clients are greeted with: far above those of most servers, positive to drivers that read them as
    /// signed, and begun at random, so that ids of another sidecar or of an earlier run mean nobody.
    private static let ids: ClosedRange<UInt32> = 0x4000_0000...0x7fff_ffff

    /// About when the process started.
    let startedAt = NIODeadline.now()
    private let state = NIOLockedValueBox(State())

    /// - Parameter context: of that loop; it holds nil from when the loop's sessions have ended.
    func join(_ context: NIOLoopBoundBox<LoopContext?>, on eventLoop: SocketLoop) {
        state.withLockedValue { $0.members.append(Member(eventLoop: eventLoop, context: context)) }
    }

    private var members: [Member] { state.withLockedValue { $0.members } }

    // MARK: KILL

    /// An id that no open session has.
    func nextConnectionID() -> UInt32 {
        state.withLockedValue { state in
            repeat {
                state.lastID = state.lastID < Self.ids.upperBound ? state.lastID + 1 : Self.ids.lowerBound
            } while state.sessions[state.lastID] != nil
            return state.lastID
        }
    }

    /// The session under this id is another from here on.
    ///
    /// - Parameter limit: of the user's sessions; 0 for none.
    /// - Returns: false if the user has so many already.
    func enter(_ connectionID: UInt32, _ session: Session, limit: Int = 0) -> Bool {
        state.withLockedValue { state in
            state.leave(connectionID)
            if case .own(let user) = session {
                let count = state.ownSessions[user, default: 0]
                guard limit == 0 || count < limit else { return false }
                state.ownSessions[user] = count + 1
            }
            state.sessions[connectionID] = session
            return true
        }
    }

    func leave(_ connectionID: UInt32) {
        state.withLockedValue { $0.leave(connectionID) }
    }

    /// Who is meant by the id that a client was greeted with.
    ///
    /// - Parameter address: of the server behind the session that asks.
    func identity(of connectionID: UInt32, at address: ServerAddress?) -> Conversation.Identity {
        switch state.withLockedValue({ $0.sessions[connectionID] }) {
        case nil: .unknown
        case .server(address, let id)?: .server(id)
        case .server?: .elsewhere
        case .own(let user)?: .own(user: user)
        }
    }

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
