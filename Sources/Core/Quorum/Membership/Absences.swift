internal import ClusterModel

/// Since when members are not there, or cannot take part.
struct Absences: Sendable {
    private(set) var since: [MemberID: BootTime] = [:]

    /// - Parameter peers: who takes part in the quorum; those of whom gossip knows nothing are absent, too.
    mutating func note(_ members: [MemberID: QuorumMember], peers: some Sequence<MemberID>, now: BootTime) {
        var absent: [MemberID: BootTime] = [:]
        for id in Set(peers).union(members.keys) where members[id]?.isThere != true {
            absent[id] = since[id] ?? now
        }
        since = absent
    }
}
