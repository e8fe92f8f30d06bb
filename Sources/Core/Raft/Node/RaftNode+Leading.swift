internal import ClusterModel

/// A leader: Raft, sections 5.3 and 5.4.2; its lease: Raft thesis, section 6.4.1, and `HeartbeatRounds`.
extension RaftNode {
    var hasCommittedInTerm: Bool { leadership.map { log.commit >= $0.firstIndex } ?? false }

    mutating func begin(now: BootTime) {
        let next = log.last.index.next
        let others = configuration.peers.keys.filter { $0 != id }
        role = .leader(
            Leadership(
                since: now,
                firstIndex: next,
                progress: Dictionary(uniqueKeysWithValues: others.map { ($0, Progress(next: next, now: now)) }),
                nextBeat: now
            )
        )
        _ = append(.leadershipBegins)
        replicateToAll(now: now)
        beat(now: now)
    }

    /// Refuses what waits.
    mutating func endLeadership(_ handoverEnd: TransferEnd = .abandoned) {
        guard let leadership else { return }
        for read in leadership.reads { actions.append(.refused(read.request, .notLeader)) }
        if leadership.handover != nil { actions.append(.transferEnded(handoverEnd)) }
        role = .follower(leader: nil)
    }

    private mutating func stepDown(now: BootTime, using random: inout some RandomNumberGenerator) {
        endLeadership()
        resetElectionDeadline(now: now, using: &random)
    }

    // MARK: Time

    /// What a leader looks at: whether a majority is with it, whether its disk is, its handover, its heartbeats.
    mutating func lead(now: BootTime, using random: inout some RandomNumberGenerator) {
        guard let leadership else { return }
        guard now < contactEnds, now < diskEnds else { return stepDown(now: now, using: &random) }
        if now >= leadership.handoverEnds {
            self.leadership?.handover = nil
            self.leadership?.handoverEnds = .distantFuture
            actions.append(.transferEnded(.abandoned))
        }
        if now >= nextTrial { durability.writeTrial() }
        if now >= leadership.nextBeat { beat(now: now) }
    }

    func nextTimer(of leadership: Leadership) -> BootTime {
        min(contactEnds, diskEnds, nextTrial, leadership.handoverEnds, leadership.nextBeat)
    }

    /// Without a majority for so long it steps down: others may have elected another (Raft thesis, section 6.2).
    private var contactEnds: BootTime {
        (leadership?.contact ?? .distantFuture).adding(milliseconds: settings.voteHoldMilliseconds)
    }

    /// A leader whose disk stalls would go on beating for ever, and commit nothing.
    private var diskEnds: BootTime {
        durability.waitsSince?.adding(milliseconds: settings.voteHoldMilliseconds) ?? .distantFuture
    }

    private var nextTrial: BootTime {
        durability.isIdle ? durability.proven.adding(milliseconds: settings.diskTrialMilliseconds) : .distantFuture
    }

    // MARK: Heartbeats and lease

    mutating func beat(now: BootTime) {
        guard var leadership else { return }
        let round = leadership.rounds.begin(now: now)
        leadership.nextBeat = now.adding(milliseconds: settings.heartbeatMilliseconds)
        self.leadership = leadership
        for (peer, progress) in leadership.progress.sorted(by: { $0.key < $1.key }) {
            // Beyond what the peer certainly has, its log may be another's.
            send(.heartbeat(round, commit: min(log.commit, progress.match)), to: peer)
        }
        proven(round, by: id, now: now)
    }

    mutating func answered(_ round: RoundNumber, by peer: PeerID, now: BootTime) {
        guard let progress = leadership?.progress[peer] else { return }
        leadership?.progress[peer]?.heardAt = now
        proven(round, by: peer, now: now)
        // Whoever answers lives: what it has not answered for long is lost, whatever became of it.
        let patience =
            if case .probe = progress.sending { settings.heartbeatMilliseconds } else { settings.voteHoldMilliseconds }
        if let since = progress.waitsSince, now.milliseconds(since: since) >= patience {
            leadership?.progress[peer]?.restart()
        }
        replicate(to: peer, now: now)
    }

