internal import ClusterModel

/// Datagrams in and out (SWIM, sections 3.1 and 4.1).
extension GossipNode {
    mutating func receive(
        datagram bytes: [UInt8],
        from source: HostPort,
        sealedBy sealer: MemberID?,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        counters.packetsIn += 1
        counters.bytesIn += UInt64(bytes.count)
        let datagram: Datagram
        do {
            datagram = try Datagram(
                decoding: bytes[...],
                clusterName: settings.clusterName,
                versions: settings.protocolVersions
            )
        } catch {
            return count(error, from: source, now: now)
        }
        let sender = datagram.header.sender
        guard isFrom(sealer, datagram.header) else { return }
        // Our own packet, or one of another process of our name: what it has to say it says in exchanges.
        guard sender != local.id else { return }
        // In the open nobody needs to record what he can write himself.
        if sealer != nil, !replays.accept(datagram.header.number, of: datagram.header.bootID) {
            counters.replays += 1
            return
        }

        delays.heard(now: now)
        noteHeard(datagram.header, now: now, using: &random)
        noteSource(source, of: datagram.header)
        for case .claim(let claim) in datagram.items {
            hear(claim, on: .gossip, from: sender, now: now, using: &random)
        }
        for item in datagram.items {
            switch item {
            case .claim: break
            case .record(let owner, let record, let urgency):
                hear(record, of: owner, urgency: urgency, from: sender, isSpread: true, now: now)
            case .digest(let owner, let stamp, let urgency):
                hear(stamp, of: owner, urgency: urgency, from: sender, now: now)
            }
        }

        switch datagram.message {
        case .ping(let sequence, let target):
            guard target == local.id, !local.isDisplaced else { return }
            let reception = isKnown(datagram.header) ? Datagram.Reception.known : .unknown
            send(
                .ack(sequence: sequence, reception: reception),
                to: source,
                first: correction(of: datagram.header),
                version: datagram.header.version
            )
        case .ack(let sequence, let reception):
            receiveAck(sequence, from: sender, now: now)
            if reception == .unknown { introduce(to: source, version: datagram.header.version) }
        case .nack(let sequence):
            receiveNack(sequence, from: sender)
        case .pingRequest(let sequence, let target):
            relayPing(of: target, sequence: sequence, for: source, now: now)
        case .gossip:
            // As an answer, which is not answered: two who disagree would else talk for ever.
            if let correction = correction(of: datagram.header) {
                send(.answer, to: source, first: correction, version: datagram.header.version)
            }
        case .answer:
            break
        }
    }

    /// Whether a message is from the one that it was sealed by; nobody is named where nothing is encrypted.
    mutating func isFrom(_ sealer: MemberID?, _ header: PacketHeader) -> Bool {
        guard let sealer, sealer != header.sender else { return true }
        counters.senderMismatches += 1
        return false
    }

    /// A packet from a member proves that this process of it lives. A higher incarnation than the known one is a
    /// refutation whose claim has not arrived yet.
    mutating func noteHeard(
        _ header: PacketHeader,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        guard let slot = members.slot(of: header.sender), members.bootID(at: slot) == header.bootID else { return }
        members.heard(slot, at: now)
        guard header.incarnation > members.incarnation(at: slot), members.liveness(at: slot) != .left else { return }
        var claim = members.claim(at: slot).saying(.alive)
        claim.incarnation = header.incarnation
        claim.lateness = header.lateness
        hear(claim, on: .gossip, from: header.sender, now: now, using: &random)
    }

    /// A member whose address is a name may have moved before all name servers know: that its packets come from
    /// elsewhere is told to whoever resolves the name. With another port they come through somebody who translates
    /// addresses, and where the name leads is the better way.
    private mutating func noteSource(_ source: HostPort, of header: PacketHeader) {
        guard let slot = members.slot(of: header.sender), members.bootID(at: slot) == header.bootID else { return }
        let claimed = members.address(at: slot)
        guard claimed.host != source.host, claimed.port == source.port, InternetAddress(claimed.host) == nil else {
            return
        }
        actions.append(.heardFrom(claimed, source: source))
    }

    /// What a sender must know if we do not take it for alive, so that it can refute at once (Lifeguard's buddy
    /// system, section IV.C).
    private func correction(of header: PacketHeader) -> MemberClaim? {
        guard settings.lifeguard.contains(.buddySystem), let slot = members.slot(of: header.sender) else { return nil }
        let known = members.claim(at: slot)
        if known.liveness == .alive, known.bootID == header.bootID { return nil }
        // What the sender overrides anyway, as the death of its former life, would tell it nothing.
        return MemberClaim.isOverridden(known.saying(by: header), by: known) ? known : nil
    }

