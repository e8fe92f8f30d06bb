import ClusterModel
import Quorum
import Raft
import Simulator
import Testing

@Suite("The leader's seat is the primary's")
struct SeatTests {
    @Test(
        "the primary that there is becomes the first by right, and the seat is its own soon",
        arguments: 1...3
    )
    func bootstrap(primary: Int) {
        let world = QuorumWorld.founded(primary: primary)
        #expect(world.now.nanoseconds < 10_000_000_000)
        #expect(world.openGates.map(\.number) == [primary])
        #expect(world.leading?.primary?.epoch.rawValue == 1)
        #expect(world.leading?.primary?.reason == .bootstrap)
    }

    @Test("none, or several, are named by nobody", arguments: [0, 2])
    func noneOrSeveral(writable: Int) {
        let world = QuorumWorld.founded { world in
            for number in 1...3 where number <= writable { world.process(number).server = .writable }
        }
        world.run(forMilliseconds: 10_000)
        #expect(world.leader != nil)
        #expect(world.leading?.primary == nil && world.openGates.isEmpty)
        // When there is one, it is.
        world.process(1).server = .readOnly
        world.process(2).server = .writable
        #expect(world.run(withinMilliseconds: 10_000) { $0.openGates.map(\.number) == [2] } != nil)
    }

    @Test("a follower's restart moves nothing")
    func followerRestarts() {
        let world = QuorumWorld.founded(primary: 2)
        let before = world.leading
        for number in [1, 3] {
            world.crash(world.process(number))
            world.run(forMilliseconds: 1_000)
            world.start(world.process(number))
            world.run(forMilliseconds: 5_000)
        }
        #expect(world.openGates.map(\.number) == [2])
        #expect(world.leading?.term == before?.term && world.leading?.primary == before?.primary)
    }

    @Test(
        "when the primary's sidecar starts anew, it is primary in the same epoch and gets its seat back",
        arguments: 0...4
    )
    func primaryRestarts(away: Int) {
        let world = QuorumWorld.founded(primary: 2, seed: UInt64(away + 1))
        let before = world.leading?.primary
        world.crash(world.process(2))
        world.run(forMilliseconds: 100 + away * 1_500)
        #expect(world.openGates.isEmpty || away == 0)
        world.start(world.process(2))
        #expect(world.run(withinMilliseconds: 8_000) { $0.openGates.map(\.number) == [2] } != nil)
        #expect(world.leading?.primary == before)
    }

    @Test("who would rather not leads only while nobody else can", arguments: [false, true])
    func reluctant(isWitness: Bool) {
        let world = QuorumWorld.founded { world in
            for number in 1...2 {
                world.process(number).isWitness = isWitness
                world.process(number).campaigns = isWitness
            }
        }
        #expect(world.run(withinMilliseconds: 10_000) { $0.leader?.number == 3 } != nil)
        world.crash(world.process(3))
        #expect(
            world.run(withinMilliseconds: 10_000) { $0.leader.map { $0.number < 3 } ?? false } != nil
        )
        world.start(world.process(3))
        #expect(world.run(withinMilliseconds: 10_000) { $0.leader?.number == 3 } != nil)
    }

    @Test(
        "a leader steps down for another when it is asked to, from any member, and asked twice does so once"
    )
    func stepDown() {
        let world = QuorumWorld.founded()
        guard let first = world.leader, let term = world.leading?.term else { return }
        // So that all have asked before the first handover has come about.
        world.gateMilliseconds = 50...50
        let asked = (1...3).map { world.ask(.stepDown(term), world.process($0)) }
        #expect(
            world.run(withinMilliseconds: 5_000) { world in asked.allSatisfy { world.answers[$0] != nil }
            } != nil
        )
        #expect(asked.map { world.answers[$0] } == [.done, .done, .done])
        #expect(world.run(withinMilliseconds: 5_000) { $0.leader.map { $0 !== first } ?? false } != nil)
        let second = world.leader
        world.run(forMilliseconds: 5_000)
        #expect(world.leader === second)
        #expect(world.answer(.stepDown(term), at: 1) == .done, "that term is over")
    }

    @Test("the primary does not step down, nor does who has nobody to step down for")
    func noStepDown() {
        let world = QuorumWorld.founded(primary: 2)
        guard let term = world.leading?.term else { return }
        #expect(world.answer(.stepDown(term), at: 1) == .refused(.primaryLeads))
        var alone = LoneMember()
        #expect(alone.ask(.stepDown(alone.status.term)) == .refused(.nobodyElse))
    }

    @Test(
        "a primary that people move on the servers is moved here, in the next epoch",
        arguments: [false, true]
    )
    func byHand(isFenced: Bool) {
        let world = QuorumWorld.founded(primary: 1)
        world.process(1).server = .readOnly
        world.process(1).isFenced = isFenced
        world.run(forMilliseconds: 1_000)
        world.process(3).server = .writable
        world.run(forMilliseconds: 1_500)
        #expect(world.leading?.primary?.epoch.rawValue == 1, "it has not stood for long enough")
        world.run(forMilliseconds: 8_000)
        if isFenced {
            #expect(
                world.openGates.map(\.number) == [1],
                "the server is read-only since its sidecar made it so"
            )
        } else {
            #expect(world.openGates.map(\.number) == [3])
            #expect(world.leading?.primary?.reason == .switchover)
        }
        #expect(world.leading?.primary?.epoch.rawValue == (isFenced ? 1 : 2))
    }

    @Test(
        "one that people open in place of a primary that is gone, or whose server is, is named",
        arguments: [false, true]
    )
    func byHandInPlaceOfTheDead(isProcessGone: Bool) {
        let world = QuorumWorld.founded(primary: 1)
        if isProcessGone { world.crash(world.process(1)) } else { world.process(1).server = .down }
        world.run(forMilliseconds: 4_000)
        #expect(world.leading?.primary?.epoch.rawValue == 1)
        world.process(3).server = .writable
        #expect(world.run(withinMilliseconds: 10_000) { $0.openGates.map(\.number) == [3] } != nil)
        #expect(world.leading?.primary?.reason == .failover)
        #expect(world.leading?.primary?.epoch.rawValue == 2)
    }

    @Test(
        "who leaves hands the lead over first, and is not given it back before it is here again",
        arguments: 1...5
    )
    func leaving(seed: UInt64) {
        let world = QuorumWorld.founded(primary: 2, seed: seed)
        let before = world.leading?.primary
        world.deliver(.leaving, to: world.process(2))
        #expect(world.run(withinMilliseconds: 1_000) { $0.mayLeave.contains(2) } != nil)
        #expect(
            world.run(withinMilliseconds: 1_000) { $0.leader.map { $0.number != 2 } ?? false } != nil
        )
        let caretaker = world.leader
        world.run(forMilliseconds: 1_500)
        #expect(world.leader === caretaker)
        world.crash(world.process(2))
        world.run(forMilliseconds: 500)
        world.start(world.process(2))
        #expect(world.run(withinMilliseconds: 5_000) { $0.openGates.map(\.number) == [2] } != nil)
        #expect(world.leading?.primary == before)
    }

    @Test("who does not lead, and who has nobody to hand the lead to, may leave at once")
    func leavingAlone() {
        let world = QuorumWorld.founded(primary: 2)
        world.deliver(.leaving, to: world.process(1))
        #expect(world.mayLeave == [1])
        var alone = LoneMember()
        alone.handle(.leaving)
        #expect(alone.actions.contains(.mayLeave))
        var waiting = LoneMember(StoredQuorum())
        waiting.handle(.leaving)
        #expect(waiting.actions.contains(.mayLeave))
    }
}
