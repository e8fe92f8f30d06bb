internal import ClusterModel

/// What holds of earlier looks when a later one does not show all.
struct ProbeMemory {
    private let graceMilliseconds: Int
    /// The last look that was let in.
    private var last: (seen: ServerObservation, at: MonotonicTime)?
    /// The last look that was shown the replication.
    private var lastReplication: (links: [ReplicationLink], at: MonotonicTime)?

    init(graceMilliseconds: Int) {
        self.graceMilliseconds = graceMilliseconds
    }

    /// What a look that has shown something says of the server.
    mutating func condition(after seen: ServerObservation, at now: MonotonicTime) -> ServerCondition {
        var seen = seen
        if seen.isReplicationKnown {
            lastReplication = (seen.replication, now)
        } else if let lastReplication, isYoung(lastReplication.at, now) {
            seen.replication = lastReplication.links.map(\.withoutFigures)
            seen.isReplicationKnown = true
        }
        last = (seen, now)
        return .up(seen)
    }

    /// What a look that has shown nothing says of the server.
    func condition(after failure: ProbeFailure, at now: MonotonicTime) -> ServerCondition {
        guard failure.saysNothingOfServer else { return .down(reason: "\(failure)", last: last?.seen) }
        return .unseen(reason: "\(failure)", last: last?.seen, holds: last.map { isYoung($0.at, now) } ?? false)
    }

    private func isYoung(_ time: MonotonicTime, _ now: MonotonicTime) -> Bool {
        now.milliseconds(since: time) < graceMilliseconds
    }
}

extension ReplicationLink {
    /// Where it leads to, and whether it ran; not how far it is.
    fileprivate var withoutFigures: ReplicationLink {
        var link = self
        link.lagMilliseconds = nil
        return link
    }
}
