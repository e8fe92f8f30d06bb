internal import ClusterModel

/// The records that this member knows to be newer elsewhere, or does not have at all, and will ask for over a stream.
///
/// Fetches of one member's record keep a distance in time, and only a few are under way at once, so that neither a
/// busy owner nor a liar costs more than that.
struct RecordFetches {
    struct Want {
        /// Who is asked; the owner if nil or gone.
        var source: MemberID?
        var urgency: Urgency
        var dueAt: MonotonicTime
        var attempts: Int
        var stream: StreamID?
    }

    /// After so many attempts the periodic exchange must do.
    private static let maximumAttempts = 4
    private var wants: [MemberID: Want] = [:]
    /// The owners, in order of arrival.
    private var order: [MemberID] = []
    private var lastStarted: [MemberID: MonotonicTime] = [:]

    private(set) var underWay = 0
    var count: Int { wants.count }

    func want(_ owner: MemberID) -> Want? { wants[owner] }

    /// Notes that `owner`'s record is wanted.
    mutating func add(_ owner: MemberID, from source: MemberID?, urgency: Urgency, dueAt: MonotonicTime) {
        guard var want = wants[owner] else {
            wants[owner] = Want(source: source, urgency: urgency, dueAt: dueAt, attempts: 0, stream: nil)
            order.append(owner)
            return
        }
        if urgency == .urgent { want.urgency = .urgent }
        if want.stream == nil {
            want.source = source ?? want.source
            want.dueAt = min(want.dueAt, dueAt)
        }
        wants[owner] = want
    }

    /// The record has come, by whatever way, or its owner is gone.
    mutating func remove(_ owner: MemberID) {
        guard let want = wants.removeValue(forKey: owner) else { return }
        if want.stream != nil { underWay -= 1 }
        order.removeAll { $0 == owner }
    }

    /// Forgets a member altogether.
    mutating func forget(_ owner: MemberID) {
        remove(owner)
        lastStarted[owner] = nil
    }

    /// The next owner whose record can be asked for now.
    func due(now: MonotonicTime, settings: GossipSettings) -> MemberID? {
        guard underWay < settings.maximumConcurrentFetches else { return nil }
        return order.first { start(of: $0, settings: settings).map { $0 <= now } ?? false }
    }

    /// When `due` may next have something.
    func nextDue(settings: GossipSettings) -> MonotonicTime? {
        guard underWay < settings.maximumConcurrentFetches else { return nil }
        return order.lazy.compactMap { start(of: $0, settings: settings) }.min()
    }

    private func start(of owner: MemberID, settings: GossipSettings) -> MonotonicTime? {
        guard let want = wants[owner], want.stream == nil else { return nil }
        guard let last = lastStarted[owner] else { return want.dueAt }
        return max(want.dueAt, last.adding(milliseconds: settings.recordFetchIntervalMilliseconds))
    }

    mutating func started(_ owner: MemberID, stream: StreamID, now: MonotonicTime) {
        guard wants[owner] != nil else { return }
        wants[owner]?.stream = stream
        wants[owner]?.attempts += 1
        lastStarted[owner] = now
        underWay += 1
    }

    /// The stream has ended. If it did not bring the record, the owner itself is asked a little later, and in the end
    /// nobody.
    mutating func ended(_ owner: MemberID, stream: StreamID, now: MonotonicTime, settings: GossipSettings) {
        guard var want = wants[owner], want.stream == stream else { return }
        underWay -= 1
        want.stream = nil
        want.source = nil
        want.dueAt = now.adding(milliseconds: settings.recordFetchIntervalMilliseconds * (1 << want.attempts))
        wants[owner] = want
        if want.attempts >= Self.maximumAttempts { remove(owner) }
    }
}