    /// Whether this process of the sender is known, or one that comes after it. Else it should introduce itself.
    private func isKnown(_ header: PacketHeader) -> Bool {
        guard let slot = members.slot(of: header.sender) else { return false }
        let known = members.claim(at: slot)
        // Its own claim ends what somebody has made up.
        guard known.incarnation.isCredible(after: header.incarnation) else { return false }
        return known.bootID == header.bootID || MemberClaim.isOverridden(known.saying(by: header), by: known)
    }

    /// Shows oneself to somebody who does not know this member.
    private mutating func introduce(to address: HostPort, version: UInt8) {
        guard phase == .running, !local.isDisplaced else { return }
        send(.gossip, to: address, first: local.claim, version: version)
    }

    /// Sends a message, with as much news as fits.
    ///
    /// - Parameters:
    ///   - first: a claim that must be in this packet.
    ///   - version: for an answer that of the question; nil for the cluster's.
    mutating func send(
        _ message: Datagram.Message,
        to address: HostPort,
        first: MemberClaim? = nil,
        version: UInt8? = nil
    ) {
        let (bytes, _) = compose(message, first: first, version: version)
        send(bytes, to: address)
    }

    mutating func send(_ bytes: [UInt8], to address: HostPort) {
        counters.packetsOut += 1
        counters.bytesOut += UInt64(bytes.count)
        actions.append(.sendDatagram(to: address, bytes: bytes))
    }

    private mutating func compose(
        _ message: Datagram.Message,
        first: MemberClaim?,
        version: UInt8?
    ) -> (bytes: [UInt8], news: Int) {
        let header = makeHeader(version: version)
        var writer = Datagram.begin(header, message)
        if let first { writer.raw(Datagram.encoded(.claim(first))) }
        guard !queue.isEmptied() else { return (writer.bytes, 0) }
        let budget = settings.datagramBudget - writer.count
        let limit = settings.retransmitLimit(members: members.presentCount + 1)
        let longestRecord = longestPiggybackedRecord
        let news = queue.take(budget: budget, limit: limit, from: members, and: local) { members, local, key, news in
            switch news {
            case .claim(let claim):
                return Datagram.encoded(.claim(claim))
            case .record(let urgency):
                let record =
                    key.member == local.id
                    ? local.record : members.slot(of: key.member).flatMap { members.record(at: $0) }
                guard let record else { return nil }
                return Datagram.encoded(
                    record.bytes.count <= longestRecord
                        ? .record(owner: key.member, record: record, urgency: urgency)
                        : .digest(owner: key.member, stamp: record.stamp, urgency: urgency)
                )
            }
        }
        for item in news { writer.raw(item) }
        return (writer.bytes, news.count)
    }

    /// Leaves room for the record's own framing and the longest message.
    private var longestPiggybackedRecord: Int {
        let room = settings.datagramBudget - settings.clusterName.utf8.count - 128
        return min(settings.maximumPiggybackedRecordBytes, room)
    }

    /// Tells a few random members what is new. Those that died lately are among them: one that lives can so refute.
    mutating func gossipRound(now: MonotonicTime, using random: inout some RandomNumberGenerator) {
        timers.lastGossip = now
        timers.ownNews = nil
        let toDead = settings.gossipToDeadMilliseconds
        let receivers = members.sample(settings.gossipFanout, using: &random) { slot in
            switch members.liveness(at: slot) {
            case .alive, .suspect: true
            case .dead: members.goneSince(slot).map { now.milliseconds(since: $0) < toDead } ?? false
            case .left: false
            }
        }
        // With nobody to tell, nothing waits: whoever comes later learns all in an exchange.
        guard !receivers.isEmpty else { return queue.removeAll() }
        for receiver in receivers {
            let (bytes, news) = compose(.gossip, first: nil, version: version(for: receiver))
            guard news > 0 else { return }
            send(bytes, to: members.address(at: receiver))
        }
    }

    mutating func count(_ refusal: MessageRefusal, from source: HostPort?, now: MonotonicTime) {
        switch refusal {
        case .foreignCluster:
            counters.foreignCluster += 1
            foreignUntold += 1
            let pause = settings.conflictReportIntervalMilliseconds
            if timers.lastForeignNotice.map({ now.milliseconds(since: $0) >= pause }) ?? true {
                timers.lastForeignNotice = now
                actions.append(.notice(.foreignCluster(from: source, count: foreignUntold)))
                foreignUntold = 0
            }
        case .unsupportedVersions(let versions): refuse(versions, of: source?.host, now: now)
        case .unreadableVersion: counters.unsupportedVersion += 1
        case .truncated, .notGossip, .malformed: counters.decodeFailures += 1
        }
    }
}
