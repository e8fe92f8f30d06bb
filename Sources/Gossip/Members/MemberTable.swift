internal import ClusterModel

/// The other members, in an order that does not depend on hashing, so that a run can be repeated from its seed.
struct MemberTable {
    struct Member {
        var claim: MemberClaim
        /// When a packet of its own last came in; at first, when it was first heard of.
        var lastHeard: MonotonicTime
        /// Since when `claim.liveness` holds.
        var since: MonotonicTime
        var record: VersionedRecord?
        /// Set exactly while the member is suspect.
        var suspicion: Suspicion?
        var conflictReportedAt: MonotonicTime?
    }

    private var members: [MemberID: Member] = [:]
    /// Everyone listed, in order of arrival.
    private(set) var ids: [MemberID] = []
    /// The members with a suspicion.
    private(set) var suspects: [MemberID] = []
    /// Alive and suspect ones.
    private(set) var presentCount = 0

    var count: Int { ids.count }

    subscript(id: MemberID) -> Member? { members[id] }

    /// Adds or replaces a member's state, and starts or ends its suspicion.
    mutating func set(_ claim: MemberClaim, since: MonotonicTime, heard: MonotonicTime, suspicion: Suspicion?) {
        var member =
            members[claim.id] ?? Member(claim: claim, lastHeard: heard, since: since, record: nil, suspicion: nil)
        if members[claim.id] == nil {
            ids.append(claim.id)
        } else if member.claim.liveness.isPresent {
            presentCount -= 1
        }
        if claim.liveness.isPresent { presentCount += 1 }
        if (member.suspicion == nil) != (suspicion == nil) {
            if suspicion == nil { suspects.removeAll { $0 == claim.id } } else { suspects.append(claim.id) }
        }
        if member.claim.liveness != claim.liveness { member.since = since }
        member.claim = claim
        member.suspicion = suspicion
        members[claim.id] = member
    }

    mutating func remove(_ id: MemberID) {
        guard let member = members.removeValue(forKey: id) else { return }
        ids.removeAll { $0 == id }
        suspects.removeAll { $0 == id }
        if member.claim.liveness.isPresent { presentCount -= 1 }
    }

    mutating func heard(_ id: MemberID, at now: MonotonicTime) {
        members[id]?.lastHeard = now
    }

    mutating func setRecord(_ record: VersionedRecord, of id: MemberID) {
        members[id]?.record = record
    }

    /// A dead or departed member's age counts from the earliest time that anyone tells of.
    mutating func backdate(_ id: MemberID, to since: MonotonicTime) {
        guard let member = members[id], since < member.since else { return }
        members[id]?.since = since
    }

    mutating func reportedConflict(_ id: MemberID, at now: MonotonicTime) {
        members[id]?.conflictReportedAt = now
    }

    /// - Returns: whether the accuser is new and counts.
    mutating func confirmSuspicion(of id: MemberID, by accuser: MemberID) -> Bool {
        members[id]?.suspicion?.confirm(by: accuser) ?? false
    }

    mutating func restartSuspicions(now: MonotonicTime) {
        for id in suspects { members[id]?.suspicion?.restart(now: now) }
    }

    /// Up to `count` different members that satisfy `isWanted`, each as likely as any other.
    func sample(
        _ count: Int,
        using random: inout some RandomNumberGenerator,
        where isWanted: (Member) -> Bool
    ) -> [Member] {
        guard count > 0 else { return [] }
        if ids.count > 16 * count {
            // Few of many: draw until enough are found; give up for the full pass when wanted ones are rare.
            var chosen: [Member] = []
            var seen: Set<MemberID> = []
            for _ in 0..<(8 * count) {
                guard chosen.count < count, let id = ids.randomElement(using: &random) else { break }
                guard seen.insert(id).inserted, let member = members[id], isWanted(member) else { continue }
                chosen.append(member)
            }
            if chosen.count == count { return chosen }
        }
        var candidates = ids.compactMap { members[$0] }.filter(isWanted)
        for index in candidates.indices.prefix(count) {
            candidates.swapAt(index, Int.random(in: index..<candidates.count, using: &random))
        }
        return Array(candidates.prefix(count))
    }
}
