internal import ClusterModel

/// What each peer is sent, and what comes of it: Raft, section 5.3, pipelined as in Raft thesis, section 10.2.1.
extension RaftNode {
    /// - Parameter tellCommit: also those that have all entries hear what is committed.
    mutating func replicateToAll(now: BootTime, tellCommit: Bool = false) {
        for peer in (leadership?.progress.keys ?? [:].keys).sorted() {
            replicate(to: peer, now: now, tellCommit: tellCommit)
        }
    }

    mutating func replicate(to peer: PeerID, now: BootTime, tellCommit: Bool = false) {
        guard var progress = leadership?.progress[peer] else { return }
        defer { leadership?.progress[peer] = progress }
        if log.term(at: progress.next.previous) == nil, let snapshot = log.snapshot {
            if case .snapshot = progress.sending {
            } else {
                progress.sending = .snapshot(snapshot, received: 0, asked: nil)
            }
        }
        switch progress.sending {
        case .probe(nil):
            _ = sendEntries(from: progress.next, to: peer)
            progress.sending = .probe(asked: now)
        case .replicate(var window):
            var isTold = false
            while progress.next <= log.last.index, !window.isFull(settings),
                let sent = sendEntries(from: progress.next, to: peer)
            {
                window.add(through: sent.through, bytes: sent.bytes, now: now)
                progress.next = sent.through.next
                isTold = true
            }
            if tellCommit, !isTold { _ = sendEntries(from: log.last.index.next, to: peer, ifMatched: progress) }
            progress.sending = .replicate(window)
        case .snapshot(let snapshot, let received, nil):
            send(chunk(of: snapshot, at: received), to: peer)
            progress.sending = .snapshot(snapshot, received: received, asked: now)
        case .probe, .snapshot: break
        }
    }

    /// - Parameter progress: of a peer that is told what is committed, and has been sent everything.
    /// - Returns: nil if nothing was sent, for what is before is not known any more.
    private mutating func sendEntries(
        from index: LogIndex,
        to peer: PeerID,
        ifMatched progress: Progress? = nil
    ) -> (through: LogIndex, bytes: Int)? {
        if let progress, progress.next != index { return nil }
        guard let term = log.term(at: index.previous) else { return nil }
        let entries = log.entries(from: index, maximumBytes: settings.maximumAppendBytes)
        let previous = EntryID(term: term, index: index.previous)
        send(.append(previous: previous, entries: entries, commit: log.commit), to: peer)
        return (entries.last?.index ?? index.previous, entries.reduce(0) { $0 + $1.byteCount })
    }

    private func chunk(of snapshot: Snapshot, at offset: Int) -> RaftMessage.Body {
        let end = min(snapshot.state.count, offset + settings.snapshotChunkBytes)
        return .snapshot(
            SnapshotChunk(
                last: snapshot.last,
                configuration: snapshot.configuration,
                total: snapshot.state.count,
                offset: offset,
                bytes: Array(snapshot.state[min(offset, end)..<end])
            )
        )
    }

    // MARK: Answers

    mutating func appended(
        through index: LogIndex,
        by peer: PeerID,
        now: BootTime,
        using random: inout some RandomNumberGenerator
    ) {
        guard var progress = leadership?.progress[peer], index <= log.last.index else { return }
        _ = progress.matched(index, last: log.last.index, now: now)
        switch progress.sending {
        case .probe: progress.sending = .replicate(InflightWindow())
        case .replicate(var window):
            window.remove(through: index)
            progress.sending = .replicate(window)
        case .snapshot(let snapshot, _, _):
            // It had more than was thought.
            if progress.match >= snapshot.last.index { progress.sending = .replicate(InflightWindow()) }
        }
        leadership?.progress[peer] = progress
        if !updateCommit(now: now) { replicate(to: peer, now: now) }
        giveLeaveIfCaughtUp(now: now, using: &random)
    }

    mutating func conflict(previous: LogIndex, hint: EntryID, at peer: PeerID, now: BootTime) {
        guard var progress = leadership?.progress[peer], previous > progress.match, previous < progress.next else {
            return
        }
        if case .snapshot = progress.sending { return }
        if case .probe = progress.sending, previous != progress.next.previous { return }
        let agreed = log.lastEntry(notAfter: hint.index, term: hint.term).index
        progress.next = max(min(previous, agreed.next), progress.match.next)
        progress.sending = .probe(asked: nil)
        leadership?.progress[peer] = progress
        replicate(to: peer, now: now)
    }

    mutating func arrived(_ received: Int, of last: EntryID, at peer: PeerID, now: BootTime) {
        guard var progress = leadership?.progress[peer],
            case .snapshot(let snapshot, let before, _) = progress.sending, snapshot.last == last
        else { return }
        if received >= snapshot.state.count {
            _ = progress.matched(last.index, last: log.last.index, now: now)
            progress.sending = .probe(asked: nil)
        } else if received != before || progress.waitsSince == nil {
            progress.sending = .snapshot(snapshot, received: received, asked: nil)
        }
        leadership?.progress[peer] = progress
        replicate(to: peer, now: now)
    }

    mutating func connectionLost(to peer: PeerID, now: BootTime) {
        leadership?.progress[peer]?.restart()
        replicate(to: peer, now: now)
    }
}
