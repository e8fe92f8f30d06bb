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
            } else {
                switch current.stage {
                case .direct(let until) where now >= until: askOthers(about: current, now: now, using: &random)
                case .indirect(let again?) where now >= again:
                    probe?.stage = .indirect(again: nil)
                    pingAgain(current)
                case .direct, .indirect: break
                }
            }
        }
        if now >= timers.probe { startProbe(now: now, using: &random) }
    }

    private mutating func startProbe(now: MonotonicTime, using random: inout some RandomNumberGenerator) {
        timers.probe = now.adding(milliseconds: health.scaled(max(10, settings.probeIntervalMilliseconds)))
        guard let target = targets.take(using: &random), members.isTaken(target) else { return }
        sequence &+= 1
        counters.probes += 1
        delays.asked(sequence, now: now)
        probe = ActiveProbe(
            target: target,
            sequence: sequence,
            endsAt: timers.probe,
            stage: .direct(until: now.adding(milliseconds: health.scaled(settings.ackTimeoutMilliseconds)))
        )
        // A suspect is told of it with the ping (Lifeguard's buddy system, section IV.C).
        let isToldFirst = settings.lifeguard.contains(.buddySystem) && members.liveness(at: target) == .suspect
        send(
            .ping(sequence: sequence, target: members.id(at: target)),
            to: members.address(at: target),
            first: isToldFirst ? members.claim(at: target) : nil
        )
    }

    /// No ack in time: k others ping the target too, and a stream is tried, as memberlist does, for networks that
    /// let only TCP through. The ping itself is sent again, twice: where one packet in twenty is lost, each suspicion
    /// that this saves spares all members its news and its refutation.
    private mutating func askOthers(
        about current: ActiveProbe,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        let target = members.id(at: current.target)
        guard members.lateness(at: current.target) == .none else {
            // It has the ping, and will answer it some time: only whether it can be reached is worth asking.
            probe?.stage = .indirect(again: nil)
            open(.probe(current.sequence), .ping(target: target), to: members.address(at: current.target))
            return
        }
        let helpers = members.sample(settings.indirectProbes, using: &random) {
            $0 != current.target && members.liveness(at: $0) == .alive
        }
        let left = current.endsAt.milliseconds(since: now)
        probe?.stage = .indirect(again: now.adding(milliseconds: left / 2))
        pingAgain(current)
        probe?.silentHelpers = helpers.map { members.id(at: $0) }
        probe?.helperCount = helpers.count
        for helper in helpers {
            counters.indirectProbes += 1
            send(.pingRequest(sequence: current.sequence, target: target), to: members.address(at: helper))
        }
        open(.probe(current.sequence), .ping(target: target), to: members.address(at: current.target))
    }

    private mutating func pingAgain(_ current: ActiveProbe) {
        send(
            .ping(sequence: current.sequence, target: members.id(at: current.target)),
            to: members.address(at: current.target)
        )
    }

    private mutating func fail(
        _ current: ActiveProbe,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        probe = nil
        counters.probeFailures += 1
        // Helpers that did not even say that they got the request: the fault may be here. One that did shows that
        // messages come and go in time; the others may lie behind a partition.
        let isLate = members.lateness(at: current.target) != .none
        if current.silentHelpers.count == current.helperCount, !isLate { worsenHealth() }
        reachedByStreamOnly.remove(members.id(at: current.target))
        guard members.liveness(at: current.target).isPresent else { return }
        if isDoubtful(current.target, now: now) {
            return beginDoubt(about: current.target, sequence: current.sequence, now: now)
        }
        let verdict = members.claim(at: current.target).saying(.suspect, accuser: local.id)
        hear(verdict, on: .gossip, from: local.id, now: now, using: &random)
    }

    mutating func receiveAck(_ acked: UInt32, from sender: MemberID, now: MonotonicTime) {
        if let relay = relays.take(acked, from: sender, now: now) {
            return send(.ack(sequence: relay.requesterSequence, reception: .known), to: relay.requester)
        }
        delays.answered(acked, now: now)
        noteLateness(now: now)
        // From the target itself or from a member that pinged it for us.
        guard let current = probe, current.sequence == acked else {
            if let slot = doubts.slot(of: acked) { doubts.end(about: slot) }
            return
        }
        reachedByStreamOnly.remove(members.id(at: current.target))
        doubts.end(about: current.target)
        probe = nil
        health.improve()
    }

    /// A helper's ping has not been answered so far.
    mutating func receiveNack(_ nacked: UInt32, from sender: MemberID) {
        counters.nacksIn += 1
        guard probe?.sequence == nacked else { return }
        probe?.silentHelpers.removeAll { $0 == sender }
    }

    /// Pings `target` for another member.
    mutating func relayPing(
        of target: MemberID,
        sequence requested: UInt32,
        for requester: HostPort,
        now: MonotonicTime
    ) {
        guard phase == .running, !local.isDisplaced, let slot = members.slot(of: target) else { return }
        sequence &+= 1
        let relay = PingRelays.Relay(
            target: target,
            requester: requester,
            requesterSequence: requested,
            nackAt: now.adding(milliseconds: settings.nackAfterMilliseconds),
            expiresAt: now.adding(milliseconds: settings.probeIntervalMilliseconds)
        )
        guard relays.add(relay, sequence: sequence, now: now) else { return }
        send(.ping(sequence: sequence, target: target), to: members.address(at: slot))
    }

    /// Tells those that asked for pings which were not answered so far.
    mutating func sendNacks(now: MonotonicTime) {
        while let relay = relays.takeNack(now: now) {
            counters.nacksOut += 1
            send(.nack(sequence: relay.requesterSequence), to: relay.requester)
        }
    }

    /// The target answered over a stream: it lives, though datagrams do not reach it.
    mutating func receiveStreamAck(_ acked: UInt32, from sender: MemberID) {
        if let current = probe, current.sequence == acked, members.id(at: current.target) == sender {
            probe = nil
        } else if let slot = doubts.slot(of: acked), members.id(at: slot) == sender {
            doubts.end(about: slot)
        } else {
            return
        }
        if reachedByStreamOnly.insert(sender).inserted { actions.append(.notice(.datagramsLost(sender))) }
    }

    mutating func worsenHealth(by signs: Int = 1) {
        guard settings.lifeguard.contains(.localHealth) else { return }
        health.worsen(by: signs)
    }
}
