package import ClusterModel
internal import Gossip
internal import Synchronization

/// The process's one view of the cluster: gossip writes it, the tables and the proxy read it.
package final class ClusterViewStore: ClusterViewSource {
    private struct State {
        var builder: ClusterViewBuilder
        var records = RecordCache()
    }

    private let state: Mutex<State>
    private let generationCounter = Atomic<UInt64>(0)

    package init(clusterName: String, localID: MemberID) {
        state = Mutex(State(builder: ClusterViewBuilder(clusterName: clusterName, localID: localID)))
    }

    package var current: ClusterView { state.withLock { $0.builder.view } }

    package var generation: UInt64 { generationCounter.load(ordering: .acquiring) }

    /// Takes over a new state of the membership.
    ///
    /// - Returns: the lines of history that it added.
    func update(_ members: [GossipMember], now: WallTime) -> [ClusterEvent] {
        let added = state.withLock { state in
            let last = state.builder.view.events.last?.id ?? 0
            state.builder.update(state.records.snapshots(of: members), now: now)
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
                record: kept[member.id]?.record
            )
        }
    }
}
