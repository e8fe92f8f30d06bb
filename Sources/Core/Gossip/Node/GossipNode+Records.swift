internal import ClusterModel

/// The members' records: each versioned by its owner alone, spread by datagrams if short, fetched over streams if long.
extension GossipNode {
    mutating func changeLocalRecord(_ bytes: [UInt8], _ urgency: Urgency, now: MonotonicTime) {
        guard phase == .running else { return }
        guard bytes.count <= VersionedRecord.maximumBytes else {
            actions.append(.notice(.recordTooLong(bytes: bytes.count)))
            return
        }
        switch urgency {
        case .urgent:
            pendingRecord = nil
            guard bytes != local.record.bytes else { return }
            setLocalRecord(bytes, .urgent, now: now)
        case .routine:
            pendingRecord = bytes
            refreshRecord(now: now)
        }
    }

    var recordRefreshDue: MonotonicTime? {
        guard let last = timers.lastRecordRefresh else { return MonotonicTime(nanoseconds: 0) }
        return last.adding(milliseconds: settings.recordRefreshMilliseconds(members: members.presentCount + 1))
    }

    /// Takes over a routine change once the last one is old enough.
    mutating func refreshRecord(now: MonotonicTime) {
        guard let bytes = pendingRecord else { return }
        guard bytes != local.record.bytes else {
            pendingRecord = nil
            return
        }
        if let due = recordRefreshDue, now < due { return }
        pendingRecord = nil
        setLocalRecord(bytes, .routine, now: now)
    }

    private mutating func setLocalRecord(_ bytes: [UInt8], _ urgency: Urgency, now: MonotonicTime) {
        timers.lastRecordRefresh = now
        local.change(record: bytes)
        hasChanged = true
        queue.enqueue(.record(urgency), of: local.id)
        guard urgency == .urgent else { return }
        let earliest = timers.lastGossip?.adding(milliseconds: settings.ownNewsPauseMilliseconds) ?? now
        timers.ownNews = max(now, earliest)
    }

    /// - Parameters:
    ///   - teller: who sent it.
    ///   - isSpread: whether to pass it on if it is new here.
    mutating func hear(
        _ heard: VersionedRecord,
        of owner: MemberID,
        urgency: Urgency,
        from teller: MemberID,
        isSpread: Bool,
        now: MonotonicTime
    ) {
        guard owner != local.id else { return noteOutbid(local.judge(heard)) }
        guard let slot = members.slot(of: owner) else { return }
        let bootID = members.bootID(at: slot)
        let held = members.record(at: slot)
        // Another process of this name, or a former life of it: better than nothing, but not than what is there.
        guard held == nil || heard.stamp.bootID == bootID else { return }
        if let held, teller != owner, !heard.stamp.version.isCredible(after: held.stamp.version) {
            counters.incredibleNumbers += 1
            return
        }
        let isForced = teller == owner && heard.stamp.holds(over: held?.stamp, isInPerson: true)
        let merged = held.map { isForced ? heard : VersionedRecord.merge($0, heard) } ?? heard
        if merged == held {
            if heard == merged, heard.stamp.bootID == bootID { fetches.remove(owner) }
            return
        }
        members.setRecord(merged, at: slot)
        hasChanged = true
        touched.append(owner)
        if merged.stamp.bootID == bootID { fetches.remove(owner) }
        if isSpread { queue.enqueue(.record(urgency), of: owner) }
    }

    /// A record too long to ride along has a new version.
    mutating func hear(
        _ stamp: RecordStamp,
        of owner: MemberID,
        urgency: Urgency,
        from sender: MemberID,
        now: MonotonicTime
    ) {
        guard owner != local.id else { return outbid(stamp) }
        guard let slot = members.slot(of: owner), members.liveness(at: slot).isPresent else { return }
        guard stamp.holds(over: members.recordStamp(at: slot), isInPerson: sender == owner) else { return }
        fetches.add(owner, from: sender, urgency: urgency, dueAt: now)
    }

    mutating func outbid(_ stamp: RecordStamp) {
        noteOutbid(local.judge(stamp))
    }

    private mutating func noteOutbid(_ isOutbid: Bool) {
        guard isOutbid else { return }
        hasChanged = true
        queue.enqueue(.record(.urgent), of: local.id)
    }

    mutating func startFetches(now: MonotonicTime) {
        while let owner = fetches.due(now: now, settings: settings), let want = fetches.want(owner) {
            guard let slot = members.slot(of: owner) else {
                fetches.remove(owner)
                continue
            }
            let source = want.source.flatMap { members.slot(of: $0) } ?? slot
            let query = StreamMessage.Query(owner: owner, held: members.recordStamp(at: slot))
            counters.recordFetches += 1
            let stream = open(.fetch(owner), .fetch([query]), to: members.address(at: source))
            fetches.started(owner, stream: stream, now: now)
        }
    }

    /// The records that somebody asks for, as far as they are newer than those it has.
    mutating func answer(_ queries: [StreamMessage.Query]) -> [StreamMessage.FetchedRecord] {
        queries.compactMap { query in
            if query.owner == local.id {
                // What the asker holds may be of a former life.
                if let held = query.held { outbid(held) }
                return StreamMessage.FetchedRecord(owner: query.owner, record: local.record)
            }
            guard let record = members.slot(of: query.owner).flatMap({ members.record(at: $0) }) else { return nil }
            if let held = query.held, record.stamp <= held { return nil }
            return StreamMessage.FetchedRecord(owner: query.owner, record: record)
        }
    }
}
