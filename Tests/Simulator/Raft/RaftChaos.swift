internal import ClusterModel
package import Raft

/// A run of two parts: anything goes wrong; then it is mended for a majority, and the log has to go on.
package struct RaftChaos {
    package var seed: UInt64
    package var disturbedMilliseconds = 60_000

    package init(seed: UInt64) { self.seed = seed }

    package struct Report {
        package var seed: UInt64
        package var broken: String?
        package var statistics: RaftInvariants.Statistics
        /// From the mending to a leader whose gate is open.
        package var healedAfterMilliseconds: Int?
    }

    /// - Parameter observe: sees every action.
    package func run(_ observe: ((RaftWorld, RaftProcess, RaftAction) -> Void)? = nil) -> Report {
        run(observe, isHistoryKept: false).report
    }

    /// - Returns: with every peer's disk, and all that was written to it.
    package func runKeepingDisks() -> [RaftDisk] { run(nil, isHistoryKept: true).disks }

    private func run(
        _ observe: ((RaftWorld, RaftProcess, RaftAction) -> Void)?,
        isHistoryKept: Bool
    ) -> (report: Report, disks: [RaftDisk]) {
        let voters = [3, 5, 3, 5, 1, 4][Int(seed % 6)]
        var settings = RaftSettings.lan
        if seed % 3 != 0 {
            settings.snapshotAfterEntries = 20
            settings.keptEntries = Int(seed % 5)
            settings.snapshotChunkBytes = 512
            settings.maximumAppendBytes = 300
            settings.maximumInflightMessages = 4
        }
        let world = RaftWorld(voters: voters, others: 2, settings: settings, clockRates: 0.95...1.05, seed: seed)
        world.snapshotPadding = 2_000
        world.network.loss = 0.03
        world.network.duplication = 0.03
        world.network.lateness = 0.05
        if let observe { world.observe = { [unowned world] in observe(world, $0, $1) } }
        for process in world.processes { process.disk.isHistoryKept = isHistoryKept }
        world.startAll()
        var requests: UInt64 = 0
        var end = 500
        while end < disturbedMilliseconds, world.invariants.broken == nil {
            world.run(until: MonotonicTime(nanoseconds: UInt64(end) * 1_000_000))
            disturb(world, &requests)
            end += world.random.integer(in: 1...500)
        }
        let healed = heal(world, &requests)
        var broken = world.invariants.broken
        if broken == nil, healed == nil { broken = "nobody leads after the mending" }
        let report = Report(
            seed: seed,
            broken: broken,
            statistics: world.invariants.statistics,
            healedAfterMilliseconds: healed
        )
        return (report, world.processes.map(\.disk))
    }

    // MARK: Faults

    private func disturb(_ world: RaftWorld, _ requests: inout UInt64) {
        let all = world.processes.filter { $0.life > 0 }
        let victim = all[world.random.integer(in: 0...(all.count - 1))]
        use(world, &requests)
        switch world.random.integer(in: 0...99) {
        case 0..<10: crash(victim, in: world)
        case 10..<18: stop(victim, forMilliseconds: world.random.integer(in: 100...5_000), in: world)
        case 18..<28:
            let numbers = all.map(\.number)
            for from in numbers {
                for to in numbers where world.random.chance(0.4) { world.network.cuts.insert([from, to]) }
            }
        case 28..<50: world.network.cuts = []
        case 50..<62: handOver(world)
        case 62..<70: squeeze(world)
        case 70..<78: changeMembers(world, &requests)
        case 78..<84: stall(victim, forMilliseconds: world.random.integer(in: 50...4_000), in: world)
        case 84..<88: world.deliver(.connectionLost(victim.id), to: all[world.random.integer(in: 0...(all.count - 1))])
        default: break
        }
    }

    private func crash(_ process: RaftProcess, in world: RaftWorld, backWithinMilliseconds limit: Int = 800) {
        world.crash(process, keptWrites: world.random.integer(in: 0...2))
        let life = process.life
        let number = process.number
        let back = world.now.adding(milliseconds: world.random.integer(in: 1...limit))
        world.at(back) { world in
            if world.process(number).life == life { world.start(world.process(number)) }
        }
    }

    private func stop(_ process: RaftProcess, forMilliseconds milliseconds: Int, in world: RaftWorld) {
        world.pause(process)
        let number = process.number
        world.at(world.now.adding(milliseconds: milliseconds)) { $0.resume($0.process(number)) }
    }

    private func stall(_ process: RaftProcess, forMilliseconds milliseconds: Int, in world: RaftWorld) {
        world.stallDisk(of: process, true)
        let number = process.number
        world.at(world.now.adding(milliseconds: milliseconds)) { $0.stallDisk(of: $0.process(number), false) }
    }

    /// And at some time after it the two do not hear of each other: leave that comes late is used where the one who gave it
    /// does not see it.
    private func handOver(_ world: RaftWorld) {
        guard let leader = world.leaders.first, let voters = leader.node?.configuration.voters else { return }
        let target = voters[world.random.integer(in: 0...(voters.count - 1))]
        world.deliver(.transfer(to: target), to: leader)
        guard world.random.chance(0.5) else { return }
        let numbers = [leader.number, Int(target.low)]
        world.at(world.now.adding(milliseconds: world.random.integer(in: 100...2_500))) { world in
            world.network.cuts.insert(numbers)
            world.network.cuts.insert(numbers.reversed())
        }
    }

    /// One does not hear the leader; then the leader is alone, and those who promised to it are started anew: whoever
    /// forgets a promise helps the one to lead while the lease runs.
    private func squeeze(_ world: RaftWorld) {
        guard let leader = world.leaders.first else { return }
        let others = world.processes.filter { $0 !== leader && $0.life > 0 }.map(\.number)
        guard !others.isEmpty else { return }
        let (first, number) = (others[world.random.integer(in: 0...(others.count - 1))], leader.number)
        isolate(number, from: [first], in: world)
        world.at(world.now.adding(milliseconds: world.random.integer(in: 1_500...3_500))) { world in
            isolate(number, from: others, in: world)
            for other in others where other != first && world.process(other).node != nil {
                crash(world.process(other), in: world, backWithinMilliseconds: 60)
            }
        }
    }

    private func isolate(_ number: Int, from others: [Int], in world: RaftWorld) {
        for other in others {
            world.network.cuts.insert([number, other])
            world.network.cuts.insert([other, number])
        }
    }

    private func changeMembers(_ world: RaftWorld, _ requests: inout UInt64) {
        guard let leader = world.leaders.first, let configuration = leader.node?.configuration else { return }
        let candidates = world.processes.filter { $0.id != leader.id || world.random.chance(0.2) }
        let process = candidates[world.random.integer(in: 0...(candidates.count - 1))]
        requests += 1
        let change: MembershipChange
        switch configuration.peers[process.id]?.part {
        case nil:
            change = .addLearner(process.id, process.member)
            // A peer that was removed comes back with an empty store as another one; here the store is kept, which is
            // harder.
            if process.life == 0 { world.start(process) }
        case .learner: change = world.random.chance(0.8) ? .promote(process.id) : .remove(process.id)
        case .voter: change = world.random.chance(0.5) ? .demote(process.id) : .remove(process.id)
        }
        world.deliver(.change(RequestID(rawValue: requests), change), to: leader)
    }

    /// Commands and questions, to whoever takes itself for the leader.
    private func use(_ world: RaftWorld, _ requests: inout UInt64) {
        for leader in world.leaders {
            let proposals = (0..<world.random.integer(in: 0...8)).map { _ in
                requests += 1
                let length = world.random.integer(in: 0...100)
                return Proposal(id: RequestID(rawValue: requests), command: world.random.bytes(length))
            }
            world.deliver(.propose(proposals), to: leader)
            requests += 1
            world.invariants.asked(RequestID(rawValue: requests), of: leader)
            world.deliver(.read(RequestID(rawValue: requests)), to: leader)
        }
    }

    // MARK: Mending

    private func heal(_ world: RaftWorld, _ requests: inout UInt64) -> Int? {
        world.isMended = true
        world.network.cuts = []
        world.network.loss = 0
        world.network.lateness = 0
        for process in world.processes where process.life > 0 {
            world.resume(process)
            world.stallDisk(of: process, false)
            world.start(process)
        }
        let limit = 3 * world.settings.voteHoldMilliseconds + 2_000
        guard
            let healed = world.run(
                withinMilliseconds: limit,
                until: { world in world.processes.contains { $0.isGateOpen(at: world.now) } }
            )
        else { return nil }
        // And the log goes on, everywhere.
        use(world, &requests)
        world.run(withinMilliseconds: 20_000) { world in
            guard let leader = world.leaders.first, let node = leader.node else { return false }
            return node.configuration.peers.keys.allSatisfy { id in
                world.processes.contains { $0.id == id && $0.appliedIndex == node.lastEntry.index }
            }
        }
        guard let leader = world.leaders.first, leader.appliedIndex == leader.node?.lastEntry.index else { return nil }
        return healed
    }
}
