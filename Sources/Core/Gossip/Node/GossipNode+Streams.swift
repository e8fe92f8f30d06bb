internal import ClusterModel

/// Streams: one request and one reply on each.
extension GossipNode {
    @discardableResult
    mutating func open(
        _ purpose: StreamPurpose,
        _ body: StreamMessage.Body,
        to address: HostPort,
        version: UInt8? = nil
    ) -> StreamID {
        let stream = StreamID(rawValue: nextStreamID)
        nextStreamID &+= 1
        streams[stream] = purpose
        counters.streamsOut += 1
        let message = StreamMessage(header: makeHeader(version: version), body: body)
        actions.append(.openStream(stream, to: address, bytes: message.encoded()))
        return stream
    }

    mutating func receive(
        request bytes: [UInt8],
        on stream: InboundStreamID,
        from host: String?,
        sealedBy sealer: MemberID?,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        counters.streamsIn += 1
        let message: StreamMessage
        do {
            message = try StreamMessage(
                decoding: bytes[...],
                clusterName: settings.clusterName,
                versions: settings.protocolVersions
            )
        } catch {
            return refuse(stream, from: host, for: error, now: now)
        }
        let header = message.header
        guard isFrom(sealer, header) else {
            actions.append(.refuse(stream))
            return
        }
        noteHeard(header, now: now, using: &random)
        let answer: StreamMessage.Body
        switch message.body {
        case .exchange(let entries):
            merge(
                entries.filter { $0.claim.id != header.sender || !takesName($0.claim) },
                from: header,
                now: now,
                using: &random
            )
            answer = .exchangeReply(isOurs(header) ? [] : allEntries(now: now))
        case .compare(let groups):
            answer = .comparison(isOurs(header) ? [] : differingGroups(groups))
        case .reconcile(let leaves, let summaries):
            answer = reconcile(leaves, with: summaries, from: header, now: now, using: &random)
        case .push(let entries):
            merge(entries, from: header, now: now, using: &random)
            answer = .ack
        case .fetch(let queries):
            answer = .fetchReply(self.answer(queries))
        case .ping(let target) where target == local.id && !local.isDisplaced:
            answer = .ack
        case .ping, .ack, .exchangeReply, .comparison, .reconcileReply, .fetchReply:
            actions.append(.refuse(stream))
            return
        }
        let reply = StreamMessage(header: makeHeader(version: header.version), body: answer)
        actions.append(.reply(stream, bytes: reply.encoded()))
    }

    /// One whose version is not read here is told the versions that are.
    private mutating func refuse(
        _ stream: InboundStreamID,
        from host: String?,
        for refusal: MessageRefusal,
        now: MonotonicTime
    ) {
        // Streams come from ports of their own, so there is no address to tell.
        if case .unsupportedVersions(let versions) = refusal {
            refuse(versions, of: host, now: now)
        } else {
            count(refusal, from: nil, now: now)
        }
        switch refusal {
        case .unsupportedVersions, .unreadableVersion:
            let answer = StreamMessage(header: makeHeader(version: settings.protocolVersions.lowest), body: .ack)
            actions.append(.reply(stream, bytes: answer.encoded()))
        case .truncated, .notGossip, .foreignCluster, .malformed:
            actions.append(.refuse(stream))
        }
    }

    mutating func receive(
        reply bytes: [UInt8],
        on stream: StreamID,
        sealedBy sealer: MemberID?,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        let message: StreamMessage
        do {
            message = try StreamMessage(
                decoding: bytes[...],
                clusterName: settings.clusterName,
                versions: settings.protocolVersions
            )
        } catch {
            count(error, from: seeds.address(askedOn: stream), now: now)
            return streamFailed(stream, now: now)
        }
        let header = message.header
        guard isFrom(sealer, header) else { return streamFailed(stream, now: now) }
        noteHeard(header, now: now, using: &random)
        switch (streams[stream], message.body) {
        case (.seedExchange, .exchangeReply(let entries)):
            streams[stream] = nil
            seeds.ended(stream: stream, answeredBy: header.sender)
            guard !isOurs(header) else { return }
            merge(entries, from: header, now: now, using: &random)
            takenIn(by: header.sender, now: now)
        case (.compare(let address), .comparison(let groups)):
            streams[stream] = nil
            seeds.ended(stream: stream, answeredBy: header.sender)
            guard !isOurs(header) else { return }
            continueComparison(with: groups, at: address, version: header.version, now: now)
        case (.reconcile(let address), .reconcileReply(let entries, let wanted)):
            streams[stream] = nil
            merge(entries, from: header, now: now, using: &random)
            let pushed = self.entries(of: wanted, now: now)
            if !pushed.isEmpty, !isOurs(header) { open(.push, .push(pushed), to: address, version: header.version) }
        case (.push, .ack):
            streams[stream] = nil
        case (.fetch(let owner), .fetchReply(let records)):
            let urgency = fetches.want(owner)?.urgency ?? .routine
            for fetched in records.prefix(1) where fetched.owner == owner {
                hear(fetched.record, of: owner, urgency: urgency, from: header.sender, isSpread: true, now: now)
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
        case .seedExchange, .compare: seeds.ended(stream: stream, answeredBy: nil)
        case .fetch(let owner): fetches.ended(owner, stream: stream, now: now, settings: settings)
        case .probe, .reconcile, .push: break
        }
    }

    func isOurs(_ header: PacketHeader) -> Bool {
        header.sender == local.id && header.bootID == local.claim.bootID
    }

    /// Whether one that asks to be taken in would take the place of a process of its name and address that is present
    /// here: its former life, or the first of two copies of a node. It is told of that one before anybody believes it,
    /// and outbids it. Were it believed at once, as when it drew the greater boot id, it would not hear of the other
    /// until that one had answered, and would take the answer for the first word: the first would give way to the copy.
    private func takesName(_ claim: MemberClaim) -> Bool {
        guard let slot = members.slot(of: claim.id), members.liveness(at: slot).isPresent else { return false }
        let known = members.claim(at: slot)
        return claim.bootID != known.bootID && claim.address == known.address
            && MemberClaim.isOverridden(known, by: claim)
    }
}
