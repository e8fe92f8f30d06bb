internal import ClusterModel
internal import Raft

/// What a leader has put into its log, for whom.
struct WorkUnderWay: Sendable {
    struct Work: Sendable {
        /// It names the primary.
        var names = false
        /// Nil for what the leader does by itself.
        var origin: Participation.Origin?
        var request: QuorumRequest?
        /// So often it has been tried: others were faster.
        var tries = 1
    }

    /// A primary is being named.
    private(set) var isNaming = false
    private var asked: [RequestID: Work] = [:]
    private var accepted: [LogIndex: (id: EntryID, work: Work)] = [:]
    private var last: UInt64 = 0

    /// More than that is refused.
    static let maximum = 50_000

    var isFull: Bool { asked.count + accepted.count >= Self.maximum }

    mutating func begin(_ work: Work) -> RequestID {
        last += 1
        let id = RequestID(rawValue: last)
        asked[id] = work
        if work.names { isNaming = true }
        return id
    }

    mutating func accepted(_ request: RequestID, _ entry: EntryID) {
        guard let work = asked.removeValue(forKey: request) else { return }
        accepted[entry.index] = (entry, work)
    }

    mutating func refused(_ request: RequestID) -> Work? {
        let work = asked.removeValue(forKey: request)
        if work?.names == true { isNaming = false }
        return work
    }

    /// - Returns: the work that the entry was made for; nil where it was another entry's place.
    mutating func applied(_ entry: LogEntry) -> Work? {
        guard let known = accepted.removeValue(forKey: entry.index), known.id == entry.id else { return nil }
        if known.work.names { isNaming = false }
        return known.work
    }

    /// This member does not lead any more: what becomes of it, the next leader knows.
    mutating func giveUp() -> [Work] {
        defer {
            asked = [:]
            accepted = [:]
            isNaming = false
        }
        return asked.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value)
            + accepted.sorted { $0.key < $1.key }.map(\.value.work)
    }
}
