internal import ClusterModel

/// Who leads: Raft, sections 5.2 and 5.4.1; pre-votes and voters that hold to the leader they hear: Raft thesis, section
/// 9.6, and section 4.2.3.
extension RaftNode {
    /// A learner never campaigns, nor one who has been removed, nor one whose disk has not done what it was given. Who is
    /// no voter by a change that is not committed may be the only one who has it: it campaigns for others' votes (Raft
    /// thesis, section 4.2.2).
    var canCampaign: Bool { durability.isIdle && isEligible }

    private var isEligible: Bool { configuration.isVoter(id) || log.configuration(at: log.commit).isVoter(id) }

    // MARK: Candidates

    /// Asks whether an election would be won, before the term is raised by one that would not.
    ///
    /// Refused or unheard, it asks again after a heartbeat's time: voters' holds end at different moments.
    mutating func ask(now: BootTime, using random: inout some RandomNumberGenerator) {
        guard isEligible else {
            role = .follower(leader: nil)
            return resetElectionDeadline(now: now, using: &random)
        }
        let again = now.adding(milliseconds: settings.heartbeatMilliseconds)
        guard durability.isIdle else { return role = .asking(Ballot(), again: again) }
        var ballot = Ballot()
        ballot.grant(id)
        guard !ballot.isWon(in: configuration) else { return campaign(.vote, now: now, using: &random) }
        role = .asking(ballot, again: again)
        request(.preVote, in: hardState.term.next)
    }

    mutating func campaign(_ kind: VoteKind, now: BootTime, using random: inout some RandomNumberGenerator) {
        hardState.term = hardState.term.next
        hardState.vote = id
        saveHardState()
        let retry = settings.retryMilliseconds
        let again = now.adding(milliseconds: Int.random(in: retry...max(retry, 2 * retry), using: &random))
        // Its own vote counts when it is durable, as any other.
        role = .candidate(Ballot(), ownVote: durability.pendingHardState, again: again)
        request(kind, in: hardState.term)
    }

    private mutating func request(_ kind: VoteKind, in term: Term) {
        for voter in configuration.voters where voter != id {
            durability.send(message(to: voter, term: term, .voteRequest(kind, last: log.last)), after: .hardState)
        }
    }

    mutating func ownVoteIsDurable(now: BootTime) {
        guard case .candidate(let ballot, let ownVote, _) = role, !ballot.granted.contains(id),
            durability.isDurable(ownVote)
        else { return }
        add(id, now: now)
    }

    mutating func count(
        _ kind: VoteKind,
        of voter: PeerID,
        in term: Term,
        isGranted: Bool,
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) {
        switch role {
        case .asking(var ballot, let again) where kind == .preVote && isGranted:
            guard term == hardState.term.next else { return }
            ballot.grant(voter)
            role = .asking(ballot, again: again)
            if ballot.isWon(in: configuration) { campaign(.vote, now: now, using: &random) }
        case .asking(_, let again) where !isGranted && term > hardState.term,
            .candidate(_, _, let again) where !isGranted && term > hardState.term:
            // It goes on in the voter's term, rather than wait for a whole election's time.
            follow(nil, term: term, now: now, using: &random)
            role = .asking(Ballot(), again: again)
        case .candidate where kind != .preVote && isGranted && term == hardState.term:
            add(voter, now: now)
        default:
            // The grant of a pre-vote bears the term that was asked for, which nobody is in.
            if !isGranted, term > hardState.term { follow(nil, term: term, now: now, using: &random) }
        }
    }

    private mutating func add(_ voter: PeerID, now: BootTime) {
        guard case .candidate(var ballot, let ownVote, let again) = role else { return }
        ballot.grant(voter)
        role = .candidate(ballot, ownVote: ownVote, again: again)
        if ballot.isWon(in: configuration) { begin(now: now) }
    }

    // MARK: Voters

    /// Answers each request, also those of older terms: a candidate that hears nothing would go on in a term in which
    /// nobody can win.
    mutating func vote(
        _ kind: VoteKind,
        for candidate: PeerID,
        in term: Term,
        last: EntryID,
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) {
        // The leader before gave leave for this very term: whatever lease was promised to it or before it is given up.
        let isByLeave = kind == .transfer && term > hardState.term
        guard term >= hardState.term, isByLeave || now >= holdEnd else { return refuse(kind, to: candidate) }
        let isUpToDate = last.isUpToDate(with: log.last)
        guard kind != .preVote else {
            // Nothing changes here by it, neither the term nor any timer.
            guard isUpToDate, term > hardState.term || mayVote(for: candidate) else {
                return refuse(kind, to: candidate)
            }
            let grant = message(to: candidate, term: term, .voteReply(.preVote, isGranted: true))
            return durability.send(grant, after: .hardState)
        }
        if term > hardState.term { follow(nil, term: term, now: now, using: &random) }
        guard isUpToDate, mayVote(for: candidate) else { return refuse(kind, to: candidate) }
        if hardState.vote == nil {
            hardState.vote = candidate
            saveHardState()
        }
        resetElectionDeadline(now: now, using: &random)
        send(.voteReply(kind, isGranted: true), to: candidate)
    }

    private mutating func refuse(_ kind: VoteKind, to candidate: PeerID) {
        send(.voteReply(kind, isGranted: false), to: candidate)
    }

    private func mayVote(for candidate: PeerID) -> Bool {
        hardState.vote == candidate || hardState.vote == nil && standing.leader == nil
    }

    /// Until then nobody else is helped. A leader holds to itself for as long as a majority does.
    private var holdEnd: BootTime {
        leadership.map { $0.contact.adding(milliseconds: settings.voteHoldMilliseconds) } ?? hold.end(settings)
    }
}
