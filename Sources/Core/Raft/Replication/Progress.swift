internal import ClusterModel

/// How far a peer's log is the leader's, and what it is being sent.
struct Progress: Sendable {
    enum Sending: Sendable {
        /// Where the logs agree is not known: one message at a time. `asked` is when the last one went out without an
        /// answer.
        case probe(asked: BootTime?)
        case replicate(InflightWindow)
        /// The peer needs what is only in the snapshot: one chunk at a time.
        case snapshot(Snapshot, received: Int, asked: BootTime?)
    }

    /// The peer has everything up to here, durably.
    private(set) var match = LogIndex.zero
    /// To be sent next.
    var next: LogIndex
    var sending = Sending.probe(asked: nil)
    /// What it had to catch up with, and since when.
    private var goal: (index: LogIndex, since: BootTime)
    private var lastCatchUpMilliseconds: Int?
    /// When it last answered a heartbeat.
    var heardAt: BootTime?

    init(next: LogIndex, now: BootTime) {
        self.next = next
        goal = (next.previous, now)
    }

    /// - Parameter last: the leader's last entry.
    /// - Returns: whether it has more than before.
    mutating func matched(_ index: LogIndex, last: LogIndex, now: BootTime) -> Bool {
        let isMore = index > match
        match = max(match, index)
        next = max(next, match.next)
        if match >= goal.index {
            lastCatchUpMilliseconds = now.milliseconds(since: goal.since)
            goal = (last, now)
        }
        return isMore
    }

    /// Whether a new voter would hold nothing up (Raft thesis, section 4.2.1): it lives, has nine tenths of the log, and had
    /// what there was at some moment within an election's time.
    func hasCaughtUp(last: LogIndex, _ settings: RaftSettings, now: BootTime) -> Bool {
        guard let heardAt, now.milliseconds(since: heardAt) <= settings.voteHoldMilliseconds,
            let lastCatchUpMilliseconds, lastCatchUpMilliseconds <= settings.voteHoldMilliseconds
        else { return false }
        return match.rawValue >= last.rawValue - last.rawValue / 10
    }

    /// What is under way may be lost: begin again behind what the peer certainly has.
    mutating func restart() {
        switch sending {
        case .probe: sending = .probe(asked: nil)
        case .replicate:
            next = match.next
            sending = .probe(asked: nil)
        case .snapshot(let snapshot, let received, _):
            sending = .snapshot(snapshot, received: received, asked: nil)
        }
    }

    /// Since when it has owed an answer to what was sent.
    var waitsSince: BootTime? {
        switch sending {
        case .probe(let asked): asked
        case .replicate(let window): window.oldest
        case .snapshot(_, _, let asked): asked
        }
    }
}
