internal import Sockets
internal import Synchronization

/// How much the answers of the sidecar's own take that clients have not read yet, over all sessions of the process.
final class KeptAnswers: Sendable {
    /// In bytes. One answer is a quarter of it at most.
    static let limit = 64 << 20
    /// Less than this is what every session may have waiting anyway.
    static let smallest = 128 * 1024

    private let bytes = Atomic<Int>(0)

    /// How long another one may be, in bytes.
    var room: Int { max(Self.smallest, Self.limit - bytes.load(ordering: .relaxed)) }

    func add(_ count: Int) {
        bytes.wrappingAdd(count, ordering: .relaxed)
    }
}

extension ProxySession {
    /// Counts what the client has not read of an answer; nothing in the usual case, that it has all been sent.
    func noteKeptAnswer() {
        let bytes = client.isWritable ? 0 : client.connection?.waitingBytes ?? 0
        guard bytes != client.keptAnswerBytes else { return }
        shared.keptAnswers.add(bytes - client.keptAnswerBytes)
        client.keptAnswerBytes = bytes
    }
}
