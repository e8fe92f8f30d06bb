internal import MySQLWire
internal import Sockets
internal import Synchronization

/// How much the answers of the sidecar's own take that clients have not read yet, over all sessions of the process.
final class KeptAnswers: Sendable {
    /// In bytes. One answer is a quarter of it at most.
    static let limit = 64 << 20
    /// Less than this is what every session may have waiting anyway.
    static let smallest = 128 * 1024

    private let bytes = Atomic<Int>(0)

    /// Whether there is room for another one of that size.
    func hasRoom(for count: Int) -> Bool {
        count <= Self.smallest || bytes.load(ordering: .relaxed) + count <= Self.limit
    }

    func add(_ count: Int) {
        bytes.wrappingAdd(count, ordering: .relaxed)
    }

    static let full = SQLError(
        errno: 1041,
        sqlState: "HY000",
        message: "Out of memory: clients have not read \(limit >> 20) MiB of answers of cluster_schema yet"
    )
}

extension ProxySession {
    /// Counts what the client has not read of an answer; nothing in the usual case, that it has all been sent.
    func noteKeptAnswer() {
        let bytes = isClientWritable ? 0 : client?.waitingBytes ?? 0
        guard bytes != keptAnswerBytes else { return }
        shared.keptAnswers.add(bytes - keptAnswerBytes)
        keptAnswerBytes = bytes
    }
}
