import ClusterModel
import Quorum
import Raft
import Simulator
import Testing

@Suite("A quorum is founded")
struct FoundingTests {
    @Test("all that start in the same moment found one, whoever they are", arguments: 1...12 as ClosedRange<UInt64>)
    func sameMoment(seed: UInt64) {
        let voters = [1, 3, 5][Int(seed % 3)]
        let members = voters + Int(seed % 4)
        let world = QuorumWorld.founded(members, voters: voters, seed: seed)
        #expect(world.leader != nil)
        #expect(world.run(withinMilliseconds: 10_000) { $0.voters.count + $0.learners.count == members } != nil)
        #expect(world.voters.count == voters)
        #expect(Set((1...members).compactMap { world.status($0)?.quorum }).count == 1)
        #expect(world.invariants.broken == nil)
    }

    @Test(
        "one after another, and with crashes at any write, they found one all the same",
        arguments: 1...30 as ClosedRange<UInt64>
    )
    func crashes(seed: UInt64) {
        let world = QuorumWorld.waiting(4, seed: seed)
        for process in world.processes { process.zone = "z\(world.random.integer(in: 1...2))" }
        world.startAll()
        while world.now.nanoseconds < 3_000_000_000 {
            world.run(forMilliseconds: world.random.integer(in: 1...60))
            let process = world.process(world.random.integer(in: 1...4))
            if process.node == nil {
                world.start(process)
            } else {
                world.crash(process, keptWrites: world.random.integer(in: 0...1))
            }
        }
        world.startAll()
        #expect(world.run(withinMilliseconds: 10_000) { $0.voters.count == 3 && $0.learners.count == 1 } != nil)
        #expect(world.invariants.broken == nil)
    }

    @Test("with fewer than there are to be, they wait, and say for how many")
    func tooFew() {
        let world = QuorumWorld.waiting(3)
        world.start(world.process(1))
        world.start(world.process(2))
        world.run(forMilliseconds: 20_000)
        #expect(world.status(1)?.part == .waitsForMembers(missing: 1))
        #expect(world.status(2)?.quorum == nil && world.leaders.isEmpty)
        world.start(world.process(3))
        #expect(world.run(withinMilliseconds: 10_000) { $0.leader != nil } != nil)
    }

    @Test("while somebody is missing of whom nobody has heard, nobody founds")
    func incomplete() {
        let world = QuorumWorld.waiting(3)
        for process in world.processes { process.isComplete = false }
        world.startAll()
        world.run(forMilliseconds: 20_000)
        #expect(world.processes.allSatisfy { $0.disk.generation == 0 })
        for process in world.processes { process.isComplete = true }
        #expect(world.run(withinMilliseconds: 10_000) { $0.leader != nil } != nil)
    }

    @Test("members that want different numbers of voters found nothing, and say who it is")
    func disagreement() {
        let world = QuorumWorld.waiting(3)
        world.process(2).wantedVoters = 1
        world.startAll()
        world.run(forMilliseconds: 20_000)
        #expect(world.status(1)?.part == .disagreesOnVoters(MemberID(2)))
        #expect(world.status(2)?.part == .disagreesOnVoters(MemberID(1)))
        #expect(world.processes.allSatisfy { $0.disk.generation == 0 })
        world.crash(world.process(2))
        world.process(2).wantedVoters = nil
        world.start(world.process(2))
        #expect(world.run(withinMilliseconds: 10_000) { $0.leader != nil } != nil)
    }

    @Test("a member with the store of another quorum is not founded over: the others wait until it is gone")
    func oldStore() {
        let world = QuorumWorld.founded(4) { $0.process(4).isComplete = false }
        world.invariants.mayBeSeveral = true
        let old = world.status(3)?.quorum
        for number in [1, 2, 4] { world.wipe(world.process(number)) }
        for number in [1, 2, 4] { world.start(world.process(number)) }
        world.run(forMilliseconds: 20_000)
        for number in [1, 2, 4] {
            #expect(world.status(number)?.part == .waitsForAdmission(by: MemberID(3)))
            #expect(world.process(number).disk.generation == 0)
        }
        #expect(world.leaders.isEmpty)
        world.wipe(world.process(3))
        world.process(4).isComplete = true
        world.startAll()
        #expect(world.run(withinMilliseconds: 10_000) { $0.leader != nil } != nil)
        #expect(world.leading?.quorum != old)
    }

    @Test("two halves that never saw each other and founded one each tell each other, and nothing mixes")
    func twoHalves() {
        let world = QuorumWorld.waiting(6)
        world.invariants.mayBeSeveral = true
        world.cut([1, 2, 3], from: [4, 5, 6])
        world.process(1).server = .writable
        world.startAll()
        #expect(world.run(withinMilliseconds: 10_000) { $0.leaders.count == 2 && $0.openGates.count == 1 } != nil)
        let before = (1...6).map { world.status($0)?.quorum }
        #expect(Set(before).count == 2)
        let commits = (1...6).map { world.status($0)?.term }
        world.network.cuts = []
        world.run(forMilliseconds: 10_000)
        #expect((1...6).map { world.status($0)?.quorum } == before)
        #expect((1...6).map { world.status($0)?.term } == commits)
        #expect(world.openGates.map(\.number) == [1])
        for number in 1...6 {
            let others = (number <= 3 ? 4...6 : 1...3).map { MemberID($0) }
            #expect(world.status(number)?.foreign == others)
            let heard = world.notices(of: number).compactMap { notice -> MemberID? in
                if case .foreignMember(let member, _) = notice { member } else { nil }
            }
            #expect(heard.sorted() == others, "each is told of once")
        }
        // Whose store is removed joins the other one.
        for number in 4...6 { world.wipe(world.process(number)) }
        world.startAll()
        #expect(world.run(withinMilliseconds: 15_000) { $0.learners.count == 3 } != nil)
        #expect(world.run(withinMilliseconds: 5_000) { $0.status(1)?.foreign == [] } != nil)
        #expect(world.invariants.broken == nil)
    }
}
