import ClusterModel
import Quorum
import Raft
import Simulator
import Testing

@Suite("Who takes part")
struct MembersTests {
    private static func founded(_ voters: Int = 3, of members: Int, primary: Int? = nil) -> QuorumWorld {
        let world = QuorumWorld.waiting(members, voters: voters)
        for number in 1...voters { world.start(world.process(number)) }
        if let primary { world.process(primary).server = .writable }
        world.run(withinMilliseconds: 10_000) { $0.leader != nil && (primary == nil || !$0.openGates.isEmpty) }
        return world
    }

    @Test("whoever comes later is a learner while there are voters enough")
    func learner() {
        let world = Self.founded(of: 4)
        world.start(world.process(4))
        #expect(world.run(withinMilliseconds: 5_000) { $0.learners == [4] } != nil)
        #expect(world.run(withinMilliseconds: 5_000) { $0.status(4)?.part == .takesPart } != nil)
        #expect(world.notices(of: 4).contains { if case .joined = $0 { true } else { false } })
        world.run(forMilliseconds: 20_000)
        #expect(world.voters == [1, 2, 3] && world.learners == [4])
    }

    @Test("a voter that is away for long gives its place to a learner, and comes back as one")
    func replaced() {
        let world = Self.founded(of: 4)
        world.start(world.process(4))
        world.run(withinMilliseconds: 5_000) { $0.learners == [4] }
        guard let victim = (1...3).first(where: { $0 != world.leader?.number }) else { return }
        world.crash(world.process(victim))
        world.run(forMilliseconds: 8_000)
        #expect(world.voters == [1, 2, 3], "not yet")
        #expect(world.run(withinMilliseconds: 8_000) { $0.voters.contains(4) } != nil)
        #expect(world.voters == [1, 2, 3, 4].filter { $0 != victim })
        world.start(world.process(victim))
        world.run(forMilliseconds: 15_000)
        #expect(world.voters == [1, 2, 3, 4].filter { $0 != victim } && world.learners == [victim])
    }

    @Test("so does one that is here and whose store can be used no more")
    func failedStore() {
        let world = Self.founded(of: 4)
        world.start(world.process(4))
        world.run(withinMilliseconds: 5_000) { $0.learners == [4] }
        guard let victim = (1...3).first(where: { $0 != world.leader?.number }) else { return }
        let old = world.process(victim).disk
        world.run(forMilliseconds: 5_000)
        world.crash(world.process(victim))
        world.process(victim).disk = old
        world.start(world.process(victim))
        #expect(world.run(withinMilliseconds: 20_000) { $0.voters.contains(4) } != nil)
        #expect(world.status(victim)?.part == .out(.staleStore))
    }

    @Test("without a learner a voter that is away keeps its place")
    func notReplaced() {
        let world = Self.founded(of: 3)
        guard let victim = (1...3).first(where: { $0 != world.leader?.number }) else { return }
        world.crash(world.process(victim))
        world.run(forMilliseconds: 30_000)
        #expect(world.voters == [1, 2, 3])
        #expect(world.leader != nil)
    }

    @Test("a voter with a new store is another peer: the old one is removed, and it votes again")
    func wiped() {
        let world = Self.founded(of: 3)
        guard let victim = (1...3).first(where: { $0 != world.leader?.number }) else { return }
        let before = world.process(victim).lastWords?.peer
        world.wipe(world.process(victim))
        world.start(world.process(victim))
        #expect(world.run(withinMilliseconds: 10_000) { $0.status(victim)?.part == .takesPart } != nil)
        #expect(world.run(withinMilliseconds: 10_000) { $0.voters == [1, 2, 3] && $0.learners.isEmpty } != nil)
        #expect(world.process(victim).lastWords?.peer != before)
        #expect(world.leading?.voters.count == 3)
    }

    @Test("who is gone for good is removed by command; told so when it comes back, it takes no part")
    func removed() {
        let world = Self.founded(of: 4)
        guard let leader = world.leader?.number else { return }
        let others = (1...3).filter { $0 != leader }
        #expect(world.answer(.remove(MemberID(others[0])), at: leader) == .refused(.isAlive))
        #expect(world.answer(.remove(MemberID(leader)), at: others[1]) == .refused(.isAlive))
        #expect(world.answer(.remove(MemberID(4)), at: others[1]) == .nothingToDo)
        world.crash(world.process(others[0]))
        world.run(forMilliseconds: 4_000)
        #expect(world.answer(.remove(MemberID(others[0])), at: others[1]) == .done)
        #expect(world.answer(.remove(MemberID(others[0])), at: others[1]) == .nothingToDo)
        #expect(world.voters == [leader, others[1]].sorted())
        world.start(world.process(others[0]))
        #expect(world.run(withinMilliseconds: 5_000) { $0.status(others[0])?.part == .out(.removed) } != nil)
        world.run(forMilliseconds: 10_000)
        #expect(world.voters == [leader, others[1]].sorted() && world.leader != nil)
        #expect(world.answer(.elect("a"), at: others[0]) == .refused(.notInQuorum))
        // With a new store it is welcome.
        world.wipe(world.process(others[0]))
        world.start(world.process(others[0]))
        #expect(world.run(withinMilliseconds: 15_000) { $0.voters == [1, 2, 3] } != nil)
    }

    @Test("a primary that has no vote gets one, in the place of somebody else's")
    func primaryVotes() {
        let world = Self.founded(of: 4)
        world.start(world.process(4))
        world.run(withinMilliseconds: 5_000) { $0.learners == [4] }
        world.process(4).server = .writable
        #expect(world.run(withinMilliseconds: 15_000) { $0.openGates.map(\.number) == [4] } != nil)
        #expect(world.run(withinMilliseconds: 10_000) { $0.voters.count == 3 } != nil)
        #expect(world.voters.contains(4))
        #expect(world.leading?.primary?.epoch.rawValue == 1)
    }

    @Test("a lone voter that is not the primary gives vote and lead to it")
    func loneVoterGivesWay() {
        let world = Self.founded(1, of: 2)
        world.start(world.process(2))
        world.process(2).server = .writable
        #expect(world.run(withinMilliseconds: 20_000) { $0.openGates.map(\.number) == [2] && $0.voters == [2] } != nil)
    }

    @Test("members change one at a time, whatever is to be done")
    func oneAtATime() {
        let world = QuorumWorld.waiting(8, voters: 5)
        var last: [PeerID: Configuration.Peer]?
        var changes = 0
        world.observe = { [unowned world] process, action in
            guard case .persist(let write) = action, process === world.leader else { return }
            for case .configuration(let configuration) in write.entries.map(\.content) {
                if let last {
                    let keys = Set(last.keys).union(configuration.peers.keys)
                    #expect(keys.count { last[$0] != configuration.peers[$0] } <= 1)
                    changes += 1
                }
                last = configuration.peers
            }
        }
        world.startAll()
        world.process(7).server = .writable
        world.run(forMilliseconds: 10_000)
        for number in [2, 3] where number != world.leader?.number { world.crash(world.process(number)) }
        world.run(forMilliseconds: 30_000)
        #expect(world.voters.count == 5)
        #expect(changes >= 3)
        #expect(world.invariants.broken == nil)
    }
}
