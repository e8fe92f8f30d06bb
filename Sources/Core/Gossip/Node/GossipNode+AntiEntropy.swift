internal import ClusterModel

/// Anti-entropy (Demers et al. 1987): two members compare sums of what they know (`TableDigest`), and exchange both
/// ways only what differs. A member that joins gets everything instead.
///
/// ```
/// compare: sums of all groups      ->   <- comparison: the leaves' sums of those groups that differ
/// reconcile: summaries of members
///   in the leaves that differ      ->   <- what is newer here, and whose records are wanted
/// push: the wanted ones            ->   <- ack
/// ```
extension GossipNode {
    mutating func runPushPull(now: MonotonicTime, using random: inout some RandomNumberGenerator) {
        guard now >= timers.pushPull else { return }
        // A newcomer compares soon and again, since news that were told while it joined may have missed it.
        let interval = max(4, min(settings.pushPullIntervalMilliseconds, timers.comparisonPause))
        timers.comparisonPause = min(settings.pushPullIntervalMilliseconds, 2 * interval)
        timers.pushPull = now.adding(
            milliseconds: Int.random(in: (interval - interval / 4)...(interval + interval / 4), using: &random)
        )
        // A displaced one so learns when its name is free, also without seeds.
        guard seeds.hasJoined else { return }
        let partner = members.sample(1, using: &random) { members.liveness(at: $0) == .alive }.first
        if let partner { compare(with: members.address(at: partner)) }
    }

    @discardableResult
    mutating func compare(with address: HostPort, version: UInt8? = nil) -> StreamID {
        open(.compare(address), .compare(groups: fullDigest.groups), to: address, version: version)
    }

    /// Sums over the others and this member.
    private var fullDigest: TableDigest {
        var digest = members.digest
        digest.add(
            TableDigest.Entry(
                id: local.id,
                bootID: local.claim.bootID,
                incarnation: local.claim.incarnation,
                liveness: local.claim.liveness,
                stamp: local.record.stamp
            )
        )
        return digest
    }

    /// The groups whose sums are not those of another member, with their leaves' sums here.
    func differingGroups(_ groups: [UInt64]) -> [StreamMessage.GroupSums] {
        let digest = fullDigest
        return zip(digest.groups, groups).enumerated().compactMap { index, sums in
            guard sums.0 != sums.1 else { return nil }
            return StreamMessage.GroupSums(group: UInt8(index), leaves: digest.leaves(ofGroup: index))
        }
    }

    /// Sends summaries of the members in all leaves that differ.
    mutating func continueComparison(
        with groups: [StreamMessage.GroupSums],
        at address: HostPort,
        version: UInt8,
        now: MonotonicTime
    ) {
        let digest = fullDigest
        var leaves: [UInt16] = []
        for theirs in groups where Int(theirs.group) < TableDigest.groupCount {
            let group = Int(theirs.group)
            for (index, sums) in zip(digest.leaves(ofGroup: group), theirs.leaves).enumerated() where sums.0 != sums.1 {
                leaves.append(UInt16(group * TableDigest.leavesPerGroup + index))
            }
        }
        guard !leaves.isEmpty else {
            counters.comparisonsEqual += 1
            return
        }
        counters.comparisonsDifferent += 1
        open(
            .reconcile(address),
            .reconcile(leaves: leaves, summaries: summaries(of: Set(leaves), now: now)),
            to: address,
            version: version
        )
    }

    private func summaries(of leaves: Set<UInt16>, now: MonotonicTime) -> [StreamMessage.Summary] {
        var summaries: [StreamMessage.Summary] = []
        if isIn(leaves, local.id) {
            summaries.append(
                StreamMessage.Summary(claim: local.claim, ageMilliseconds: 0, stamp: local.record.stamp)
            )
        }
        for slot in members.slots where isIn(leaves, members.id(at: slot)) {
            guard summaries.count < StreamMessage.maximumSummaries else { break }
            summaries.append(
                StreamMessage.Summary(
                    claim: members.claim(at: slot),
                    ageMilliseconds: age(of: slot, now: now),
                    stamp: members.recordStamp(at: slot)
                )
            )
        }
        return summaries
    }

    private func isIn(_ leaves: Set<UInt16>, _ id: MemberID) -> Bool {
        leaves.contains(UInt16(TableDigest.leaf(of: id)))
    }

    private func age(of slot: MemberSlot, now: MonotonicTime) -> UInt64 {
        members.goneSince(slot).map { UInt64(now.milliseconds(since: $0)) } ?? 0
    }

