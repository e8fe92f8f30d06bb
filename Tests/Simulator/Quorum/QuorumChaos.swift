internal import ClusterModel
package import Quorum
internal import Raft

/// A run of two parts: anything goes wrong; then it is mended, and the quorum has to go on.
package struct QuorumChaos {
    package var seed: UInt64
    package var disturbedMilliseconds = 60_000

    package init(seed: UInt64) { self.seed = seed }

    package struct Report {
        package var seed: UInt64
        package var broken: String?
        package var statistics: QuorumInvariants.Statistics
        /// From the mending to an open gate, or to a leader where there is no primary.
        package var healedAfterMilliseconds: Int?
    }

    package func run(_ observe: ((QuorumWorld, QuorumProcess, QuorumAction) -> Void)? = nil) -> Report {
        var settings = QuorumSettings()
        settings.voters = [3, 3, 5, 1, 3][Int(seed % 5)]
        settings.replaceAfterMilliseconds = 8_000
        if seed % 3 == 0 {
            settings.raft.snapshotAfterEntries = 30
            settings.raft.keptEntries = 5
            settings.raft.snapshotChunkBytes = 512
        }
        let members = max(3, settings.voters) + Int(seed % 3)
        let world = QuorumWorld(members: members, settings: settings, clockRates: 0.95...1.05, seed: seed)
        if let observe { world.observe = { [unowned world] in observe(world, $0, $1) } }
        for process in world.processes {
            process.zone = "z\(world.random.integer(in: 1...3))"
            process.promotion = world.random.chance(0.2) ? .preferNot : .neutral
            process.isWitness = world.random.chance(0.15)
            process.campaigns = !world.random.chance(0.1)
        }
        let first = world.processes.first { !$0.isWitness } ?? world.process(1)
        first.server = .writable
        world.startAll()
        var end = 300
        while end < disturbedMilliseconds, world.invariants.broken == nil {
            world.run(until: MonotonicTime(nanoseconds: UInt64(end) * 1_000_000))
            disturb(world)
            end += world.random.integer(in: 1...400)
        }
        let healed = heal(world)
        var broken = world.invariants.broken
        if broken == nil, healed == nil { broken = "nobody leads, or may be written to, after the mending" }
        return Report(
            seed: seed,
            broken: broken,
            statistics: world.invariants.statistics,
            healedAfterMilliseconds: healed
        )
    }

    // MARK: Faults

    private func disturb(_ world: QuorumWorld) {
        let all = world.processes
        let victim = all[world.random.integer(in: 0...(all.count - 1))]
        use(world)
        switch world.random.integer(in: 0...99) {
        case 0..<8: crash(victim, in: world)
        case 8..<14: stop(victim, forMilliseconds: world.random.integer(in: 100...5_000), in: world)
        case 14..<22:
            for from in all {
                for to in all where world.random.chance(0.3) { world.network.cuts.insert([from.number, to.number]) }
            }
        case 22..<40: world.network.cuts = []
        case 40..<45: stall(victim, forMilliseconds: world.random.integer(in: 50...4_000), in: world)
        case 45..<50:
            if let leader = world.leaders.first, let term = leader.node?.status(now: leader.local(world.now)).term {
                world.ask(.stepDown(term), victim)
            }
        case 50..<52: wipe(victim, in: world)
        case 52..<54: world.ask(.remove(all[world.random.integer(in: 0...(all.count - 1))].id), victim)
        case 54..<56: moveByHand(world)
        case 56: for process in all { crash(process, in: world) }
        case 57: world.deliver(.leaving, to: victim)
        default: break
        }
    }

    private func crash(_ process: QuorumProcess, in world: QuorumWorld, backWithinMilliseconds limit: Int = 1_500) {
        world.crash(process, keptWrites: world.random.integer(in: 0...2))
        comeBack(process, in: world, withinMilliseconds: world.random.chance(0.1) ? 20_000 : limit)
    }

    private func comeBack(_ process: QuorumProcess, in world: QuorumWorld, withinMilliseconds limit: Int) {
        let life = process.life
        let number = process.number
        world.at(world.now.adding(milliseconds: world.random.integer(in: 1...limit))) { world in
            if world.process(number).life == life { world.start(world.process(number)) }
        }
    }

    private func stop(_ process: QuorumProcess, forMilliseconds milliseconds: Int, in world: QuorumWorld) {
        world.pause(process)
        let number = process.number
        world.at(world.now.adding(milliseconds: milliseconds)) { $0.resume($0.process(number)) }
    }

    private func stall(_ process: QuorumProcess, forMilliseconds milliseconds: Int, in world: QuorumWorld) {
        world.stallDisk(of: process, true)
        let number = process.number
        world.at(world.now.adding(milliseconds: milliseconds)) { $0.stallDisk(of: $0.process(number), false) }
    }

    /// A disk that is lost takes what it promised with it: one at a time, and only while the others can do without.
    private func wipe(_ process: QuorumProcess, in world: QuorumWorld) {
        guard let leader = world.leaders.first, let status = leader.node?.status(now: leader.local(world.now)) else {
            return
        }
        func voters(_ status: QuorumStatus) -> [MemberID] {
            status.voters.filter { $0.role != .learner }.map(\.member)
        }
        let known = voters(status)
        let others = status.voters.filter { known.contains($0.member) && $0.member != process.id }
        // All know the same voters: no change of them is under way.
        let isSafe = others.allSatisfy { voter in
            guard let other = world.process(voter.member), !other.isPaused, !other.disk.isStalled,
                let seen = other.node?.status(now: other.local(world.now))
            else { return false }
            return voters(seen) == known && voter.match ?? .zero >= status.commit
        }
        guard known.count >= 3, isSafe, leader !== process else { return }
        world.wipe(process)
        comeBack(process, in: world, withinMilliseconds: 3_000)
    }

    /// A DBA moves the primary: the old one is made read-only, then another one writable.
    private func moveByHand(_ world: QuorumWorld) {
        guard let old = world.processes.first(where: { $0.server == .writable }) else { return }
        old.server = .readOnly
        let candidates = world.processes.filter { !$0.isWitness }
        guard !candidates.isEmpty else { return }
        let number = candidates[world.random.integer(in: 0...(candidates.count - 1))].number
        world.at(world.now.adding(milliseconds: world.random.integer(in: 0...3_000))) { world in
            if !world.processes.contains(where: { $0.server == .writable }) { world.process(number).server = .writable }
        }
    }

    private static let services = (1...3).compactMap { ServiceText("service \($0)") }

    private func use(_ world: QuorumWorld) {
        let all = world.processes
        for _ in 0..<3 {
            let process = all[world.random.integer(in: 0...(all.count - 1))]
            let service = Self.services[world.random.integer(in: 0...(Self.services.count - 1))]
            let length = world.random.integer(in: 1...5) * 1_000
            guard let id = ServiceText("app \(world.random.integer(in: 1...4))"),
                let terms = ServiceTerms(
                    leaseMilliseconds: length,
                    lockDelayMilliseconds: world.random.chance(0.2) ? 500 : 0,
                    priority: Int32(world.random.chance(0.1) ? 1 : 0)
                )
            else { continue }
            if world.random.chance(0.1) {
                world.invariants.gaveUp(service, id, at: world.now)
                world.ask(.resign(service, id: id), process)
            } else {
                world.ask(.elect(service, id: id, terms), process)
            }
        }
    }

    // MARK: Mending

    /// - Returns: the milliseconds until all is well; nil if it did not become so in time.
    private func heal(_ world: QuorumWorld) -> Int? {
        world.isMended = true
        world.network.cuts = []
        for process in world.processes {
            world.resume(process)
            world.stallDisk(of: process, false)
            world.start(process)
        }
        if !world.processes.contains(where: { $0.server == .writable }),
            let next = world.processes.first(where: { !$0.isWitness })
        {
            next.server = .writable
        }
        let hasServer = world.processes.contains { $0.server == .writable }
        let limit = 3 * world.settings.raft.voteHoldMilliseconds + 2_000 + 10_000
        return world.run(withinMilliseconds: limit) { world in
            // Who was removed by a command, and came back, is told to remove its store.
            for process in world.processes where process.node?.outage == .removed {
                world.wipe(process)
                world.start(process)
            }
            guard world.leaders.count == 1 else { return false }
            return !hasServer || world.openGates.first.map { $0.server == .writable } ?? false
        }
    }
}
