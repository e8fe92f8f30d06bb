internal import NIOConcurrencyHelpers
internal import NIOCore
internal import QueryRouting

/// The client sessions of all event loops. Each loop is asked for its own when somebody wants to know; in between, no
/// session is touched.
final class SessionDirectory: Sendable {
    private struct Member {
        var eventLoop: any EventLoop
        var context: NIOLoopBoundBox<LoopContext?>
    }

    /// About when the process started.
    let startedAt = NIODeadline.now()
    private let members = NIOLockedValueBox<[Member]>([])

    func join(_ context: NIOLoopBoundBox<LoopContext?>, on eventLoop: any EventLoop) {
        members.withLockedValue { $0.append(Member(eventLoop: eventLoop, context: context)) }
    }

    /// All sessions by their ids. A loop that has stopped has none.
    func rows(on eventLoop: any EventLoop) -> EventLoopFuture<[ClientSessionRow]> {
        let answers = members.withLockedValue { $0 }.map { member in
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
