internal import ClusterModel
internal import Raft

/// What each member has said of its peer, and when it was last heard.
struct KnownPeers: Sendable {
    struct Known: Sendable {
        var pulse: Pulse
        var heardAt: BootTime
        /// Its store is an old copy: what it promised since is forgotten, so nothing of it counts.
        var isStale = false
    }

    private(set) var known: [MemberID: Known] = [:]
    /// The greatest number of writes that the peer's store has told of, and in which life.
    private var generations: [PeerID: (generation: UInt64, life: UInt64)] = [:]

    /// Members that belong to another quorum.
    private(set) var foreign: Set<MemberID> = []

    /// More peers than a configuration has, for those that come and go.
    private static let maximum = 1_000

    func member(of peer: PeerID) -> MemberID? { known.first { $0.value.pulse.peer == peer }?.key }

    /// - Returns: the number of writes that an old copy's store has had, if this is one.
    mutating func hear(_ pulse: Pulse, from member: MemberID, now: BootTime) -> UInt64? {
        let before = generations[pulse.peer]
        // Within one life a number that falls was late on its way.
        let stale = before.flatMap { $0.life != pulse.life && $0.generation > pulse.generation ? $0.generation : nil }
        if stale == nil {
            if generations.count >= Self.maximum, before == nil { generations = [:] }
            generations[pulse.peer] = (max(pulse.generation, before?.generation ?? 0), pulse.life)
        }
        if known.count < Self.maximum || known[member] != nil {
            foreign.remove(member)
            known[member] = Known(pulse: pulse, heardAt: now, isStale: stale != nil)
        }
        return stale
    }

    mutating func hear(from member: MemberID, now: BootTime) { known[member]?.heardAt = now }

    /// - Returns: whether it was not known that the member belongs to another quorum.
    mutating func noteForeign(_ member: MemberID) -> Bool {
        known[member] = nil
        return foreign.count < Self.maximum && foreign.insert(member).inserted
    }

    /// Whether messages of the peer's log may come from the member.
    func speaks(_ member: MemberID, for peer: PeerID) -> Bool {
        guard let known = known[member] else { return false }
        return known.pulse.peer == peer && !known.isStale
    }
}
