internal import ClusterModel

/// What is said of members, this one included (SWIM, section 4.2).
extension GossipNode {
    /// - Parameters:
    ///   - teller: who said it; this member for its own verdicts.
    ///   - ageMilliseconds: for how long the teller has held it so.
    mutating func hear(
        _ heard: MemberClaim,
        on channel: MergeRule.Channel,
        from teller: MemberID,
        ageMilliseconds: UInt64 = 0,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        guard heard.id != local.id else { return hearOfSelf(heard, now: now) }
        let slot = members.slot(of: heard.id)
        let known = slot.map { members.claim(at: $0) }
        let decision = MergeRule.decide(
            known: known,
            heard: heard,
            channel: channel,
            teller: teller,
            hasHadItsSay: teller == local.id || hasHadItsSay(heard, at: slot, now: now)
        )
        switch decision {
        case .adopt(let claim):
            guard isCompatible(claim, at: slot) else { return refuse(claim.versions, of: claim.address.host, now: now) }
            adopt(claim, on: channel, ageMilliseconds: ageMilliseconds, now: now, using: &random)
        case .confirm(let accuser):
            // Passed on, so that others count it too (Lifeguard, section IV.B).
            if let slot, members.confirmSuspicion(of: slot, by: accuser) {
                queue.enqueue(.claim(heard.saying(.suspect, accuser: accuser)), of: heard.id)
            }
        case .conflict:
            if let known, let slot { reportConflict(slot, kept: known, refused: heard, now: now) }
        case .incredible:
            counters.incredibleNumbers += 1
        case .ignore:
            guard let known, let slot else { return }
            if !known.liveness.isPresent, known == heard.saying(heard.liveness) {
                members.backdate(slot, to: now.before(milliseconds: ageMilliseconds))
            }
            // In person, even a newcomer with a low incarnation proves that two processes live. At one address it may
            // be the known one's former life, unless that has been heard of again.
            let isOtherProcess =
                heard.bootID != known.bootID
                && (heard.address != known.address || members.hasTwin(slot, heard.bootID))
            if channel == .exchange, teller == heard.id, known.liveness.isPresent, isOtherProcess {
                reportConflict(slot, kept: known, refused: heard, now: now)
            }
        }
    }

    /// Whether a member that somebody calls dead has been under suspicion here in that incarnation, and for some time:
    /// whoever calls it dead suspected it first, and said so.
    private func hasHadItsSay(_ heard: MemberClaim, at slot: MemberSlot?, now: MonotonicTime) -> Bool {
        guard settings.lifeguard.contains(.noDeathByHearsay) else { return true }
        guard let slot, let suspicion = members.suspicion(at: slot) else { return false }
        return members.incarnation(at: slot) >= heard.incarnation && suspicion.isHalfOver(now: now)
    }

    private mutating func adopt(
        _ claim: MemberClaim,
        on channel: MergeRule.Channel,
        ageMilliseconds: UInt64,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        let known = members.slot(of: claim.id)
        let old = known.map { (liveness: members.liveness(at: $0), address: members.address(at: $0)) }
        // Then its record may be made up, too.
        let isCorrection = known.map { !members.incarnation(at: $0).isCredible(after: claim.incarnation) } ?? false
        if let known, members.bootID(at: known) != claim.bootID { noteLives(of: known, next: claim, now: now) }
        let recordBootID = known.flatMap { members.recordStamp(at: $0)?.bootID }
        if known == nil {
            guard members.count + 1 < settings.maximumMembers else {
                counters.membersRefused += 1
                return
            }
            // One who died long ago is not learned anew, or those who forgot it would be reminded for ever.
            if !claim.liveness.isPresent, ageMilliseconds > UInt64(settings.oldAfterMilliseconds) { return }
            // Nor one whose node goes by another name now, which others have not noticed yet.
            if !claim.liveness.isPresent, isTaken(claim.address) { return }
        }

        let suspicion =
            claim.liveness == .suspect
            ? Suspicion(
                accuser: claim.accuser,
                members: members.presentCount + 1,
                patience: health.patience,
                settings: settings,
                now: suspicionStart(of: claim, at: known, now: now)
            ) : nil
        let slot = members.set(
            claim,
            since: claim.liveness.isPresent ? now : now.before(milliseconds: ageMilliseconds),
            heard: now,
            suspicion: suspicion
        )
        hasChanged = true
        touched.append(claim.id)
        if claim.liveness != .alive { replays.forget(claim.bootID) }

        let wasPresent = old?.liveness.isPresent ?? false
        // A node that was given another name: the old one has died now, or the new one is here.
        let isRenamed =
            claim.liveness.isPresent
            ? (!wasPresent || old?.address != claim.address) && members.hasAbsent(at: claim.address)
            : (wasPresent || known == nil) && isTaken(claim.address)
        if isRenamed { timers.sweep = min(timers.sweep, now.adding(milliseconds: 1_000)) }
        if claim.liveness.isPresent {
            if !wasPresent { targets.insert(slot, using: &random) }
            if claim.liveness == .alive { doubts.end(about: slot) }
            if recordBootID != claim.bootID || isCorrection {
                // Its record is on its way, most likely; if it was lost, it is asked for.
                let patience = 2 * settings.gossipIntervalMilliseconds
                fetches.add(claim.id, from: nil, urgency: .routine, dueAt: now.adding(milliseconds: patience))
            }
        } else {
            if wasPresent { targets.remove(slot) }
            if probe?.target == slot { probe = nil }
            doubts.end(about: slot)
            fetches.remove(claim.id)
            reachedByStreamOnly.remove(claim.id)
        }

        // What a newcomer is told in its first exchange all others know already.
        if channel == .gossip || seeds.hasJoined { queue.enqueue(.claim(claim), of: claim.id) }

        guard old?.liveness != claim.liveness || old?.address != claim.address else { return }
        switch claim.liveness {
        case .suspect: counters.suspicions += 1
        case .dead: counters.deaths += 1
        case .alive, .left: break
        }
        actions.append(
            .notice(
                .memberChanged(claim.id, from: old?.liveness, to: claim.liveness, address: claim.address)
            )
        )
    }

