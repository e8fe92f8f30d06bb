package import ClusterModel
package import Gossip

/// A cluster of gossip nodes in a simulated world, and the truth about it: who runs, and what each has said last.
package final class GossipCluster {
    package typealias Process = SimulatedProcess<GossipSimulationNode>

    package let world: World<GossipSimulationNode>
    package let settings: GossipSettings
    package let statistics = GossipStatistics()
    package let invariants: GossipInvariants?
    /// Members 1 to this number are everyone's seeds.
    package var seedCount = 3
    /// Each process's clock is ahead of the truth by a random time up to this.
    package var maximumClockOffsetMilliseconds = 0
    /// Each process that is started has the versions of one of these, drawn at random; none for those of the settings.
    package var versions: [ProtocolVersions] = []
    package var trace: ((String) -> Void)?

    package func note(_ line: @autoclosure () -> String) {
        trace?("\(world.now.nanoseconds / 1_000_000) " + line())
    }

    /// - Parameter isChecked: whether the invariants are looked at after every step; their memory grows with the
    ///   square of the number of members.
    package init(seed: UInt64, settings: GossipSettings, isChecked: Bool = true) {
        world = World(seed: seed)
        self.settings = settings
        invariants = isChecked ? GossipInvariants(settings: settings) : nil
        world.afterStep = { [unowned self] process, outputs in
            self.observe(process, outputs)
        }
    }

    // MARK: Names

    package static func id(_ number: Int) -> MemberID {
        MemberID(high: UInt64(number) &* 0x9e37_79b9_7f4a_7c15, low: UInt64(number))
    }

    package static func number(_ id: MemberID) -> Int { Int(truncatingIfNeeded: id.low) }

    package static func address(_ number: Int) -> HostPort {
        HostPort(host: "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)", port: 6307)
    }

    // MARK: Processes

    /// The process that runs as this member, if any.
    package func process(_ number: Int) -> Process? {
        world.process(at: world.host(at: Self.address(number)))
    }

    /// Starts a member, or starts it anew, which knows nobody but the seeds.
    @discardableResult
    package func start(_ number: Int, record: [UInt8]? = nil) -> Process {
        let offset = world.random.integer(in: 0...maximumClockOffsetMilliseconds)
        let process = world.start(
            GossipSimulationNode(
                core: makeCore(number, record: record, clockOffsetMilliseconds: offset),
                isSealed: invariants != nil
            ),
            at: Self.address(number),
            clockOffsetMilliseconds: offset
        )
        let seeds = (1...seedCount).map(Self.address)
        world.send(.join(seeds: seeds), to: process)
        return process
    }

    /// Starts a second process of a member that runs, with its name and its address: it is elsewhere, so that whoever
    /// speaks to the address reaches the first, but its packets are heard, and answered where they came from.
    package func startCopy(of number: Int) {
        let elsewhere = HostPort(host: "copy-\(world.processes.count).\(number)", port: 6307)
        let offset = world.random.integer(in: 0...maximumClockOffsetMilliseconds)
        let process = world.start(
            GossipSimulationNode(
                core: makeCore(number, record: [66], clockOffsetMilliseconds: offset),
                isSealed: invariants != nil,
                isCopy: true
            ),
            at: elsewhere,
            clockOffsetMilliseconds: offset
        )
        // Its own address is no seed for it, as for the first.
        world.send(.join(seeds: (1...seedCount).map(Self.address)), to: process)
    }

    /// Starts members 1 to `count`, which know each other already.
    package func form(_ count: Int, recordBytes: Int = 200) {
        let cores = (1...count).map { makeCore($0, record: world.random.bytes(recordBytes)) }
        let formed = FormedCluster(
            cores.map { core in
                FormedCluster.Founder(
                    id: core.id,
                    bootID: core.localClaim.bootID,
                    address: core.localClaim.address,
                    record: core.localRecord.bytes
                )
            },
            now: world.now
        )
        for var core in cores {
            core.join(formed, using: &world.random)
            world.start(GossipSimulationNode(core: core), at: core.localClaim.address)
        }
    }

    private func makeCore(_ number: Int, record: [UInt8]?, clockOffsetMilliseconds: Int = 0) -> GossipNode {
        var settings = settings
        if let drawn = versions.randomElement(using: &world.random) { settings.protocolVersions = drawn }
        return GossipNode(
            settings: settings,
            id: Self.id(number),
            bootID: BootID(rawValue: world.random.next()),
            address: Self.address(number),
            record: record ?? [UInt8(truncatingIfNeeded: number)],
            now: world.now.adding(milliseconds: clockOffsetMilliseconds),
            using: &world.random
        )
    }

    package func crash(_ process: Process) {
        statistics.crashed(process.node.core.id, now: world.now)
        world.crash(process)
    }

    /// Gives a member a new record, and notes when the others have it.
    package func change(_ process: Process, record: [UInt8], _ urgency: Urgency) {
        world.send(.change(record: record, urgency), to: process)
        guard process.condition == .running, urgency == .urgent else { return }
        statistics.changed(process.node.core.id, process.node.core.localRecord.stamp, now: world.now)
    }

    package var running: [Process] {
        world.running.filter { !$0.node.hasLeft && !$0.node.isCopy }
    }

    // MARK: Truth

    /// Why the views do not agree with the truth; nil if they do.
    package func disagreement() -> String? {
        let running = running
        // The first keeps the name; a copy knows that it has none.
        for copy in world.running where copy.node.isCopy && !copy.node.core.isDisplaced {
            return "\(copy.address) takes the name of another"
        }
        for observer in running {
            let core = observer.node.core
            var present = 0
            for other in running where other !== observer {
                let truth = other.node.core
                guard let claim = core.claim(of: truth.id) else {
                    return "\(observer.address) does not know \(other.address)"
                }
                guard claim.liveness == .alive, claim.bootID == truth.localClaim.bootID,
                    claim.address == other.address, claim.incarnation == truth.localClaim.incarnation
                else { return "\(observer.address) takes \(other.address) for \(claim)" }
                guard core.record(of: truth.id) == truth.localRecord else {
                    return "\(observer.address) has an old record of \(other.address)"
                }
                present += 1
            }
            guard core.presentCount == present else {
                return "\(observer.address) takes \(core.presentCount) others for present, not \(present)"
            }
        }
        return nil
    }

    // MARK: Observation

    private func observe(_ process: Process, _ outputs: [NodeOutput<GossipNotice>]) {
        if let invariants {
            invariants.check(process, outputs: outputs, now: world.now)
            if invariants.violation != nil { world.stop() }
        }
        if statistics.isWatching {
            for id in process.node.core.touched { statistics.touched(id, by: process, now: world.now) }
        }
        if trace != nil {
            for case .notice(let notice) in outputs { note("\(process.address.host) #\(process.number): \(notice)") }
        }
        for case .notice(.memberChanged(let id, let from, let to, _)) in outputs {
            let subject = self.process(Self.number(id))
            statistics.changed(id, from: from, to: to, by: process, subject: subject, now: world.now)
        }
    }
}
