internal import ClusterModel
internal import Synchronization

/// Messages on their way to the event loop that sends them: put in by any thread, and bounded, for that loop may be late.
final class Outbox: Sendable {
    typealias Messages = [(MemberID, [UInt8])]

    private struct Contents {
        var messages: Messages = []
        var bytes = 0
    }

    /// What a message costs beside its bytes.
    static let messageBytes = 64

    private let maximumBytes: Int
    private let contents = Mutex(Contents())

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// - Returns: whether the loop is to be told that there is something, and how many were dropped.
    func put(_ messages: Messages) -> (isFirst: Bool, dropped: Int) {
        contents.withLock { contents in
            let before = contents.messages.count
            for message in messages {
                let bytes = message.1.count + Self.messageBytes
                guard contents.bytes + bytes <= maximumBytes else { continue }
                contents.bytes += bytes
                contents.messages.append(message)
            }
            let taken = contents.messages.count - before
            return (before == 0 && taken > 0, messages.count - taken)
        }
    }

    func takeAll() -> Messages {
        contents.withLock { contents in
            defer { contents = Contents() }
            return contents.messages
        }
    }
}
