internal import ClusterModel
internal import Raft

/// Who should be in the quorum, and as what: one change after another, until nothing is to be changed.
struct MembershipPolicy {
    let configuration: Configuration
    let members: [MemberID: QuorumMember]
    /// Since when each that is dead, has left, or cannot take part is so.
    let absentSince: [MemberID: BootTime]
    let hasCaughtUp: (PeerID) -> Bool
    /// Just now.
    let hasAnswered: (PeerID) -> Bool
    /// This peer, which leads.
    let own: PeerID
    let primary: MemberID?
    let settings: QuorumSettings
    let now: BootTime

    /// - Returns: nil if all is as it should be, or nothing can be done about it now.
    var nextChange: MembershipChange? {
        let change =
            removalOfLostStore ?? replacementOfDeadVoter ?? promotion ?? demotion ?? admission ?? removalOfForgotten
        // What those who are left cannot agree on could never be taken back.
        guard let change, let changed = try? configuration.changed(by: change),
            changed.voters.count(where: hasAnswered) >= changed.majority
        else { return nil }
        return change
    }

    private var voters: [PeerID] { configuration.voters }

    private func member(of peer: PeerID) -> QuorumMember? {
        configuration.peers[peer].flatMap { members[$0.member] }
    }

    private func isAlive(_ peer: PeerID) -> Bool { peer == own || member(of: peer)?.isAlive == true }

    private func hasLongBeenAbsent(_ peer: PeerID) -> Bool {
        guard let member = configuration.peers[peer]?.member, let since = absentSince[member] else { return false }
        return now.milliseconds(since: since) >= settings.replaceAfterMilliseconds
    }

    /// The member is here with another store: the peer will never be heard of again.
    private var removalOfLostStore: MembershipChange? {
        configuration.peers.keys.sorted().first { peer in
            guard peer != own, let fresh = member(of: peer)?.freshPeer else { return false }
            // A learner's store stays empty until it is told that it is one.
            return fresh != peer
        }.map { .remove($0) }
    }

    /// Learners that could vote now.
    private var candidates: [(peer: PeerID, member: QuorumMember)] {
        configuration.peers.compactMap { peer, known in
            guard known.part == .learner, isAlive(peer), hasCaughtUp(peer), let member = members[known.member] else {
                return nil
            }
            return (peer, member)
        }
    }

    private var replacementOfDeadVoter: MembershipChange? {
        guard !candidates.isEmpty else { return nil }
        return voters.first { $0 != own && hasLongBeenAbsent($0) && !hasAnswered($0) }.map { .demote($0) }
    }

    private func peer(of member: MemberID) -> PeerID? {
        configuration.peers.first { $0.value.member == member }?.key
    }

    /// An even number of voters survives no more than one less does, so there is one only on the way to the next odd one, or
    /// where the primary would have no vote: whoever is in office has to be able to lead.
    private var promotion: MembershipChange? {
        let candidates = candidates
        if let primary, let candidate = candidates.first(where: { $0.member.id == primary }) {
            return .promote(candidate.peer)
        }
        let reachable = min(settings.voters, voters.count + candidates.count)
        let wanted = reachable.isMultiple(of: 2) ? reachable - 1 : reachable
        guard voters.count < wanted else { return nil }
        let present = voters.compactMap(member(of:))
        return VoterChoice.best(of: candidates.map(\.member), besides: present).flatMap { peer(of: $0.id) }
            .map { .promote($0) }
    }

    private var demotion: MembershipChange? {
        guard voters.count > settings.voters else { return nil }
        // Those whom gossip does not know any more first.
        let others = voters.filter { $0 != own && configuration.peers[$0]?.member != primary }
        if let unknown = others.first(where: { member(of: $0) == nil }) { return .demote(unknown) }
        return VoterChoice.worst(of: others.compactMap(member(of:))).flatMap { peer(of: $0.id) }.map { .demote($0) }
    }

    /// One at a time, in the order of the members.
    private var admission: MembershipChange? {
        for (id, member) in members.sorted(by: { $0.key < $1.key }) {
            guard let fresh = member.freshPeer, configuration.peers[fresh] == nil, peer(of: id) == nil else { continue }
            guard configuration.peers.count < Configuration.maximumPeers else { return nil }
            return .addLearner(fresh, id)
        }
        return nil
    }

    private var removalOfForgotten: MembershipChange? {
        configuration.peers.sorted { $0.key < $1.key }.first { peer, known in
            known.part == .learner && members[known.member] == nil && hasLongBeenAbsent(peer)
        }.map { .remove($0.key) }
    }
}
