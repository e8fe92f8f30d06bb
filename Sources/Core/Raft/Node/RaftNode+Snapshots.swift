internal import ClusterModel

/// A snapshot of the leader's on its way to this peer. Another leader's of the same entry may be other bytes.
struct ArrivingSnapshot: Sendable {
    let leader: PeerID
    let term: Term
    let last: EntryID
    let total: Int
    var bytes: [UInt8] = []
}

/// Snapshots, taken and received: Raft, section 7.
extension RaftNode {
    mutating func wantSnapshot() {
        guard !isSnapshotWanted,
            appliedSinceSnapshot.entries >= settings.snapshotAfterEntries
                || appliedSinceSnapshot.bytes >= settings.snapshotAfterBytes
        else { return }
        isSnapshotWanted = true
        actions.append(.takeSnapshot)
    }

    mutating func snapshotTaken(at index: LogIndex, state: [UInt8]) {
        isSnapshotWanted = false
        // Also where it is of no use: the next one is for later.
        appliedSinceSnapshot = (0, 0)
        guard index <= applied, index > log.snapshot?.last.index ?? .zero, let term = log.term(at: index),
            state.count <= settings.maximumSnapshotBytes
        else { return }
        let snapshot = Snapshot(
            last: EntryID(term: term, index: index),
            configuration: log.configuration(at: index),
            state: state
        )
        // Half of what asks for the next one may stay.
        log.compact(snapshot, keeping: settings.keptEntries, maximumBytes: settings.snapshotAfterBytes / 2)
        durability.write(snapshot, keptFrom: log.first)
    }

    /// Takes the next bytes, whatever came twice or out of order, and says how many there are.
    mutating func receive(_ chunk: SnapshotChunk, from leader: PeerID) {
        let isKnown = chunk.last.index <= log.commit
        guard !isKnown, !log.holds(chunk.last) else {
            arriving = nil
            if !isKnown { _ = commit(through: chunk.last.index) }
            return send(.snapshotReply(last: chunk.last, received: chunk.total), to: leader, after: .log)
        }
        guard chunk.total <= settings.maximumSnapshotBytes else {
            return actions.append(.violation(leader, .snapshotTooLong))
        }
        let term = hardState.term
        let isSame = arriving.map { $0.leader == leader && $0.term == term && $0.last == chunk.last } ?? false
        if !isSame || arriving?.total != chunk.total {
            arriving = ArrivingSnapshot(leader: leader, term: term, last: chunk.last, total: chunk.total)
        }
        if arriving?.bytes.count == chunk.offset { arriving?.bytes += chunk.bytes }
        guard let snapshot = arriving, snapshot.bytes.count >= chunk.total else {
            return send(.snapshotReply(last: chunk.last, received: arriving?.bytes.count ?? 0), to: leader)
        }
        install(Snapshot(last: chunk.last, configuration: chunk.configuration, state: snapshot.bytes))
        send(.snapshotReply(last: chunk.last, received: chunk.total), to: leader, after: .log)
    }

    private mutating func install(_ snapshot: Snapshot) {
        arriving = nil
        isSnapshotWanted = false
        appliedSinceSnapshot = (0, 0)
        log.replace(with: snapshot)
        durability.removeEntries(from: LogIndex.zero.next)
        durability.write(snapshot, keptFrom: log.first)
        applied = snapshot.last.index
        actions.append(.restore(snapshot))
    }
}
