internal import ClusterModel

/// Messages with entries that a peer has not answered.
struct InflightWindow: Sendable {
    private var messages: [(through: LogIndex, bytes: Int, at: BootTime)] = []

    var isEmpty: Bool { messages.isEmpty }

    /// When the oldest was sent.
    var oldest: BootTime? { messages.first?.at }

    func isFull(_ settings: RaftSettings) -> Bool {
        messages.count >= settings.maximumInflightMessages
            || messages.reduce(0) { $0 + $1.bytes } >= settings.maximumInflightBytes
    }

    mutating func add(through index: LogIndex, bytes: Int, now: BootTime) {
        messages.append((index, bytes, now))
    }

    mutating func remove(through index: LogIndex) {
        messages.removeAll { $0.through <= index }
    }
}
