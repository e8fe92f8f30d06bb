internal import ClusterModel

/// Sums over all that a member knows, so that two members that know the same find out with a few hundred bytes
/// however large the cluster is, and two that do not find out where they differ.
///
/// Each member belongs to one of 1,024 leaves by its identity; a leaf's sum is that of its members' hashes, and a
/// group's that of its 32 leaves: a Merkle tree of two levels (Merkle 1987), kept up to date with two additions per
/// change. The hashes need not withstand anybody: whoever can take part in gossip can lie in simpler ways.
struct TableDigest: Sendable {
    static let groupCount = 32
    static let leavesPerGroup = 32
    static let leafCount = groupCount * leavesPerGroup

    /// What of a member must agree. A suspicion is no difference: it ends soon in one way or the other.
    struct Entry {
        var id: MemberID
        var bootID: BootID
        var incarnation: Incarnation
        var liveness: Liveness
        var stamp: RecordStamp?

        var hash: UInt64 {
            let state = liveness == .suspect ? Liveness.alive : liveness
            var hash = TableDigest.mix(id.high, id.low)
            hash = TableDigest.mix(hash, bootID.rawValue)
            hash = TableDigest.mix(hash, incarnation.rawValue)
            hash = TableDigest.mix(hash, UInt64(state.rawValue))
            hash = TableDigest.mix(hash, stamp?.version.rawValue ?? .max)
            return TableDigest.mix(hash, stamp?.bootID.rawValue ?? 0)
        }
    }

    private var sums = [UInt64](repeating: 0, count: leafCount)

    static func leaf(of id: MemberID) -> Int {
        Int(truncatingIfNeeded: mix(id.high, id.low) >> 40) % leafCount
    }

    mutating func add(_ entry: Entry) { sums[Self.leaf(of: entry.id)] &+= entry.hash }
    mutating func remove(_ entry: Entry) { sums[Self.leaf(of: entry.id)] &-= entry.hash }

    /// The leaves' sums of one group.
    func leaves(ofGroup group: Int) -> [UInt64] {
        Array(sums[(group * Self.leavesPerGroup)..<((group + 1) * Self.leavesPerGroup)])
    }

    var groups: [UInt64] {
        (0..<Self.groupCount).map { leaves(ofGroup: $0).reduce(0, &+) }
    }

    /// Two rounds of a multiply and shift mixer (Stafford's variant 13 of MurmurHash3's finaliser).
    private static func mix(_ state: UInt64, _ value: UInt64) -> UInt64 {
        var mixed = state &* 0x9e37_79b9_7f4a_7c15 &+ value
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
