internal import ClusterModel

/// Who makes the better voter: one in a zone that has none yet, then by the promotion rule, a database before a witness, and
/// so that all choose alike, by identity.
enum VoterChoice {
    /// - Returns: nil if there are no candidates.
    static func best(of candidates: [QuorumMember], besides voters: [QuorumMember]) -> QuorumMember? {
        let zones = Set(voters.map(\.zone))
        return candidates.min { rank($0, zones) < rank($1, zones) }
    }

    /// - Returns: nil if there are not so many.
    static func best(_ count: Int, of candidates: [QuorumMember]) -> [QuorumMember]? {
        var chosen: [QuorumMember] = []
        while chosen.count < count {
            let rest = candidates.filter { candidate in !chosen.contains { $0.id == candidate.id } }
            guard let next = best(of: rest, besides: chosen) else { return nil }
            chosen.append(next)
        }
        return chosen
    }

    /// Whom the others can best do without.
    static func worst(of voters: [QuorumMember]) -> QuorumMember? {
        voters.max { left, right in
            rank(left, Set(voters.filter { $0.id != left.id }.map(\.zone)))
                < rank(right, Set(voters.filter { $0.id != right.id }.map(\.zone)))
        }
    }

    /// How far behind others it should stand back from leading.
    static func willingness(_ promotion: PromotionRule) -> Int {
        switch promotion {
        case .prefer: 0
        case .neutral: 1
        case .preferNot: 2
        case .mustNot: 3
        }
    }

    private struct Rank: Comparable {
        var isDead: Bool
        var sharesZone: Bool
        var willingness: Int
        var isWitness: Bool
        var id: MemberID

        static func < (left: Self, right: Self) -> Bool {
            if left.isDead != right.isDead { return right.isDead }
            if left.sharesZone != right.sharesZone { return right.sharesZone }
            if left.willingness != right.willingness { return left.willingness < right.willingness }
            if left.isWitness != right.isWitness { return right.isWitness }
            return left.id < right.id
        }
    }

    private static func rank(_ member: QuorumMember, _ zones: Set<String>) -> Rank {
        Rank(
            isDead: !member.isThere,
            sharesZone: zones.contains(member.zone),
            willingness: willingness(member.promotion),
            isWitness: member.isWitness,
            id: member.id
        )
    }
}
