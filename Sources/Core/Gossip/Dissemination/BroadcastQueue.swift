internal import ClusterModel

/// The news that wait to ride on packets (SWIM, section 4.1): most important first, then those sent the fewest times,
/// then the newest. Each is sent a limited number of times and then dropped.
///
/// There is at most one entry for the state and one for the record of each member; a newer one takes its place.
struct BroadcastQueue {
    struct Key: Hashable {
        enum Subject: Hashable {
            case claim
            case record
        }

        var member: MemberID
        var subject: Subject
    }

    enum News {
        case claim(MemberClaim)
        /// The record itself is looked up when it is sent, so it is always the newest.
        case record(Urgency)
    }

    private enum Rank {
        static let claim = 0
        static let urgentRecord = 1
        static let routineRecord = 2
        static let count = 3
    }

    private struct Entry {
        var news: News
        var rank: Int
        var transmissions: Int
        var sequence: UInt64
    }

    private struct Place {
        var key: Key
        /// A place whose sequence or transmissions are not those of the entry is left over from an earlier state.
        var sequence: UInt64
    }

    private var entries: [Key: Entry] = [:]
    /// By rank, then by number of transmissions; the newest is last.
    private var buckets: [[[Place]]] = Array(repeating: [], count: Rank.count)
    private var counts = Array(repeating: 0, count: Rank.count)
    private var nextSequence: UInt64 = 0
    /// So many entries may fail to fit a packet before it is sent as it is.
    private static let maximumMisfits = 8

    var count: Int { entries.count }
    var hasUrgent: Bool { counts[Rank.claim] + counts[Rank.urgentRecord] > 0 }

    func contains(_ key: Key) -> Bool { entries[key] != nil }

    /// Puts news in, to be sent anew from the first time.
    mutating func enqueue(_ news: News, of member: MemberID) {
        let key: Key
        var rank: Int
        switch news {
        case .claim:
            key = Key(member: member, subject: .claim)
            rank = Rank.claim
        case .record(let urgency):
            key = Key(member: member, subject: .record)
            rank = urgency == .urgent ? Rank.urgentRecord : Rank.routineRecord
        }
        var news = news
        if let old = entries[key] {
            counts[old.rank] -= 1
            if old.rank < rank {
                // The urgent change in the older version has not been told to all yet.
                rank = old.rank
                news = old.news
            }
        }
        nextSequence += 1
        entries[key] = Entry(news: news, rank: rank, transmissions: 0, sequence: nextSequence)
        counts[rank] += 1
        put(Place(key: key, sequence: nextSequence), rank: rank, transmissions: 0)
    }

    mutating func remove(_ key: Key) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        counts[entry.rank] -= 1
    }

    /// Drops the places that are left over when no news wait: once a packet is composed, there is nothing to keep.
    ///
    /// - Returns: whether there are no news.
    mutating func isEmptied() -> Bool {
        guard entries.isEmpty else { return false }
        if nextSequence > 0 { removeAll() }
        return true
    }

    mutating func removeAll() {
        self = BroadcastQueue()
    }

    /// Takes what fits into a packet and counts it as sent once.
    ///
    /// - Parameters:
    ///   - budget: the bytes that are left in the packet.
    ///   - limit: an entry that has been sent this many times is dropped.
    ///   - encode: the bytes of an entry; nil if there is nothing to tell any more.
    mutating func take(budget: Int, limit: Int, encode: (Key, News) -> [UInt8]?) -> [[UInt8]] {
        take(budget: budget, limit: limit, from: (), and: ()) { _, _, key, news in encode(key, news) }
    }

    /// The same with what `encode` looks at passed along, so that nothing is copied for it.
    mutating func take<Table, Owner>(
        budget: Int,
        limit: Int,
        from table: Table,
        and owner: Owner,
        encode: (Table, Owner, Key, News) -> [UInt8]?
    ) -> [[UInt8]] {
        var taken: [[UInt8]] = []
        var sent: [(place: Place, entry: Entry)] = []
        var remaining = budget
        var misfits = 0

        fill: for rank in buckets.indices {
            for transmissions in buckets[rank].indices {
                var passedOver: [Place] = []
                defer { buckets[rank][transmissions].append(contentsOf: passedOver.reversed()) }
                while let place = buckets[rank][transmissions].popLast() {
                    guard let entry = entries[place.key], entry.sequence == place.sequence,
                        entry.transmissions == transmissions, entry.rank == rank
                    else { continue }
                    guard transmissions < limit, let bytes = encode(table, owner, place.key, entry.news)
                    else {
                        remove(place.key)
                        continue
                    }
                    guard bytes.count <= remaining else {
                        passedOver.append(place)
                        misfits += 1
                        if misfits >= Self.maximumMisfits { break fill }
                        continue
                    }
                    remaining -= bytes.count
                    taken.append(bytes)
                    sent.append((place, entry))
                }
            }
        }

        for (place, entry) in sent {
            guard entry.transmissions + 1 < limit else {
                remove(place.key)
                continue
            }
            entries[place.key]?.transmissions += 1
            put(place, rank: entry.rank, transmissions: entry.transmissions + 1)
        }
        return taken
    }

    private mutating func put(_ place: Place, rank: Int, transmissions: Int) {
        while buckets[rank].count <= transmissions { buckets[rank].append([]) }
        buckets[rank][transmissions].append(place)
    }
}
