internal import ClusterModel

/// What lies between a probe that failed and a suspicion, and what this member says of its own delays.
extension GossipNode {
    /// Whether one who did not answer is to be given more time: unless others say already that it is suspect, and
    /// neither it nor this member is known to be late.
    func isDoubtful(_ slot: MemberSlot, now: MonotonicTime) -> Bool {
        guard settings.lifeguard.contains(.doubt) else { return false }
        return members.liveness(at: slot) == .alive || max(members.lateness(at: slot), lateness(now: now)) != .none
    }

    /// Keeps to itself for a while that a member did not answer: for one probe interval, for some more if this one
    /// may itself be in trouble, and for as long as either is known to be late.
    mutating func beginDoubt(about slot: MemberSlot, sequence: UInt32, now: MonotonicTime) {
        guard doubts[slot] == nil else { return }
        let interval = max(1, settings.probeIntervalMilliseconds)
        // A question may wait here, then there, and its answer here again.
        let itsLateness = members.lateness(at: slot).milliseconds
        let lateness = itsLateness + 2 * lateness(now: now).milliseconds
        counters.doubts += 1
        doubts.begin(
            about: slot,
            sequence: sequence,
            milliseconds: interval * health.patience + lateness,
            // One that is late answers all that waits at once: few pings do, and do not drive others' out of its queue.
            firstPing: itsLateness / 8,
            firstPause: max(interval / 2, itsLateness / 4),
            now: now
        )
    }

    mutating func runDoubts(now: MonotonicTime, using random: inout some RandomNumberGenerator) {
        guard phase == .running, !local.isDisplaced else { return doubts.removeAll() }
        for slot in doubts.ended(now: now) {
            let verdict = members.claim(at: slot).saying(.suspect, accuser: local.id)
            hear(verdict, on: .gossip, from: local.id, now: now, using: &random)
            doubts.end(about: slot)
        }
        for (slot, sequence) in doubts.takePings(now: now) {
            send(.ping(sequence: sequence, target: members.id(at: slot)), to: members.address(at: slot))
        }
    }

    /// Since when a suspicion counts. That of this member has begun with its doubt, as far as it lasted the usual time,
    /// so that to keep silent at first makes no death later.
    func suspicionStart(of claim: MemberClaim, at slot: MemberSlot?, now: MonotonicTime) -> MonotonicTime {
        guard claim.accuser == local.id, let slot, let doubt = doubts[slot] else { return now }
        return max(doubt.since, now.before(milliseconds: UInt64(max(0, settings.probeIntervalMilliseconds))))
    }

    /// How late this member's own answers may come.
    func lateness(now: MonotonicTime) -> Lateness {
        settings.lifeguard.contains(.doubt) ? delays.lateness(now: now) : .none
    }

    /// Tells others how late this member's answers may come, once it has had to refute: before that nobody minded.
    mutating func noteLateness(now: MonotonicTime) {
        let lateness = lateness(now: now)
        guard phase == .running, !local.isDisplaced, counters.refutations > 0,
            lateness > local.claim.lateness || lateness == .none && local.claim.lateness != .none
        else { return }
        local.raise(lateness: lateness)
        announceSelf()
    }
}
