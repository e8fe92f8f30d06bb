/// How far each member is behind the head of its chain: a replica of a replica is behind as far as either of them.
///
/// The lag that a server tells is that behind its own source. The times in the events of a chain are the head's, so that
/// the greatest lag on the way counts, not the sum. The chain ends at the primary, at a server that replicates from nobody,
/// and at one that is no member or was never seen.
struct ReplicationDelays {
    enum Delay: Hashable {
        case milliseconds(Int)
        /// The server does not say, or one on the way is not seen.
        case unknown
        /// Replication of that member is not running.
        case stopped(at: Int)
    }

    /// In the order of the members; nil for one that is not a replica, or not seen.
    private(set) var values: [Delay?]

    /// - Parameters:
    ///   - isSeen: whether the member's record tells of now.
    ///   - primary: its position.
    init(_ records: [MemberRecord], isSeen: [Bool], _ graph: ReplicationGraph, primary: Int?) {
        let own = records.indices.map { position -> Delay? in
            let seen = records[position].server.observation
            guard isSeen[position], seen?.isReplicationKnown != false else {
                return seen.map { $0.replication.isEmpty && $0.isReplicationKnown } ?? true ? nil : .unknown
            }
            return graph.edges[position].reduce(nil as Delay?) { worst, edge in
                let delay: Delay =
                    !edge.link.isRunning
                    ? .stopped(at: position) : edge.link.lagMilliseconds.map { .milliseconds($0) } ?? .unknown
                return Self.worse(worst, delay)
            }
        }
        values = own
        // Each round carries the lag one member further down.
        for _ in 0..<Self.greatestDepth {
            var next = values
            for position in records.indices where isSeen[position] && position != primary {
                for source in graph.edges[position].compactMap(\.source) where source != primary {
                    next[position] = Self.worse(next[position], values[source])
                }
            }
            if next == values { break }
            values = next
        }
    }

    private static let greatestDepth = 64

    private static func worse(_ left: Delay?, _ right: Delay?) -> Delay? {
        switch (left, right) {
        case (nil, let other), (let other, nil): other
        case (.stopped, _): left
        case (_, .stopped): right
        case (.unknown, _), (_, .unknown): .unknown
        case (.milliseconds(let one)?, .milliseconds(let other)?): .milliseconds(max(one, other))
        }
    }
}