    /// Takes over what is newer in the summaries, and answers with what is newer here.
    mutating func reconcile(
        _ leaves: [UInt16],
        with summaries: [StreamMessage.Summary],
        from header: PacketHeader,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) -> StreamMessage.Body {
        guard !isOurs(header) else { return .reconcileReply([], wanted: []) }
        var told: [MemberID: StreamMessage.Summary] = [:]
        var wanted: [MemberID] = []
        for summary in summaries {
            told[summary.claim.id] = summary
            hear(
                summary.claim,
                on: .exchange,
                from: header.sender,
                ageMilliseconds: summary.ageMilliseconds,
                now: now,
                using: &random
            )
            guard let stamp = summary.stamp else { continue }
            if summary.claim.id == local.id {
                outbid(stamp)
            } else if let slot = members.slot(of: summary.claim.id) {
                let isInPerson = header.sender == summary.claim.id
                if stamp.holds(over: members.recordStamp(at: slot), isInPerson: isInPerson) {
                    wanted.append(summary.claim.id)
                }
            }
        }

        let leaves = Set(leaves)
        var entries: [StreamMessage.Entry] = []
        var room = StreamMessage.maximumExchangeBytes - wanted.count * 16
        func add(_ entry: StreamMessage.Entry) {
            let size = Self.estimatedBytes(of: entry)
            guard size <= room else { return }
            room -= size
            entries.append(entry)
        }
        if isIn(leaves, local.id) {
            let known = told[local.id]
            if known?.claim != local.claim || known?.stamp != local.record.stamp {
                add(StreamMessage.Entry(claim: local.claim, ageMilliseconds: 0, record: local.record))
            }
        }
        for slot in members.slots where isIn(leaves, members.id(at: slot)) {
            let known = told[members.id(at: slot)]
            let claim = members.claim(at: slot)
            let record = members.record(at: slot)
            let isRecordNews = record.map { held in known?.stamp.map { $0 < held.stamp } ?? true } ?? false
            guard isRecordNews || known.map({ $0.claim != claim }) ?? true else { continue }
            add(
                StreamMessage.Entry(
                    claim: claim,
                    ageMilliseconds: age(of: slot, now: now),
                    record: isRecordNews ? record : nil
                )
            )
        }
        return .reconcileReply(entries, wanted: wanted)
    }

    /// What is known of these members.
    func entries(of ids: [MemberID], now: MonotonicTime) -> [StreamMessage.Entry] {
        var room = StreamMessage.maximumExchangeBytes
        return ids.compactMap { id in
            guard let entry = entry(of: id, now: now) else { return nil }
            let size = Self.estimatedBytes(of: entry)
            guard size <= room else { return nil }
            room -= size
            return entry
        }
    }

    private func entry(of id: MemberID, now: MonotonicTime) -> StreamMessage.Entry? {
        if id == local.id {
            return StreamMessage.Entry(claim: local.claim, ageMilliseconds: 0, record: local.record)
        }
        return members.slot(of: id).map { entry(at: $0, now: now) }
    }

    private func entry(at slot: MemberSlot, now: MonotonicTime) -> StreamMessage.Entry {
        StreamMessage.Entry(
            claim: members.claim(at: slot),
            ageMilliseconds: age(of: slot, now: now),
            record: members.record(at: slot)
        )
    }

    /// All that this member knows, itself first; from a random point on if it is too much for one frame.
    func allEntries(now: MonotonicTime) -> [StreamMessage.Entry] {
        var entries = [StreamMessage.Entry(claim: local.claim, ageMilliseconds: 0, record: local.record)]
        var room = StreamMessage.maximumExchangeBytes - Self.estimatedBytes(of: entries[0])
        let slots = Array(members.slots)
        // Another part each time, without a random generator: the sequence moves with every probe.
        let start = slots.isEmpty ? 0 : Int(sequence) % slots.count
        for slot in slots[start...] + slots[..<start] {
            let entry = entry(at: slot, now: now)
            let size = Self.estimatedBytes(of: entry)
            guard size <= room else { continue }
            room -= size
            entries.append(entry)
        }
        return entries
    }

    private static func estimatedBytes(of entry: StreamMessage.Entry) -> Int {
        96 + entry.claim.address.host.utf8.count + (entry.record?.bytes.count ?? 0)
    }

    /// Claims first, so that the records find their owners.
    mutating func merge(
        _ entries: [StreamMessage.Entry],
        from header: PacketHeader,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        guard !isOurs(header) else { return }
        for entry in entries {
            hear(
                entry.claim,
                on: .exchange,
                from: header.sender,
                ageMilliseconds: entry.ageMilliseconds,
                now: now,
                using: &random
            )
        }
        let isSpread = seeds.hasJoined
        for entry in entries {
            guard let record = entry.record else { continue }
            hear(record, of: entry.claim.id, urgency: .routine, from: header.sender, isSpread: isSpread, now: now)
        }
    }
}
