package import ClusterModel
package import Raft

/// What a member shows of its quorum.
package struct QuorumStatus: Equatable, Sendable {
    package struct Voter: Equatable, Sendable {
        package enum Role: Equatable, Sendable {
            case leader
            case follower
            case candidate
            case learner
        }

        package var member: MemberID
        package var role: Role
        /// As it last said.
        package var term: Term
        package var commit: LogIndex
        /// The last entry that it is known to hold; nil where this member does not lead.
        package var match: LogIndex?
        /// When this member last heard of it; nil if it never did.
        package var heardAt: BootTime?
    }

    package enum Part: Equatable, Sendable {
        /// So many members more have to be there for a quorum to be founded.
        case waitsForMembers(missing: Int)
        /// The member has a quorum, which is to take this one in.
        case waitsForAdmission(by: MemberID)
        /// The member wants another number of voters, so that nobody founds anything.
        case disagreesOnVoters(MemberID)
        /// The others have been asked.
        case founding
        case takesPart
        case out(Outage)
    }

    package var part: Part
    package var quorum: QuorumID?
    package var term: Term
    package var commit: LogIndex
    package var leader: MemberID?
    /// Somebody leads whom a majority follows, as far as this member can know.
    package var hasQuorum: Bool
    /// In the order of the members; learners among them.
    package var voters: [Voter]
    package var voterCount: Int
    package var primary: Decisions.Primary?
    /// Members that belong to another quorum.
    package var foreign: [MemberID]

    /// Whether more than figures differs.
    package func isNews(after other: Self?) -> Bool { withoutFigures != other?.withoutFigures }

    private var withoutFigures: Self {
        var rest = self
        rest.term = .zero
        rest.commit = .zero
        for place in rest.voters.indices {
            rest.voters[place].term = .zero
            rest.voters[place].commit = .zero
            rest.voters[place].match = nil
            rest.voters[place].heardAt = nil
        }
        return rest
    }
}

extension QuorumNode {
    package func status(now: BootTime) -> QuorumStatus {
        let standing = participation?.raft.standing
        return QuorumStatus(
            part: part,
            quorum: participation?.membership.quorum,
            term: standing?.term ?? .zero,
            commit: participation?.raft.commitIndex ?? .zero,
            leader: outage == nil ? participation?.leader : nil,
            hasQuorum: outage == nil && participation?.hasQuorum(now: now) ?? false,
            voters: participation?.voters(around) ?? [],
            voterCount: participation?.raft.configuration.voters.count ?? 0,
            primary: participation?.decisions.primary,
            foreign: participation?.peers.foreign.sorted() ?? []
        )
    }

    private var part: QuorumStatus.Part {
        if let outage { return .out(outage) }
        guard let founding else { return .takesPart }
        guard founding.promise == nil else { return .founding }
        switch founding.outlook(around.members.values.sorted { $0.id < $1.id }) {
        case .offers: return .founding
        case .tooFew(let missing): return .waitsForMembers(missing: missing)
        case .exists(let member): return .waitsForAdmission(by: member)
        case .disagrees(let member): return .disagreesOnVoters(member)
        }
    }

    /// What this member says of itself by gossip.
    package func words(campaigns: Bool, isFenced: Bool) -> QuorumWords {
        let stage: QuorumWords.Stage =
            switch (outage, participation?.membership.quorum) {
            case (.removed, let quorum?): .removed(quorum)
            case (.some, _): .failed
            case (nil, let quorum?): .belongs(quorum)
            case (nil, nil): .fresh
            }
        return QuorumWords(
            peer: participation?.membership.peer ?? founding?.peer ?? PeerID(high: 0, low: 0),
            stage: stage,
            voters: around.settings.voters,
            campaigns: campaigns,
            isFenced: isFenced,
            primary: participation?.decisions.primary
        )
    }

    /// What this member's server may be written to by; it may have ended already: the clock decides.
    package var right: PrimaryRight? {
        guard outage == nil, let participation, let tenure = participation.raft.tenure,
            let primary = participation.decisions.primary, primary.member == around.own
        else { return nil }
        return PrimaryRight(epoch: primary.epoch, term: tenure.term, ends: tenure.ends)
    }

    /// What the quorum has decided, as far as this member knows.
    package var decisions: Decisions? { participation?.decisions }
}

extension Participation {
    fileprivate func hasQuorum(now: BootTime) -> Bool {
        if raft.standing.role == .leader, let tenure = raft.tenure { return now < tenure.ends }
        return ledUntil.map { now < $0 } ?? false
    }

    fileprivate func voters(_ around: Surroundings) -> [QuorumStatus.Voter] {
        let matches = raft.matches
        let isLeading = raft.standing.role == .leader
        return raft.configuration.peers.map { peer, known in
            let heard = peers.known[known.member].flatMap { $0.pulse.peer == peer ? $0 : nil }
            let isOwn = peer == membership.peer
            let isCandidate = isOwn ? raft.standing.role == .candidate : heard?.pulse.isCandidate ?? false
            let role: QuorumStatus.Voter.Role =
                if known.part == .learner { .learner } else if raft.standing.leader == peer { .leader } else {
                    isCandidate ? .candidate : .follower
                }
            return QuorumStatus.Voter(
                member: known.member,
                role: role,
                term: isOwn ? raft.standing.term : heard?.pulse.term ?? .zero,
                commit: isOwn ? raft.commitIndex : heard?.pulse.commit ?? .zero,
                match: isLeading ? (isOwn ? raft.lastEntry.index : matches[peer]) : nil,
                heardAt: isOwn ? around.now : heard?.heardAt
            )
        }.sorted { $0.member < $1.member }
    }
}
