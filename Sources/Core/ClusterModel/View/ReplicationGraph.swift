/// Who replicates from whom, as positions among the members.
struct ReplicationGraph {
    struct Edge {
        var link: ReplicationLink
        /// Nil if the source is no member.
        var source: Int?
    }

    /// For each member, its links as far as its role is read from them.
    let edges: [[Edge]]

    init(_ records: [MemberRecord]) {
        let index = SourceIndex(records)
        edges = records.map { record in
            (record.server.roleBasis?.replication ?? []).map { Edge(link: $0, source: index.source(of: $0)) }
        }
    }

    /// Whose transactions come to a member, directly or through others, by links that nobody has stopped; the member
    /// itself if it is in a ring.
    ///
    /// - Returns: nil if there are more than could be a ring that somebody built.
    func upstream(of member: Int) -> Set<Int>? {
        var found: Set<Int> = []
        var next = sources(of: member)
        while let position = next.popLast() {
            guard found.insert(position).inserted else { continue }
            guard found.count <= Self.greatestUpstream else { return nil }
            next += sources(of: position)
        }
        return found
    }

    private func sources(of member: Int) -> [Int] {
        edges[member].compactMap { $0.link.isStopped ? nil : $0.source }
    }

    private static let greatestUpstream = 64
}
