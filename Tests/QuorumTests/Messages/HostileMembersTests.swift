import ClusterModel
import Raft
import Simulator
import Testing

@testable import Quorum

@Suite("Hostile members")
struct HostileMembersTests {
    @Test(
        "whatever a member says, this one goes on, takes nothing back that was decided, and lets nobody in or out",
        arguments: 0..<24 as Range<UInt64>
    )
    func anything(seed: UInt64) throws {
        let world = QuorumWorld.founded(primary: seed % 2 == 0 ? 1 : 2, seed: seed + 1)
        var lone = try #require(LoneMember(of: world.process(1), at: world.now))
        let members = world.processes.map(\.id)
        var random = SimulatorRandom(seed: seed)
        let before = lone.status
        var (commit, epoch) = (before.commit, before.primary?.epoch)
        for _ in 0..<2_000 {
            lone.forget()
            let sender = random.integer(in: 2...6)
            lone.hear(message(near: lone, of: members, from: sender, using: &random), from: sender)
            if random.chance(0.2) { lone.pass(random.integer(in: 0...700)) }
            if random.chance(0.02) { lone.handle(.lost(MemberID(sender))) }
            if random.chance(0.02) { lone.handle(.connected(MemberID(sender))) }
            let status = lone.status
            #expect(status.commit >= commit)
            #expect(status.primary?.epoch == epoch)
            #expect(status.voters.map(\.member) == before.voters.map(\.member))
            #expect(status.quorum == before.quorum)
            #expect(lone.actions.count < 100)
            #expect(lone.node.outage == nil)
            commit = status.commit
            epoch = status.primary?.epoch
        }
        var wakeUps = 0
        while lone.node.nextWakeUp <= lone.now, wakeUps < 20 {
            lone.handle(.timer)
            wakeUps += 1
        }
        #expect(wakeUps < 20)
    }

    /// Of this quorum or another, in its own name or another's; never what only who leads may say and be believed: entries
    /// that commit, and that this member is out.
    private func message(
        near lone: LoneMember,
        of members: [MemberID],
        from sender: Int,
        using random: inout SimulatorRandom
    ) -> PeerMessage {
        let message = RandomPeerMessage.make(
            random.integer(
                in: RandomPeerMessage.kinds.lowerBound...RandomPeerMessage.kinds.upperBound - 1
            ),
            using: &random
        )
        guard let participation = lone.node.participation, random.chance(0.7) else { return message }
        let known = participation.raft.configuration.peers.keys.sorted()
        let peer = known[random.integer(in: 0...(known.count - 1))]
        let quorum = participation.membership.quorum
        switch message {
        case .raft(let message):
            return .raft(
                RaftMessage(
                    quorum: quorum,
                    from: peer,
                    to: participation.membership.peer,
                    term: random.chance(0.5) ? participation.raft.standing.term : message.term,
                    message.body
                )
            )
        case .pulse(var pulse):
            pulse.quorum = quorum
            pulse.peer = peer
            return .pulse(pulse)
        case .founding:
            return .founding([.promised(quorum), .founded(quorum), .abandoned(quorum)][sender % 3])
        case .join: return .join(quorum, as: peer)
        case .removed(_, let other, let term): return .removed(quorum, other, term)
        case .staleStore: return .staleStore(peer, generation: 0)
        case .request(let number, .remove):
            return .request(number, .remove(members[sender % members.count]))
        case .request(let number, .stepDown):
            return .request(number, .stepDown(participation.raft.standing.term))
        case .request, .answer: return message
        }
    }

    @Test(
        "who has founded nothing yet is not talked into anything by those who are no founders of it"
    )
    func beforeItsQuorum() {
        var random = SimulatorRandom(seed: 1)
        var lone = LoneMember(StoredQuorum())
        for _ in 0..<5_000 {
            let kind = random.integer(
                in: RandomPeerMessage.kinds.lowerBound...RandomPeerMessage.kinds.upperBound - 1
            )
            lone.hear(RandomPeerMessage.make(kind, using: &random), from: random.integer(in: 2...6))
            if random.chance(0.1) { lone.pass(random.integer(in: 0...700)) }
            #expect(lone.actions.count < 100)
            lone.forget()
        }
        #expect(lone.status.quorum == nil && lone.generation == 0)
        #expect(lone.status.part == .waitsForMembers(missing: 3))
    }
}