    /// Whether somebody who is present has the address.
    private func isTaken(_ address: HostPort) -> Bool {
        address == local.claim.address && !local.hasLeft || members.hasPresent(at: address)
    }

    /// Another process than before goes by the name. A former one that outbids its successor at the same address has
    /// not ended at all: two copies of one node run.
    private mutating func noteLives(of slot: MemberSlot, next claim: MemberClaim, now: MonotonicTime) {
        let last = members.claim(at: slot)
        let isBack = members.formerBootID(at: slot) == claim.bootID
        members.setFormerBootID(last.bootID, at: slot)
        guard isBack, last.liveness.isPresent, claim.liveness == .alive, last.address == claim.address else { return }
        members.setTwin(last.bootID, at: slot)
        reportConflict(slot, kept: claim, refused: last, now: now)
    }

    private mutating func hearOfSelf(_ heard: MemberClaim, now: MonotonicTime) {
        let verdict = local.judge(
            heard,
            joined: seeds.hasJoined,
            isFresh: isFresh(now: now),
            lateness: lateness(now: now)
        )
        switch verdict {
        case .nothing:
            break
        case .incredible:
            counters.incredibleNumbers += 1
        case .refuted:
            counters.refutations += 1
            // Whoever is taken for dead has answered too late (Lifeguard, section IV.A).
            if heard.bootID == local.claim.bootID { worsenHealth() }
            announceSelf()
            actions.append(.notice(.refuted(rumour: heard.liveness, incarnation: local.claim.incarnation)))
        case .reclaimed:
            announceSelf()
            actions.append(.notice(.nameReclaimed))
        case .conflict:
            counters.nameConflicts += 1
            let pause = settings.conflictReportIntervalMilliseconds
            if let last = timers.lastOwnConflictNotice, now.milliseconds(since: last) < pause { return }
            timers.lastOwnConflictNotice = now
            let own = local.claim.address
            actions.append(
                .notice(
                    local.isDisplaced
                        ? .nameConflict(local.id, kept: heard.address, refused: own)
                        : .nameConflict(local.id, kept: own, refused: heard.address)
                )
            )
        }
    }

    /// Spreads this member's claim and record at once.
    mutating func announceSelf() {
        hasChanged = true
        queue.enqueue(.claim(local.claim), of: local.id)
        queue.enqueue(.record(.urgent), of: local.id)
    }

    private mutating func reportConflict(
        _ slot: MemberSlot,
        kept: MemberClaim,
        refused: MemberClaim,
        now: MonotonicTime
    ) {
        counters.nameConflicts += 1
        let pause = settings.conflictReportIntervalMilliseconds
        if let last = members.conflictReportedAt(slot), now.milliseconds(since: last) < pause { return }
        members.reportedConflict(slot, at: now)
        actions.append(.notice(.nameConflict(kept.id, kept: kept.address, refused: refused.address)))
    }

    /// Suspects that did not refute in time are dead.
    mutating func endSuspicions(now: MonotonicTime, using random: inout some RandomNumberGenerator) {
        guard let next = members.nextSuspicionEnd, next <= now else { return }
        for slot in members.suspects {
            guard let suspicion = members.suspicion(at: slot), suspicion.deadline <= now else { continue }
            let verdict = members.claim(at: slot).saying(.dead)
            hear(verdict, on: .gossip, from: local.id, now: now, using: &random)
        }
    }
}

extension MonotonicTime {
    /// The time so long ago, at the earliest the clock's origin.
    func before(milliseconds: UInt64) -> MonotonicTime {
        let (span, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow, span <= nanoseconds else { return MonotonicTime(nanoseconds: 0) }
        return MonotonicTime(nanoseconds: nanoseconds - span)
    }
}
