/// The quorum's leader's knowledge of how long each service's lease runs, and who else wants to lead.
///
/// It is nobody else's: renewals write nothing. A new leader of the quorum knows nothing of the last renewals and so gives
/// every lease its full length anew, and every lock delay.
package struct ServiceLeases: Sendable {
    private struct Lease {
        var ends: BootTime
        /// Its end has been proposed, and is again at that time: the proposal may be lost.
        var proposedAgain: BootTime?
        var isEnding: Bool { proposedAgain != nil }
    }

    private struct Candidate {
        var priority: Int32
        /// It asks again by then, or does not want to lead any more.
        var until: BootTime
    }

    private var leases: [ServiceText: Lease] = [:]
    /// Nobody is elected before.
    private var locks: [ServiceText: BootTime] = [:]
    private var candidates: [ServiceText: [ServiceText: Candidate]] = [:]
    /// When the candidate whose election is proposed asked: its lease counts from there.
    private var asked: [ServiceText: (id: ServiceText, at: BootTime)] = [:]
    private var vacantSince: [ServiceText: BootTime] = [:]
    /// No lease ends and nothing is forgotten before.
    private var nextLook: BootTime

    /// All candidates, some of whom may not want to lead any more.
    private var candidateCount = 0
    private var nextClearing: BootTime

    /// So many candidates of one service are remembered, and so many of all.
    private static let maximumCandidates = 1_000
    private static let maximumCandidatesInAll = 50_000
    /// Those who want to lead no more are forgotten this often, and elections that were never decided.
    private static let clearingMilliseconds = 1_000
    private static let askedMilliseconds = 60_000
    /// A service that nobody has led for so long is forgotten.
    private static let forgetAfterMilliseconds = 24 * 3_600_000
    /// All leases are looked at this often at most.
    private static let lookMilliseconds = 20
    private static let proposedAgainMilliseconds = 1_000

    /// What a candidate is told.
    package enum Answer: Equatable, Sendable {
        case leads(ServiceTerm, remainingMilliseconds: Int)
        case led(by: ServiceText, ServiceTerm, remainingMilliseconds: Int)
        /// Nobody leads, and nobody is elected so soon.
        case locked(remainingMilliseconds: Int)
        /// To be asked again when this has been applied.
        case propose(Decision)
    }

    /// - Parameter now: when this peer's tenure began.
    package init(_ decisions: Decisions, now: BootTime) {
        nextLook = now
        nextClearing = now
        for (name, service) in decisions.services {
            switch service.seat {
            case .taken(let leader):
                leases[name] = Lease(ends: now.adding(milliseconds: leader.terms.leaseMilliseconds))
            case .vacant(_, let delay):
                locks[name] = now.adding(milliseconds: delay)
                vacantSince[name] = now
            }
        }
    }

    // MARK: Requests

    /// Makes `id` the leader if nobody leads, or renews its lease if it does.
    package mutating func elect(
        _ name: ServiceText,
        id: ServiceText,
        _ terms: ServiceTerms,
        _ decisions: Decisions,
        wallTime: WallTime,
        now: BootTime
    ) -> Answer {
        guard let service = decisions.services[name], let leader = service.leader, let lease = leases[name] else {
            return candidate(id, for: name, terms, decisions, wallTime: wallTime, now: now)
        }
        guard leader.id == id else {
            remember(id, for: name, terms, now: now)
            return .led(by: leader.id, service.term, remainingMilliseconds: remaining(lease, now: now))
        }
        forget(id, for: name)
        // A new leader of the quorum has to give as much as was ever promised in this reign.
        var lasting = terms
        lasting.leaseMilliseconds = max(terms.leaseMilliseconds, leader.terms.leaseMilliseconds)
        guard lasting == leader.terms else { return .propose(.adjust(name, service.term, lasting)) }
        if !lease.isEnding, now < lease.ends, !isChallenged(name, above: terms.priority, now: now) {
            leases[name]?.ends = max(lease.ends, now.adding(milliseconds: terms.leaseMilliseconds))
        }
        guard let renewed = leases[name], now < renewed.ends, !renewed.isEnding else {
            return .locked(remainingMilliseconds: 0)
        }
        return .leads(service.term, remainingMilliseconds: remaining(renewed, now: now))
    }

    private mutating func candidate(
        _ id: ServiceText,
        for name: ServiceText,
        _ terms: ServiceTerms,
        _ decisions: Decisions,
        wallTime: WallTime,
        now: BootTime
    ) -> Answer {
        remember(id, for: name, terms, now: now)
        if let lock = locks[name], now < lock {
            return .locked(remainingMilliseconds: max(1, lock.milliseconds(since: now)))
        }
        guard !isChallenged(name, above: terms.priority, now: now) else { return .locked(remainingMilliseconds: 1) }
        asked[name] = (id, now)
        let before = decisions.presentTerm(of: name)
        return .propose(.elect(name, id: id, terms, after: before, at: wallTime))
    }

    /// Whoever leads now, `id` does from now on; a lease that runs and a lock delay count for nothing.
    package mutating func force(
        _ name: ServiceText,
        id: ServiceText,
        _ terms: ServiceTerms,
        _ decisions: Decisions,
        wallTime: WallTime,
        now: BootTime
    ) -> Decision {
        asked[name] = (id, now)
        return .elect(name, id: id, terms, after: decisions.presentTerm(of: name), at: wallTime)
    }

    /// - Returns: nil where `id` does not lead.
    package func resign(_ name: ServiceText, id: ServiceText, _ decisions: Decisions) -> Decision? {
        guard let service = decisions.services[name], service.leader?.id == id else { return nil }
        return .vacate(name, service.term, .resigned)
    }

    // MARK: What is seen

    /// Milliseconds; nil while nobody leads.
    package func remainingMilliseconds(of name: ServiceText, now: BootTime) -> Int? {
        leases[name].map { remaining($0, now: now) }
    }

    /// How many wait to lead.
    package func observers(of name: ServiceText, now: BootTime) -> Int {
        candidates[name]?.values.count { now < $0.until } ?? 0
    }

    // MARK: Time, and what was decided

    /// Leases that have run out, and services to be forgotten: to be proposed.
    package mutating func due(_ decisions: Decisions, now: BootTime) -> [Decision] {
        guard now >= nextLook else { return [] }
        clear(now: now)
        var due: [(name: ServiceText, decision: Decision)] = []
        var next = now.adding(milliseconds: 1_000)
        for (name, lease) in leases {
            let end = lease.proposedAgain ?? lease.ends
            guard now >= end, let term = decisions.services[name]?.term else {
                next = min(next, end)
                continue
            }
            leases[name]?.proposedAgain = now.adding(milliseconds: Self.proposedAgainMilliseconds)
            due.append((name, .vacate(name, term, .expired)))
        }
        for (name, since) in vacantSince
        where now.milliseconds(since: since) >= Self.forgetAfterMilliseconds && observers(of: name, now: now) == 0 {
            guard let term = decisions.services[name]?.term else { continue }
            vacantSince[name] = now
            due.append((name, .forget(name, term)))
        }
        nextLook = max(next, now.adding(milliseconds: Self.lookMilliseconds))
        return due.sorted { $0.name < $1.name }.map(\.decision)
    }

    /// When `due` may have something.
    package var nextWakeUp: BootTime { nextLook }

    /// - Parameter decisions: with it applied.
    package mutating func applied(
        _ decision: Decision,
        _ outcome: DecisionOutcome,
        _ decisions: Decisions,
        now: BootTime
    ) {
        switch decision {
        case .elect(let name, let id, let terms, _, _):
            let asked = asked.removeValue(forKey: name)
            guard outcome == .done else { return }
            let start = asked?.id == id ? asked?.at ?? now : now
            let ends = start.adding(milliseconds: terms.leaseMilliseconds)
            leases[name] = Lease(ends: ends)
            nextLook = min(nextLook, max(ends, now))
            locks[name] = nil
            vacantSince[name] = nil
            forget(id, for: name)
        case .vacate(let name, _, _):
            guard outcome == .done, case .vacant(_, let delay) = decisions.services[name]?.seat else { return }
            leases[name] = nil
            locks[name] = now.adding(milliseconds: delay)
            vacantSince[name] = now
        case .forget(let name, _):
            guard outcome == .done else { return }
            locks[name] = nil
            vacantSince[name] = nil
            candidateCount -= candidates.removeValue(forKey: name)?.count ?? 0
        case .adjust, .namePrimary: break
        }
    }

    // MARK: Candidates

    private mutating func remember(_ id: ServiceText, for name: ServiceText, _ terms: ServiceTerms, now: BootTime) {
        var known = candidates[name] ?? [:]
        if known[id] == nil {
            if known.count >= Self.maximumCandidates {
                candidateCount -= known.count
                known = known.filter { now < $0.value.until }
                candidateCount += known.count
                candidates[name] = known
            }
            guard known.count < Self.maximumCandidates, candidateCount < Self.maximumCandidatesInAll else { return }
            candidateCount += 1
        }
        known[id] = Candidate(
            priority: terms.priority,
            until: now.adding(milliseconds: terms.leaseMilliseconds)
        )
        candidates[name] = known
    }

    private mutating func forget(_ id: ServiceText, for name: ServiceText) {
        if candidates[name]?.removeValue(forKey: id) != nil { candidateCount -= 1 }
    }

    private mutating func clear(now: BootTime) {
        guard now >= nextClearing else { return }
        nextClearing = now.adding(milliseconds: Self.clearingMilliseconds)
        candidates = candidates.mapValues { $0.filter { now < $0.value.until } }.filter { !$0.value.isEmpty }
        candidateCount = candidates.values.reduce(0) { $0 + $1.count }
        asked = asked.filter { now.milliseconds(since: $0.value.at) < Self.askedMilliseconds }
    }

    private func isChallenged(_ name: ServiceText, above priority: Int32, now: BootTime) -> Bool {
        candidates[name]?.values.contains { $0.priority > priority && now < $0.until } ?? false
    }

    /// Rounded down: never more than there is.
    private func remaining(_ lease: Lease, now: BootTime) -> Int {
        max(0, lease.ends.milliseconds(since: now))
    }
}
