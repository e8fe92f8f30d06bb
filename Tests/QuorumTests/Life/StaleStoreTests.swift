import ClusterModel
import Raft
import Simulator
import Testing

@testable import Quorum

@Suite("A store that is an old copy")
struct StaleStoreTests {
    private static func pulse(_ number: Int, life: UInt64 = 1, generation: UInt64) -> Pulse {
        Pulse(
            quorum: LoneMember.quorum,
            peer: LoneMember.peer(number),
            life: life,
            generation: generation,
            isCandidate: false,
            term: .zero,
            commit: .zero
        )
    }

    @Test("is found out when it comes back: its member takes no part, and says why", arguments: 1...4)
    func found(seed: UInt64) {
        let world = QuorumWorld.founded(primary: 1, seed: seed)
        let old = world.process(3).disk
        for number in 1...20 {
            _ = world.answer(.elect("app \(number)", of: "service \(number)"), at: 2)
        }
        // The others are told of it once a second.
        world.run(forMilliseconds: 2_500)
        world.crash(world.process(3))
        world.process(3).disk = old
        world.start(world.process(3))
        #expect(world.run(withinMilliseconds: 3_000) { $0.status(3)?.part == .out(.staleStore) } != nil)
        #expect(world.status(3)?.hasQuorum == false && world.status(3)?.leader == nil)
        #expect(world.notices(of: 3).contains(.outOfQuorum(.staleStore)))
        #expect(world.notices.contains { $0.notice == .staleMember(MemberID(3)) })
        // It votes for nobody: without it and one other there is no leader.
        let before = world.status(3)?.term
        world.crash(world.process(1))
        world.run(forMilliseconds: 10_000)
        #expect(world.leaders.isEmpty && world.status(3)?.term == before)
        #expect(world.answer(.elect("app"), at: 3) == .refused(.notInQuorum))
        // With an empty store it is taken in again.
        world.start(world.process(1))
        world.wipe(world.process(3))
        world.start(world.process(3))
        #expect(
            world.run(withinMilliseconds: 15_000) { $0.voters == [1, 2, 3] && $0.openGates.count == 1 }
                != nil
        )
    }

    @Test("is not what a pulse shows that was late within one life")
    func latePulse() {
        var peers = KnownPeers()
        let now = BootTime(nanoseconds: 1)
        #expect(peers.hear(Self.pulse(2, generation: 10), from: MemberID(2), now: now) == nil)
        #expect(peers.hear(Self.pulse(2, generation: 8), from: MemberID(2), now: now) == nil)
        #expect(peers.speaks(MemberID(2), for: LoneMember.peer(2)))
        // The next life has to have all that was told of.
        #expect(peers.hear(Self.pulse(2, life: 2, generation: 9), from: MemberID(2), now: now) == 10)
        #expect(!peers.speaks(MemberID(2), for: LoneMember.peer(2)))
        #expect(peers.hear(Self.pulse(2, life: 3, generation: 10), from: MemberID(2), now: now) == nil)
        #expect(peers.speaks(MemberID(2), for: LoneMember.peer(2)))
        // Another peer's numbers are its own.
        #expect(peers.hear(Self.pulse(4, life: 4, generation: 1), from: MemberID(2), now: now) == nil)
    }

    @Test("a pulse of the life before, late, drives nobody out")
    func lateLife() {
        var lone = LoneMember(voters: 3, generation: 100)
        lone.hear(.pulse(Self.pulse(2, life: 2, generation: 50)), from: 2)
        lone.hear(.pulse(Self.pulse(2, life: 1, generation: 40)), from: 2)
        #expect(lone.sent.contains { $0.message == .staleStore(LoneMember.peer(2), generation: 50) })
        lone.hear(.pulse(Self.pulse(2, life: 2, generation: 51)), from: 2)
        #expect(lone.node.participation?.peers.speaks(MemberID(2), for: LoneMember.peer(2)) == true)
        // Whoever is told so knows better.
        lone.hear(.staleStore(LoneMember.peer(1), generation: lone.generation), from: 2)
        #expect(lone.node.outage == nil)
        lone.hear(.staleStore(LoneMember.peer(2), generation: .max), from: 2)
        #expect(lone.node.outage == nil)
        lone.hear(.staleStore(LoneMember.peer(1), generation: lone.generation + 1), from: 2)
        #expect(lone.node.outage == .staleStore)
    }

    @Test("nobody speaks for another member's peer")
    func others() {
        var lone = LoneMember(voters: 3)
        func vote(_ number: Int) -> PeerMessage {
            .raft(
                RaftMessage(
                    quorum: LoneMember.quorum,
                    from: LoneMember.peer(number),
                    to: LoneMember.peer(1),
                    term: Term(rawValue: 9),
                    .heartbeat(RoundNumber(rawValue: 1), commit: .zero)
                )
            )
        }
        // Before it has said who it is.
        lone.hear(vote(2), from: 2)
        #expect(lone.status.term == .zero)
        // 3 says that it is 2's peer, that it is this member's own, or only speaks for it.
        lone.hear(.pulse(Self.pulse(2, generation: 1)), from: 3)
        lone.hear(.pulse(Self.pulse(1, generation: 1)), from: 3)
        lone.hear(vote(2), from: 3)
        lone.hear(.pulse(Self.pulse(3, generation: 1)), from: 3)
        lone.hear(vote(2), from: 3)
        #expect(lone.status.term == .zero && lone.status.leader == nil)
        lone.hear(.pulse(Self.pulse(2, generation: 1)), from: 2)
        lone.hear(vote(2), from: 2)
        #expect(lone.status.leader == MemberID(2))
        // A peer of another quorum is nobody's here.
        var foreign = Self.pulse(3, generation: 2)
        foreign.quorum = QuorumID(high: 1, low: 1)
        lone.hear(.pulse(foreign), from: 3)
        lone.hear(vote(3), from: 3)
        #expect(lone.status.foreign == [MemberID(3)])
        #expect(lone.status.leader == MemberID(2))
    }
}
