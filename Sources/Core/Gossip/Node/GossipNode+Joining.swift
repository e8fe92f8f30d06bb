internal import ClusterModel

/// Finding the cluster, and finding it again after a partition.
extension GossipNode {
    /// Until one has answered, all seeds are tried again and again; a displaced process asks whether its name is free.
    mutating func runJoin(now: MonotonicTime) {
        guard !hasJoined, now >= timers.join else { return }
        let pause = settings.joinIntervalMilliseconds * (local.isDisplaced ? 4 : 1)
        timers.join = now.adding(milliseconds: max(50, pause))
        let version = takeTrialVersion()
        for (index, seed) in seeds.seeds.enumerated() where seed.stream == nil {
            let stream = open(.seedExchange, .exchange(allEntries(now: now)), to: seed.address, version: version)
            seeds.started(index, stream: stream)
        }
    }

    /// A seed has answered.
    mutating func takenIn(by member: MemberID, now: MonotonicTime) {
        guard !seeds.hasJoined, !local.isDisplaced else { return }
        seeds.joined()
        timers.joined = now
        announceSelf()
        timers.comparisonPause = 1000
        timers.pushPull = min(timers.pushPull, now.adding(milliseconds: timers.comparisonPause))
        actions.append(.notice(.joined(through: member)))
    }

    /// After a partition nobody on one side probes the other: a dead member and a seed that stands for no living one
    /// are tried from time to time.
    ///
    /// The more are dead, the more often each member tries one, so that a dead member is tried by the whole cluster
    /// a few times per interval, however large the cluster is.
    mutating func runReconnect(now: MonotonicTime, using random: inout some RandomNumberGenerator) {
        guard now >= timers.reconnect else { return }
        let interval = max(4, settings.reconnectIntervalMilliseconds)
        timers.reconnect = now.adding(
            milliseconds: Int.random(in: (interval - interval / 4)...(interval + interval / 4), using: &random)
        )
        guard hasJoined else { return }

        let version = trialVersion(using: &random)
        let silent = seeds.seeds.indices.filter { isUncovered($0) }
        if let index = seeds.takeTurn(of: silent, using: &random) {
            seeds.started(index, stream: compare(with: seeds.seeds[index].address, version: version))
        }
        guard !members.absent.isEmpty else { return }
        let chances = Self.triesPerDeadMember * members.absent.count
        guard Int.random(in: 0...members.presentCount, using: &random) < chances else { return }
        if let dead = members.sampleDead(1, using: &random).first {
            compare(with: members.address(at: dead), version: version)
        }
    }

    private static let triesPerDeadMember = 4

    /// Whether this member joined so lately that the answer to what it has outbid may still be on its way: the first
    /// comparisons after joining are not over.
    func isFresh(now: MonotonicTime) -> Bool {
        timers.joined.map { now.milliseconds(since: $0) < Self.freshMilliseconds } ?? false
    }

    private static let freshMilliseconds = 10_000

    /// Whether nobody who is present is known to answer at the seed's address.
    private mutating func isUncovered(_ index: Int) -> Bool {
        let seed = seeds.seeds[index]
        guard seed.stream == nil, seed.member != local.id else { return false }
        if let member = seed.member {
            guard let slot = members.slot(of: member) else { return true }
            return !members.liveness(at: slot).isPresent
        }
        let holder = members.slots.first {
            members.address(at: $0) == seed.address && members.liveness(at: $0).isPresent
        }
        guard let holder else { return true }
        seeds.found(index, member: members.id(at: holder))
        return false
    }
}
