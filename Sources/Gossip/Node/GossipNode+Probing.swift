internal import ClusterModel

/// The failure detector (SWIM, section 3.1).
extension GossipNode {
    mutating func runProbe(now: MonotonicTime, using random: inout some RandomNumberGenerator) {
        guard phase == .running, !local.isDisplaced else {
            probe = nil
            return
        }
        if let current = probe {
            if now >= current.endsAt {
                fail(current, now: now, using: &random)
            } else if case .direct(let until) = current.stage, now >= until {
                askOthers(about: current, using: &random)
            }
        }
        if now >= timers.probe { startProbe(now: now, using: &random) }
    }

    private mutating func startProbe(now: MonotonicTime, using random: inout some RandomNumberGenerator) {
        timers.probe = now.adding(milliseconds: max(10, settings.probeIntervalMilliseconds))
        guard let target = targets.take(using: &random), let member = members[target] else { return }
        sequence &+= 1
        counters.probes += 1
        probe = ActiveProbe(
            target: target,
            sequence: sequence,
            endsAt: timers.probe,
            stage: .direct(until: now.adding(milliseconds: settings.ackTimeoutMilliseconds))
        )
        // A suspect is told of it with the ping (Lifeguard's buddy system, section IV.C).
        let news = member.claim.liveness == .suspect ? member.claim : nil
        send(.ping(sequence: sequence, target: target), to: member.claim.address, first: news)
    }

    /// No ack in time: k others ping the target too, and a stream is tried, as memberlist does, for networks that
    /// let only TCP through.
    private mutating func askOthers(about current: ActiveProbe, using random: inout some RandomNumberGenerator) {
        probe?.stage = .indirect
        guard let target = members[current.target] else { return }
        let helpers = members.sample(settings.indirectProbes, using: &random) {
            $0.claim.liveness == .alive && $0.claim.id != current.target
        }
        for helper in helpers {
            counters.indirectProbes += 1
            send(.pingRequest(sequence: current.sequence, target: current.target), to: helper.claim.address)
        }
        open(.probe(current.sequence), .ping(target: current.target), to: target.claim.address)
    }

    private mutating func fail(
        _ current: ActiveProbe,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        probe = nil
        counters.probeFailures += 1
        reachedByStreamOnly.remove(current.target)
        guard let member = members[current.target], member.claim.liveness.isPresent else { return }
        hear(member.claim.saying(.suspect, accuser: local.id), on: .gossip, from: local.id, now: now, using: &random)
    }

    mutating func receiveAck(_ acked: UInt32, from sender: MemberID, now: MonotonicTime) {
        if let relay = relays.take(acked, from: sender, now: now) {
            return send(.ack(sequence: relay.requesterSequence, reception: .known), to: relay.requester)
        }
        // From the target itself or from a member that pinged it for us.
        guard let current = probe, current.sequence == acked else { return }
        reachedByStreamOnly.remove(current.target)
        probe = nil
    }

    /// Pings `target` for another member.
    mutating func relayPing(
        of target: MemberID,
        sequence requested: UInt32,
        for requester: HostPort,
        now: MonotonicTime
    ) {
        guard phase == .running, !local.isDisplaced, let member = members[target] else { return }
        sequence &+= 1
        let relay = PingRelays.Relay(
            target: target,
            requester: requester,
            requesterSequence: requested,
            expiresAt: now.adding(milliseconds: settings.probeIntervalMilliseconds)
        )
        guard relays.add(relay, sequence: sequence, now: now) else { return }
        send(.ping(sequence: sequence, target: target), to: member.claim.address)
    }

    /// The target answered over a stream: it lives, though datagrams do not reach it.
    mutating func receiveStreamAck(_ acked: UInt32, from sender: MemberID) {
        guard let current = probe, current.sequence == acked, current.target == sender else { return }
        probe = nil
        if reachedByStreamOnly.insert(sender).inserted { actions.append(.notice(.datagramsLost(sender))) }
    }
}
