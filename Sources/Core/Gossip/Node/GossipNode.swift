package import ClusterModel

/// One member's part in the gossip: SWIM's failure detector and dissemination, versioned records, full exchanges.
///
/// A value without clock, randomness, sockets or tasks: the transport passes events and the time in, carries the
/// actions out, and calls again with `.timer` when `nextWakeUp` has come. The same events, times and random numbers
/// give the same actions.
///
/// The rules stand in the extensions beside this file and in the types they use: `MergeRule` (whose word holds),
/// `LocalMember` (refutation), `ProbeTargets`, `Suspicion`, `BroadcastQueue`, `VersionedRecord`, `SeedList`.
///
/// Literature: Das, Gupta, Motivala: "SWIM: Scalable Weakly-consistent Infection-style Process Group Membership
/// Protocol" (2002); Dadgar, Phillips, Currey: "Lifeguard: Local Health Awareness for More Accurate Failure
/// Detection" (2017).
package struct GossipNode: Sendable {
    let settings: GossipSettings
    var local: LocalMember
    var members = MemberTable()
    package internal(set) var counters = GossipCounters()

    // Failure detection.
    var targets = ProbeTargets<MemberSlot>()
    var probe: ActiveProbe?
    var health: LocalHealth
    var relays = PingRelays()
    var doubts = Doubts()
    var delays = ObservedDelays()
    var sequence: UInt32
    /// How many packets this process has written.
    var packetNumber: UInt64 = 0
    var replays = ReplayWindows()
    /// Members that only a stream reached at their last probe.
    var reachedByStreamOnly: Set<MemberID> = []

    // Dissemination.
    var queue = BroadcastQueue()

    // Records.
    var fetches = RecordFetches()
    var pendingRecord: [UInt8]?

    // Joining and anti-entropy.
    var seeds = SeedList()
    var streams: [StreamID: StreamPurpose] = [:]
    var nextStreamID: UInt64 = 1
    /// How often those were asked whose version is not known.
    var trials: UInt64 = 0

    /// Packets of other clusters since that was last told.
    var foreignUntold = 0

    var timers: Timers
    var phase = Phase.running
    /// When the timer event is wanted; never before the time of the last event.
    package private(set) var nextWakeUp: MonotonicTime

    // Collected while an event is handled.
    var actions: [GossipAction] = []
    /// Whose claim or record the last event has changed.
    package internal(set) var touched: [MemberID] = []
    var hasChanged = false

    enum Phase: Equatable {
        case running
        case leaving(until: MonotonicTime)
        case left
    }

    enum StreamPurpose: Equatable {
        /// The full exchange with a seed that takes this member in.
        case seedExchange
        /// Comparing tables with whoever is at the address.
        case compare(HostPort)
        case reconcile(HostPort)
        case push
        case fetch(MemberID)
        case probe(UInt32)
    }

    /// - Parameters:
    ///   - id: derived from the node's name: the same after a restart.
    ///   - bootID: drawn at random when the process starts.
    ///   - address: where others reach this member, by UDP and TCP.
    ///   - record: the first version of its record; cut to nothing if it is longer than `VersionedRecord.maximumBytes`.
    ///   - now: the time of the start.
    package init(
        settings: GossipSettings,
        id: MemberID,
        bootID: BootID,
        address: HostPort,
        record: [UInt8],
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) {
        self.settings = settings
        let fits = record.count <= VersionedRecord.maximumBytes
        local = LocalMember(
            id: id,
            bootID: bootID,
            versions: settings.protocolVersions,
            address: address,
            record: fits ? record : []
        )
        sequence = UInt32.random(in: 0...UInt32.max, using: &random)
        health = LocalHealth(maximum: settings.maximumHealthScore)
        timers = Timers(settings: settings, now: now, using: &random)
        nextWakeUp = now
    }

    package mutating func handle(
        _ event: GossipEvent,
        now: MonotonicTime,
        using random: inout some RandomNumberGenerator
    ) -> [GossipAction] {
        guard phase != .left else {
            if case .streamRequest(let stream, _, _, _) = event { return [.refuse(stream)] }
            return []
        }
        actions = []
        touched.removeAll(keepingCapacity: true)
        hasChanged = false
        let lateness = local.claim.lateness
        allowForStall(now: now)

        switch event {
        case .timer:
            break
        case .datagram(let source, let sealer, let bytes):
            receive(datagram: bytes, from: source, sealedBy: sealer, now: now, using: &random)
        case .streamRequest(let stream, let host, let sealer, let bytes):
            receive(request: bytes, on: stream, from: host, sealedBy: sealer, now: now, using: &random)
        case .streamReply(let stream, let sealer, let bytes):
            receive(reply: bytes, on: stream, sealedBy: sealer, now: now, using: &random)
        case .streamFailed(let stream):
            streamFailed(stream, now: now)
        case .join(let addresses):
            seeds.begin(with: addresses, excluding: local.claim.address)
            timers.join = now
        case .localRecordChanged(let bytes, let priority):
            changeLocalRecord(bytes, priority, now: now)
        case .leave:
            leave(now: now)
        }

        runTimers(now: now, using: &random)
        counters.queueLength = queue.count
        counters.healthScore = health.score
        counters.latenessMilliseconds = local.claim.lateness.milliseconds
        if lateness != local.claim.lateness {
            actions.append(.notice(.latenessTold(milliseconds: counters.latenessMilliseconds)))
        }
        counters.members = members.count + 1
        noteClusterVersion()
        nextWakeUp = max(now, earliestTimer(now: now))
        if hasChanged { actions.append(.membershipChanged) }
        defer { actions = [] }
        return actions
    }

    package var id: MemberID { local.id }

    /// Whether a seed has taken this member in, or it has none.
    package var hasJoined: Bool { seeds.hasJoined && !local.isDisplaced }

    /// The seeds, while none of them has answered.
    package var silentSeeds: [HostPort] { seeds.hasJoined || local.isDisplaced ? [] : seeds.seeds.map(\.address) }

    /// Everyone listed, this member first, the others in the order in which they were heard of.
    package func members(now: MonotonicTime) -> [GossipMember] {
        let own = GossipMember(
            id: local.id,
            bootID: local.claim.bootID,
            liveness: local.claim.liveness,
            incarnation: local.claim.incarnation,
            lastHeard: now,
            address: local.claim.address,
            record: local.record,
            isDisplaced: local.isDisplaced
        )
        return [own]
            + members.slots.map { slot in
                GossipMember(
                    id: members.id(at: slot),
                    bootID: members.bootID(at: slot),
                    liveness: members.liveness(at: slot),
                    incarnation: members.incarnation(at: slot),
                    lastHeard: members.lastHeard(at: slot),
                    address: members.address(at: slot),
                    record: members.record(at: slot)
                )
            }
    }

    /// A process that slept (SIGSTOP, a frozen machine) has missed acks and refutations: it drops the probe under way
    /// and gives suspects fresh time instead of condemning them for its own absence.
    private mutating func allowForStall(now: MonotonicTime) {
        let late = now.milliseconds(since: nextWakeUp)
        guard settings.lifeguard.contains(.stallGuard), late > settings.stallThresholdMilliseconds else { return }
        counters.stalls += 1
        worsenHealth()
        delays.stalled(milliseconds: late, now: now)
        probe = nil
        timers.probe = now
        members.restartSuspicions(now: now)
        doubts.restart(milliseconds: settings.probeIntervalMilliseconds, now: now)
        actions.append(.notice(.stalled(milliseconds: late)))
    }

    private mutating func leave(now: MonotonicTime) {
        guard phase == .running else { return }
        phase = .leaving(until: now.adding(milliseconds: settings.leaveTimeoutMilliseconds))
        probe = nil
        // A displaced process must not say farewell in the name of the one that lives.
        guard !local.isDisplaced else { return finishLeaving() }
        local.leave()
        hasChanged = true
        queue.enqueue(.claim(local.claim), of: local.id)
        timers.lastGossip = nil
    }

    mutating func finishLeaving() {
        phase = .left
        actions.append(.left)
    }

    /// - Parameter version: that of an asker or of one who is not present; nil for the cluster's.
    mutating func makeHeader(version: UInt8? = nil) -> PacketHeader {
        packetNumber &+= 1
        return PacketHeader(
            versions: settings.protocolVersions,
            version: version ?? clusterVersion,
            clusterName: settings.clusterName,
            sender: local.id,
            bootID: local.claim.bootID,
            incarnation: local.claim.incarnation,
            number: packetNumber,
            lateness: local.claim.lateness
        )
    }
}
