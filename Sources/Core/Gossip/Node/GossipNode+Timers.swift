internal import ClusterModel

extension GossipNode {
    /// The times at which something is to be done regularly.
    struct Timers {
        var probe: MonotonicTime
        var join: MonotonicTime
        /// When a seed took this member in.
        var joined: MonotonicTime?
        var pushPull: MonotonicTime
        /// Until the comparison after the next one: grows to the interval after joining.
        var comparisonPause: Int
        var reconnect: MonotonicTime
        var sweep: MonotonicTime
        /// Nil until the first round, and when the next one shall not wait.
        var lastGossip: MonotonicTime?
        var lastRecordRefresh: MonotonicTime?
        /// When an urgent change of this member's own record goes out at the latest, without waiting for the next round.
        var ownNews: MonotonicTime?
        var lastForeignNotice: MonotonicTime?
        var lastOwnConflictNotice: MonotonicTime?
        /// When each host whose versions do not meet ours was last reported; bounded.
        var versionNotices: [String: MonotonicTime] = [:]

        init(settings: GossipSettings, now: MonotonicTime, using random: inout some RandomNumberGenerator) {
            probe = now.adding(
                milliseconds: Int.random(in: 0...max(0, settings.probeIntervalMilliseconds), using: &random)
            )
            join = now
            comparisonPause = settings.pushPullIntervalMilliseconds
            pushPull = now.adding(
                milliseconds: Int.random(in: 0...max(0, settings.pushPullIntervalMilliseconds), using: &random)
            )
            reconnect = now.adding(milliseconds: settings.reconnectIntervalMilliseconds)
            sweep = now
        }
    }

    /// Does all that is due. Each timer that was due lies in the future afterwards.
    mutating func runTimers(now: MonotonicTime, using random: inout some RandomNumberGenerator) {
        runProbe(now: now, using: &random)
        runDoubts(now: now, using: &random)
        sendNacks(now: now)
        endSuspicions(now: now, using: &random)
        refreshRecord(now: now)
        startFetches(now: now)
        if phase == .running {
            runJoin(now: now)
            runPushPull(now: now, using: &random)
            runReconnect(now: now, using: &random)
        }
        if now >= timers.sweep { forgetLongGone(now: now) }
        if let due = gossipDue, now >= due { gossipRound(now: now, using: &random) }
        if case .leaving(let until) = phase {
            let isSaid = !queue.contains(BroadcastQueue.Key(member: local.id, subject: .claim))
            if isSaid || now >= until { finishLeaving() }
        }
    }

    /// When the next packets of news alone are due; nil while nothing urgent waits.
    var gossipDue: MonotonicTime? {
        guard queue.hasUrgent, !local.isDisplaced else { return nil }
        let round =
            timers.lastGossip?.adding(milliseconds: settings.gossipIntervalMilliseconds)
            ?? MonotonicTime(nanoseconds: 0)
        return timers.ownNews.map { min($0, round) } ?? round
    }

    func earliestTimer(now: MonotonicTime) -> MonotonicTime {
        guard phase != .left else { return MonotonicTime(nanoseconds: .max) }
        var earliest = timers.sweep
        func consider(_ time: MonotonicTime?) {
            if let time, time < earliest { earliest = time }
        }
        if case .leaving(let until) = phase { consider(until) }
        if phase == .running {
            consider(hasJoined ? nil : timers.join)
            consider(timers.pushPull)
            consider(timers.reconnect)
            consider(probe?.nextStep)
            if targets.count > 0, !local.isDisplaced { consider(timers.probe) }
        }
        consider(members.nextSuspicionEnd)
        consider(relays.nextNackAt)
        if phase == .running { consider(doubts.nextStep) }
        consider(gossipDue)
        consider(fetches.nextDue(settings: settings))
        if pendingRecord != nil { consider(recordRefreshDue) }
        return earliest
    }

    /// Members that died or left long ago are forgotten, and those at whose address another lives: a node that
    /// was given another name.
    private mutating func forgetLongGone(now: MonotonicTime) {
        let pause = min(60_000, max(1_000, settings.forgetAfterMilliseconds / 100))
        timers.sweep = now.adding(milliseconds: pause)
        noteLateness(now: now)
        let renamed = members.absentAtTakenAddresses(with: local.hasLeft ? nil : local.claim.address)
        for slot in members.absent {
            guard let since = members.goneSince(slot) else { continue }
            let age = now.milliseconds(since: since)
            if age > settings.oldAfterMilliseconds { members.markOld(slot) }
            guard age >= settings.forgetAfterMilliseconds || renamed.contains(slot) else { continue }
            let id = members.id(at: slot)
            members.remove(slot)
            fetches.forget(id)
            reachedByStreamOnly.remove(id)
            queue.remove(BroadcastQueue.Key(member: id, subject: .claim))
            queue.remove(BroadcastQueue.Key(member: id, subject: .record))
            hasChanged = true
            actions.append(.notice(.memberForgotten(id)))
        }
    }
}
