internal import ClusterModel

/// Streams: joining, full exchanges (push/pull, as in memberlist; Demers et al. 1987 call it anti-entropy), fetches.
extension GossipNode {
    @discardableResult
    mutating func open(_ purpose: StreamPurpose, _ body: StreamMessage.Body, to address: HostPort) -> StreamID {
        let stream = StreamID(rawValue: nextStreamID)
        nextStreamID &+= 1
        streams[stream] = purpose
        counters.streamsOut += 1
        let message = StreamMessage(header: makeHeader(), body: body)
        actions.append(.openStream(stream, to: address, bytes: message.encoded()))
        return stream
    }

    // MARK: Timers

    /// Until one has answered, all seeds are tried again and again; a displaced process asks whether its name is free.
    mutating func runJoin(now: MonotonicTime) {
        guard !seeds.hasJoined, now >= timers.join else { return }
        let pause = settings.joinIntervalMilliseconds * (local.isDisplaced ? 4 : 1)
        timers.join = now.adding(milliseconds: max(50, pause))
        for (index, seed) in seeds.seeds.enumerated() where seed.stream == nil {
            exchangeWithSeed(index, now: now)
        }
    }

    private mutating func exchangeWithSeed(_ index: Int, now: MonotonicTime) {
        let stream = open(.seedExchange, .exchange(entries(now: now)), to: seeds.seeds[index].address)
        seeds.started(index, stream: stream)
    }

    mutating func runPushPull(now: MonotonicTime, using random: inout some RandomNumberGenerator) {
        guard now >= timers.pushPull else { return }
        let interval = max(4, settings.pushPullIntervalMilliseconds)
        timers.pushPull = now.adding(
            milliseconds: Int.random(in: (interval - interval / 4)...(interval + interval / 4), using: &random)
        )
        guard hasJoined, let partner = members.sample(1, using: &random, where: { $0.claim.liveness == .alive }).first
        else { return }
        open(.exchange, .exchange(entries(now: now)), to: partner.claim.address)
    }

    /// After a partition nobody on one side probes the other: a dead member and a seed that stands for no living one
    /// are tried from time to time.
    mutating func runReconnect(now: MonotonicTime, using random: inout some RandomNumberGenerator) {
        guard now >= timers.reconnect else { return }
        let interval = max(4, settings.reconnectIntervalMilliseconds)
        timers.reconnect = now.adding(
            milliseconds: Int.random(in: (interval - interval / 4)...(interval + interval / 4), using: &random)
        )
        guard hasJoined else { return }

        let silent = seeds.seeds.indices.filter { isUncovered(seeds.seeds[$0]) }
        if let index = silent.randomElement(using: &random) { exchangeWithSeed(index, now: now) }
        if let dead = members.sample(1, using: &random, where: { $0.claim.liveness == .dead }).first {
            open(.exchange, .exchange(entries(now: now)), to: dead.claim.address)
        }
    }

    /// Whether nobody who is present is known to answer at the seed's address.
    private func isUncovered(_ seed: SeedList.Seed) -> Bool {
        guard seed.stream == nil, seed.member != local.id else { return false }
        if let member = seed.member { return !(members[member]?.claim.liveness.isPresent ?? false) }
        return !members.ids.contains { id in
            guard let claim = members[id]?.claim else { return false }
            return claim.address == seed.address && claim.liveness.isPresent
        }
    }

    // MARK: Messages

    mutating func receive(
        request bytes: [UInt8],
        on stream: InboundStreamID,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        counters.streamsIn += 1
        let message: StreamMessage
        do {
            message = try StreamMessage(decoding: bytes[...], clusterName: settings.clusterName)
        } catch {
            count(error, from: nil, now: now)
            actions.append(.refuse(stream))
            return
        }
        noteHeard(message.header, now: now, using: &random)
        let answer: StreamMessage.Body
        switch message.body {
        case .exchange(let entries):
            merge(entries, from: message.header, now: now, using: &random)
            answer = .exchangeReply(isOurs(message.header) ? [] : self.entries(now: now))
        case .fetch(let queries):
            answer = .fetchReply(self.answer(queries))
        case .ping(let target) where target == local.id && !local.isDisplaced:
            answer = .ack
        case .ping, .ack, .exchangeReply, .fetchReply:
            actions.append(.refuse(stream))
            return
        }
        actions.append(.reply(stream, bytes: StreamMessage(header: makeHeader(), body: answer).encoded()))
    }

    mutating func receive(
        reply bytes: [UInt8],
        on stream: StreamID,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        let message: StreamMessage
        do {
            message = try StreamMessage(decoding: bytes[...], clusterName: settings.clusterName)
        } catch {
            count(error, from: nil, now: now)
            return streamFailed(stream, now: now)
        }
        let header = message.header
        noteHeard(header, now: now, using: &random)
        switch (streams[stream], message.body) {
        case (.seedExchange, .exchangeReply(let entries)), (.exchange, .exchangeReply(let entries)):
            streams[stream] = nil
            seeds.ended(stream: stream, answeredBy: header.sender)
            guard !isOurs(header) else { return }
            merge(entries, from: header, now: now, using: &random)
            if !seeds.hasJoined, !local.isDisplaced {
                seeds.joined()
                announceSelf()
                actions.append(.notice(.joined(through: header.sender)))
            }
        case (.fetch(let owner), .fetchReply(let records)):
            let urgency = fetches.want(owner)?.urgency ?? .routine
            for fetched in records.prefix(1) where fetched.owner == owner {
                hear(fetched.record, of: owner, urgency: urgency, isSpread: true, now: now)
            }
            streams[stream] = nil
            fetches.ended(owner, stream: stream, now: now, settings: settings)
        case (.probe(let sequence), .ack):
            streams[stream] = nil
            receiveStreamAck(sequence, from: header.sender)
        default:
            counters.decodeFailures += 1
            streamFailed(stream, now: now)
        }
    }

    mutating func streamFailed(_ stream: StreamID, now: MonotonicTime) {
        guard let purpose = streams.removeValue(forKey: stream) else { return }
        counters.streamFailures += 1
        switch purpose {
        case .seedExchange, .exchange: seeds.ended(stream: stream, answeredBy: nil)
        case .fetch(let owner): fetches.ended(owner, stream: stream, now: now, settings: settings)
        case .probe: break
        }
    }

    private func isOurs(_ header: PacketHeader) -> Bool {
        header.sender == local.id && header.bootID == local.claim.bootID
    }

    // MARK: Entries

    /// All that this member knows, itself first; from a random point on if it is too much for one frame.
    func entries(now: MonotonicTime) -> [StreamMessage.Entry] {
        var entries = [StreamMessage.Entry(claim: local.claim, ageMilliseconds: 0, record: local.record)]
        var room = StreamMessage.maximumExchangeBytes - Self.estimatedBytes(of: entries[0])
        let ids = members.ids
        // Another part each time, without a random generator: the sequence moves with every probe.
        let start = ids.isEmpty ? 0 : Int(sequence) % ids.count
        for id in ids[start...] + ids[..<start] {
            guard let member = members[id] else { continue }
            let entry = StreamMessage.Entry(
                claim: member.claim,
                ageMilliseconds: UInt64(now.milliseconds(since: member.since)),
                record: member.record
            )
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
    private mutating func merge(
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
            hear(record, of: entry.claim.id, urgency: .routine, isSpread: isSpread, now: now)
        }
    }
}
