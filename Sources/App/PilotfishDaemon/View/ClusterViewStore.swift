package import ClusterModel
package import Gossip
internal import Synchronization

/// The process's one view of the cluster: gossip writes it, the tables and the proxy read it.
package final class ClusterViewStore: ClusterViewSource {
    private struct State {
        var builder: ClusterViewBuilder
        var records = RecordCache()
    }

    private let state: Mutex<State>
    private let generationCounter = Atomic<UInt64>(0)

    /// - Parameter expectsOthers: whether there should be other members than the local one.
    package init(clusterName: String, localID: MemberID, expectsOthers: Bool = false) {
        let builder = ClusterViewBuilder(clusterName: clusterName, localID: localID, expectsOthers: expectsOthers)
        state = Mutex(State(builder: builder))
    }

    package var current: ClusterView { state.withLock { $0.builder.view } }

    package var generation: UInt64 { generationCounter.load(ordering: .acquiring) }

    /// The node knows itself before it has heard of anyone: a client that is let in at once finds its row.
    ///
    /// - Returns: the lines of history that it added.
    package func begin(as record: MemberRecord, at time: MonotonicTime, now: WallTime) -> [ClusterEvent] {
        update(now: now) { state in
            [
                MemberSnapshot(
                    id: state.builder.view.localID,
                    liveness: .alive,
                    // As gossip begins.
                    incarnation: Incarnation(rawValue: 1),
                    lastHeard: time,
                    record: record
                )
            ]
        }
    }

    /// Takes over a new state of the membership.
    ///
    /// - Returns: the lines of history that it added.
    package func update(_ members: [GossipMember], now: WallTime) -> [ClusterEvent] {
        update(now: now) { $0.records.snapshots(of: members) }
    }

    /// The name of a member whose record has come; nil for any other.
    package func name(of id: MemberID) -> String? { state.withLock { $0.records.name(of: id) } }

    /// A member was not let in, since its gossip versions are others.
    package func refused(host: String?, theirs: ProtocolVersions, ours: ProtocolVersions, now: WallTime) {
        state.withLock {
            $0.builder.refused(host: host, theirs: theirs.description, ours: ours.description, now: now)
        }
        generationCounter.add(1, ordering: .releasing)
    }

    /// Clients come to this node's mysqld by another way than the configured one, or not at all.
    func clientsComeOtherwise(reason: String, now: WallTime) {
        state.withLock { $0.builder.clientsComeOtherwise(reason: reason, now: now) }
        generationCounter.add(1, ordering: .releasing)
    }

    /// Two living processes use one node name.
    ///
    /// - Returns: the line of history, unless it has been told already.
    package func nameConflict(_ id: MemberID, kept: HostPort, refused: HostPort, now: WallTime) -> ClusterEvent? {
        defer { generationCounter.add(1, ordering: .releasing) }
        return state.withLock { $0.builder.nameConflict(id, kept: kept, refused: refused, now: now) }
    }

    /// This node's name is its own again.
    package func nameReclaimed() { state.withLock { $0.builder.nameReclaimed() } }

    private func update(now: WallTime, _ snapshots: (inout State) -> [MemberSnapshot]) -> [ClusterEvent] {
        let added = state.withLock { state in
            let last = state.builder.view.events.last?.id ?? 0
            state.builder.update(snapshots(&state), now: now)
            return state.builder.view.events.filter { $0.id > last }
        }
        generationCounter.add(1, ordering: .releasing)
        return added
    }
}

/// Decodes each version of a member's record once.
private struct RecordCache {
    private struct Entry {
        var stamp: RecordStamp
        var record: MemberRecord?
    }

    private var entries: [MemberID: Entry] = [:]

    func name(of id: MemberID) -> String? { entries[id]?.record?.name }

    mutating func snapshots(of members: [GossipMember]) -> [MemberSnapshot] {
        var kept: [MemberID: Entry] = [:]
        kept.reserveCapacity(members.count)
        defer { entries = kept }
        return members.map { member in
            if let encoded = member.record {
                let known = entries[member.id]
                // A record that cannot be decoded is of a later format or damaged: the last good one stays.
                kept[member.id] =
                    known?.stamp == encoded.stamp
                    ? known
                    : Entry(
                        stamp: encoded.stamp,
                        record: (try? MemberRecord(decoding: encoded.bytes[...])) ?? known?.record
                    )
            }
            return MemberSnapshot(
                id: member.id,
                liveness: member.liveness,
                incarnation: member.incarnation,
                lastHeard: member.lastHeard,
                record: kept[member.id]?.record,
                isDisplaced: member.isDisplaced
            )
        }
    }
}
