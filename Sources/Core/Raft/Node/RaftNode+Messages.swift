internal import ClusterModel

/// What other peers say, and who is believed.
extension RaftNode {
    mutating func receive(_ message: RaftMessage, now: BootTime, using random: inout some RandomNumberGenerator) {
        let (peer, term) = (message.from, message.term)
        guard message.quorum == quorum else { return actions.append(.violation(peer, .foreignQuorum)) }
        guard message.to == id, peer != id else { return actions.append(.violation(peer, .otherReceiver)) }
        guard term.isCredible(after: hardState.term) else { return actions.append(.violation(peer, .incredibleTerm)) }
        switch message.body {
        case .voteRequest(let kind, let last):
            vote(kind, for: peer, in: term, last: last, now: now, using: &random)
        case .voteReply(let kind, let isGranted):
            count(kind, of: peer, in: term, isGranted: isGranted, now: now, using: &random)
        case .append(let previous, let entries, let commit):
            guard hear(peer, in: term, now: now, using: &random) else { return }
            append(entries, after: previous, commit: commit, from: peer)
        case .heartbeat(let round, let commit):
            guard hear(peer, in: term, now: now, using: &random) else { return }
            _ = self.commit(through: commit)
            send(.heartbeatReply(round), to: peer)
        case .snapshot(let chunk):
            guard hear(peer, in: term, now: now, using: &random) else { return }
            receive(chunk, from: peer)
        case .campaignNow:
            guard hear(peer, in: term, now: now, using: &random) else { return }
            if configuration.isVoter(id) { campaign(.transfer, now: now, using: &random) }
        case .appended(let index):
            guard hearFollower(in: term, now: now, using: &random) else { return }
            appended(through: index, by: peer, now: now, using: &random)
        case .conflict(let previous, let hint):
            guard hearFollower(in: term, now: now, using: &random) else { return }
            conflict(previous: previous, hint: hint, at: peer, now: now)
        case .heartbeatReply(let round):
            guard hearFollower(in: term, now: now, using: &random) else { return }
            answered(round, by: peer, now: now)
        case .snapshotReply(let last, let received):
            guard hearFollower(in: term, now: now, using: &random) else { return }
            arrived(received, of: last, at: peer, now: now)
        }
    }

    /// Whether the leader of this term speaks. One of an older term is told of this one: silence would leave it leading
    /// those who cannot elect another.
    private mutating func hear(
        _ leader: PeerID,
        in term: Term,
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) -> Bool {
        guard term >= hardState.term else {
            send(.heartbeatReply(.zero), to: leader)
            return false
        }
        if term == hardState.term, let known = standing.leader, known != leader {
            actions.append(.violation(leader, .secondLeader))
            return false
        }
        follow(leader, term: term, now: now, using: &random)
        hold.hear(at: now)
        resetElectionDeadline(now: now, using: &random)
        return true
    }

    /// Whether an answer is for the leader that this peer is now. What answers an older term's leader says nothing here.
    private mutating func hearFollower(
        in term: Term,
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) -> Bool {
        if term > hardState.term { follow(nil, term: term, now: now, using: &random) }
        return term == hardState.term && leadership != nil
    }

    /// Raft, figure 2, AppendEntries: what the leader has in the place of what this peer has, from the first entry on that
    /// differs.
    private mutating func append(_ entries: [LogEntry], after previous: EntryID, commit: LogIndex, from leader: PeerID)
    {
        if previous.index < log.commit, entries.last?.index ?? previous.index <= log.commit {
            // Late: all of it is committed here.
            return send(.appended(through: log.commit), to: leader, after: .log)
        }
        guard previous.index < log.commit || log.holds(previous) else {
            let hint = log.lastEntry(notAfter: previous.index, term: previous.term)
            return send(.conflict(previous: previous.index, hint: hint), to: leader)
        }
        if let first = entries.first(where: { !log.holds($0.id) && $0.index > log.commit || isOther($0) }) {
            guard first.index > log.commit else {
                return actions.append(.violation(leader, .committedEntriesRemoved))
            }
            if first.index <= log.last.index {
                log.remove(from: first.index)
                durability.removeEntries(from: first.index)
            }
            for entry in entries where entry.index >= first.index { append(entry) }
        }
        let last = max(entries.last?.index ?? previous.index, previous.index)
        _ = self.commit(through: min(commit, last))
        send(.appended(through: last), to: leader, after: .log)
    }

    /// Whether another entry is committed at its place; those behind the snapshot are not known any more.
    private func isOther(_ entry: LogEntry) -> Bool {
        guard entry.index <= log.commit, let term = log.term(at: entry.index) else { return false }
        return term != entry.id.term
    }
}
