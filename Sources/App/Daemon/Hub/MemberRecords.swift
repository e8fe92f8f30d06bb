internal import ClusterModel
internal import Gossip

/// Decodes each version of a member's record once.
struct MemberRecords {
    private struct Entry {
        var stamp: RecordStamp
        var record: MemberRecord?
    }

    private var entries: [MemberID: Entry] = [:]

    /// The name of a member whose record has come; nil for any other.
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