    private mutating func proven(_ round: RoundNumber, by peer: PeerID, now: BootTime) {
        guard var leadership else { return }
        let isNews = leadership.rounds.answer(round, by: peer, own: id, configuration)
        self.leadership = leadership
        guard isNews else { return }
        renewLease()
        completeReads()
        beatForReads(now: now)
    }

    private mutating func renewLease() {
        guard let leadership, let sent = leadership.rounds.provenAt else { return }
        let ends = sent.adding(milliseconds: settings.leaseMilliseconds)
        self.leadership?.leaseEnds = max(leadership.leaseEnds ?? ends, ends)
    }

    // MARK: Reads

    /// Raft thesis, section 6.4. A round that begins after the question proves that this peer still led then; numbers of
    /// rounds are never used again in a term.
    mutating func read(_ request: RequestID, now: BootTime) {
        guard var leadership else { return actions.append(.refused(request, .notLeader)) }
        guard leadership.reads.count < settings.maximumReads else { return actions.append(.refused(request, .busy)) }
        leadership.reads.append((request, leadership.rounds.last.next))
        self.leadership = leadership
        beatForReads(now: now)
    }

    /// One round at a time for reads; those that come meanwhile share the next.
    private mutating func beatForReads(now: BootTime) {
        guard let leadership, let last = leadership.reads.last, last.round > leadership.rounds.last,
            leadership.rounds.proven == leadership.rounds.last
        else { return }
        beat(now: now)
    }

    /// What is committed at this moment has all that was before the question, once something of this term is.
    mutating func completeReads() {
        guard let leadership, !leadership.reads.isEmpty, hasCommittedInTerm else { return }
        let done = leadership.reads.prefix { $0.round <= leadership.rounds.proven }
        for read in done { actions.append(.read(read.request)) }
        self.leadership?.reads.removeFirst(done.count)
    }

    // MARK: Commands

    mutating func propose(_ proposals: [Proposal], now: BootTime) {
        guard let leadership, leadership.handover == nil else {
            let why: Refusal = leadership == nil ? .notLeader : .handingOver
            for proposal in proposals { actions.append(.refused(proposal.id, why)) }
            return
        }
        for proposal in proposals {
            guard proposal.command.count <= settings.maximumCommandBytes else {
                actions.append(.refused(proposal.id, .tooLong))
                continue
            }
            guard log.uncommittedByteCount < settings.maximumUncommittedBytes else {
                actions.append(.refused(proposal.id, .busy))
                continue
            }
            actions.append(.accepted(proposal.id, append(.command(proposal.command))))
        }
        replicateToAll(now: now)
    }

    // MARK: Commitment

    mutating func ownLogIsDurable(now: BootTime) {
        if leadership != nil { updateCommit(now: now) }
    }

    /// What a majority has durably, this peer only counting with what its own disk has; entries of earlier terms come with
    /// one of this term alone (Raft, section 5.4.2).
    ///
    /// - Returns: whether anything is committed that was not.
    @discardableResult
    mutating func updateCommit(now: BootTime) -> Bool {
        guard let leadership,
            let agreed = configuration.agreed({ peer in
                peer == id ? log.durable : leadership.progress[peer]?.match ?? .zero
            }), log.term(at: agreed) == hardState.term, commit(through: agreed)
        else { return false }
        replicateToAll(now: now, tellCommit: true)
        completeReads()
        return true
    }

    /// A leader that its own change has made no voter leads until that is committed (Raft thesis, section 4.2.2).
    mutating func stepDownIfRemoved(now: BootTime, using random: inout some RandomNumberGenerator) {
        guard leadership != nil, log.commit >= log.configurationIndex, !configuration.isVoter(id) else { return }
        stepDown(now: now, using: &random)
    }
}
