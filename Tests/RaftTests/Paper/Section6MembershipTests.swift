import ClusterModel
import Testing

@testable import Raft

@Suite("Raft 6, Raft thesis 4: members")
struct Section6MembershipTests {
    private static let four = MembershipChange.addLearner(LonePeer.id(4), LonePeer.member(4))

    private func index(_ value: UInt64) -> LogIndex { LogIndex(rawValue: value) }

    private func change(_ change: MembershipChange, of peer: inout LonePeer) -> ChangeRefusal? {
        peer.forget()
        peer.handle(.change(RequestID(rawValue: 9), change))
        for case .refused(_, .change(let why)) in peer.actions { return why }
        #expect(peer.actions.contains(.accepted(RequestID(rawValue: 9), peer.last)))
        return nil
    }

    @Test(
        "a change makes one step",
        arguments: [
            (four, [1, 2, 3], [4, 5], nil), (.promote(LonePeer.id(5)), [1, 2, 3, 5], [], nil),
            (.demote(LonePeer.id(2)), [1, 3], [2, 5], nil), (.remove(LonePeer.id(2)), [1, 3], [5], nil),
            (.remove(LonePeer.id(5)), [1, 2, 3], [], nil), (.remove(LonePeer.id(9)), [], [], .unknownPeer),
            (.promote(LonePeer.id(2)), [], [], .alreadySo), (.demote(LonePeer.id(5)), [], [], .alreadySo),
            (.promote(LonePeer.id(9)), [], [], .unknownPeer), (.demote(LonePeer.id(9)), [], [], .unknownPeer),
            (.addLearner(LonePeer.id(5), LonePeer.member(5)), [], [], .alreadySo),
            (.addLearner(LonePeer.id(2), LonePeer.member(2)), [], [], .alreadySo),
        ] as [(MembershipChange, [Int], [Int], ChangeRefusal?)]
    )
    func step(change: MembershipChange, voters: [Int], learners: [Int], refusal: ChangeRefusal?) throws {
        let before = LonePeer.configuration(voters: 3, learners: [5])
        if let refusal {
            #expect(throws: refusal) { try before.changed(by: change) }
            return
        }
        let after = try before.changed(by: change)
        #expect(after.voters == voters.map { LonePeer.id($0) })
        #expect(Set(after.peers.keys) == Set((voters + learners).map { LonePeer.id($0) }))
    }

    @Test("the last voter stays, and there is a greatest number of peers")
    func bounds() {
        let one = LonePeer.configuration(voters: 1, learners: [2])
        #expect(throws: ChangeRefusal.lastVoter) { try one.changed(by: .remove(LonePeer.id(1))) }
        #expect(throws: ChangeRefusal.lastVoter) { try one.changed(by: .demote(LonePeer.id(1))) }
        let full = LonePeer.configuration(voters: 3, learners: Array(4...Configuration.maximumPeers))
        #expect(throws: ChangeRefusal.tooManyPeers) {
            try full.changed(by: .addLearner(LonePeer.id(999), LonePeer.member(999)))
        }
    }

    @Test("each majority before a change shares a voter with each after it", arguments: 1...6)
    func overlap(voters: Int) throws {
        func majorities(_ configuration: Configuration) -> [Set<PeerID>] {
            let voters = configuration.voters
            return (0..<(1 << voters.count)).map { bits in
                Set(voters.indices.filter { bits & 1 << $0 != 0 }.map { voters[$0] })
            }.filter { configuration.isMajority($0) }
        }
        let before = LonePeer.configuration(voters: voters, learners: [9])
        var changes: [MembershipChange] = [.promote(LonePeer.id(9))]
        if voters > 1 { changes += [.remove(LonePeer.id(1)), .demote(LonePeer.id(2))] }
        for change in changes {
            let after = try before.changed(by: change)
            for one in majorities(before) {
                #expect(majorities(after).allSatisfy { !$0.isDisjoint(with: one) })
            }
        }
    }

    @Test("a learner has the log, and counts neither for what is committed nor in an election nor for the lease")
    func learner() {
        var peer = LonePeer(voters: 3, learners: [4])
        peer.campaign()
        peer.hear(.voteReply(.vote, isGranted: true), from: 4, term: 1)
        #expect(peer.role == .candidate)
        peer.hear(.voteReply(.vote, isGranted: true), from: 2, term: 1)
        #expect(peer.said(to: 4).contains { $0.name == "append" })
        peer.hear(.appended(through: index(1)), from: 4, term: 1)
        peer.hear(.heartbeatReply(RoundNumber(rawValue: 1)), from: 4, term: 1)
        #expect(peer.node.commitIndex == .zero && peer.node.leadership?.leaseEnds == nil)
        peer.hear(.appended(through: index(1)), from: 2, term: 1)
        peer.hear(.heartbeatReply(RoundNumber(rawValue: 1)), from: 2, term: 1)
        #expect(peer.node.commitIndex == index(1) && peer.node.tenure != nil)
    }

    @Test("a configuration counts from its entry on, and the one before when that is taken back")
    func lastCounts() {
        let other = LonePeer.configuration(voters: 2)
        var peer = LonePeer(terms: [1])
        let entry = LogEntry(LonePeer.entry(1, 2), .configuration(other))
        peer.hear(.append(previous: LonePeer.entry(1, 1), entries: [entry], commit: .zero), from: 2, term: 1)
        #expect(peer.node.configuration == other && peer.node.commitIndex == .zero)
        peer.hear(
            .append(previous: LonePeer.entry(1, 1), entries: LonePeer.entries([2], after: 1), commit: .zero),
            from: 3,
            term: 2
        )
        #expect(peer.node.configuration == LonePeer.configuration(voters: 3))
    }

    @Test("a change is committed by a majority of the voters that it makes")
    func committedByNewMajority() {
        var peer = LonePeer(voters: 3, learners: [4])
        peer.becomeLeader()
        for _ in 0..<2 { peer.hear(.appended(through: index(1)), from: 4, term: 1) }
        peer.hear(.heartbeatReply(RoundNumber(rawValue: 1)), from: 4, term: 1)
        #expect(change(.promote(LonePeer.id(4)), of: &peer) == nil)
        peer.hear(.appended(through: index(2)), from: 2, term: 1)
        #expect(peer.node.commitIndex == index(1))
        peer.hear(.appended(through: index(2)), from: 4, term: 1)
        #expect(peer.node.commitIndex == index(2))
    }

    @Test("one change at a time, none before the term's first entry is committed, none without the lease")
    func notYet() {
        var peer = LonePeer(voters: 3)
        #expect(change(Self.four, of: &peer) == .notLeader)
        peer.becomeLeader(committing: false)
        #expect(change(Self.four, of: &peer) == .notYet)
        peer.hear(.appended(through: index(1)), from: 2, term: 1)
        // Committed, and no heartbeat has been answered.
        #expect(change(Self.four, of: &peer) == .notYet)
        peer.hear(.heartbeatReply(RoundNumber(rawValue: 1)), from: 2, term: 1)
        #expect(change(Self.four, of: &peer) == nil)
        #expect(change(.remove(LonePeer.id(3)), of: &peer) == .notYet)
        peer.hear(.appended(through: index(2)), from: 2, term: 1)
        // Committed, and no heartbeat since then has been answered.
        #expect(change(.remove(LonePeer.id(3)), of: &peer) == .notYet)
        peer.pass(peer.node.settings.heartbeatMilliseconds)
        peer.hear(.heartbeatReply(RoundNumber(rawValue: 2)), from: 2, term: 1)
        #expect(change(.remove(LonePeer.id(3)), of: &peer) == nil)
        peer.hear(.appended(through: index(3)), from: 2, term: 1)
        peer.handle(.transfer(to: LonePeer.id(2)))
        #expect(change(.remove(LonePeer.id(4)), of: &peer) == .handingOver)
    }

    @Test("a learner is promoted when it has nine tenths of the log and had all of it within an election's time")
    func caughtUp() {
        var peer = LonePeer(voters: 3, learners: [4])
        peer.becomeLeader()
        let promotion = MembershipChange.promote(LonePeer.id(4))
        #expect(change(promotion, of: &peer) == .behind && !peer.node.hasCaughtUp(LonePeer.id(4), now: peer.now))
        peer.handle(.propose((1...99).map { Proposal(id: RequestID(rawValue: $0), command: []) }))
        peer.hear(.appended(through: index(100)), from: 2, term: 1)
        peer.hear(.appended(through: index(1)), from: 4, term: 1)
        peer.hear(.appended(through: index(80)), from: 4, term: 1)
        #expect(change(promotion, of: &peer) == .behind)
        peer.hear(.appended(through: index(100)), from: 4, term: 1)
        #expect(change(promotion, of: &peer) == .behind, "it has answered no heartbeat")
        peer.hear(.heartbeatReply(RoundNumber(rawValue: 1)), from: 4, term: 1)
        #expect(peer.node.hasCaughtUp(LonePeer.id(4), now: peer.now))
        let later = peer.now.adding(milliseconds: peer.node.settings.voteHoldMilliseconds + 1)
        #expect(!peer.node.hasCaughtUp(LonePeer.id(4), now: later), "it may be dead by then")
        #expect(change(promotion, of: &peer) == nil)
    }

    @Test("a learner that takes longer for what there was than an election does is behind")
    func tooSlow() {
        var peer = LonePeer(voters: 1, learners: [4])
        peer.becomeLeader(committing: false, voters: 1)
        peer.handle(.propose([Proposal(id: RequestID(rawValue: 1), command: [])]))
        peer.hear(.appended(through: index(1)), from: 4, term: 1)
        for _ in 0..<12 { peer.pass(peer.node.settings.heartbeatMilliseconds) }
        peer.hear(.appended(through: peer.last.index), from: 4, term: 1)
        #expect(!peer.node.hasCaughtUp(LonePeer.id(4), now: peer.now))
    }

    @Test(
        "a leader that its change removes, or makes a learner, leads until that is committed, by the others alone",
        arguments: [MembershipChange.remove(LonePeer.id(1)), .demote(LonePeer.id(1))]
    )
    func ownRemoval(removal: MembershipChange) {
        var peer = LonePeer(voters: 3)
        peer.becomeLeader()
        #expect(change(removal, of: &peer) == nil)
        peer.hear(.appended(through: index(2)), from: 2, term: 1)
        #expect(peer.role == .leader && peer.node.commitIndex == index(1))
        peer.hear(.appended(through: index(2)), from: 3, term: 1)
        #expect(peer.role == .follower && peer.node.commitIndex == index(2) && peer.node.tenure == nil)
        // The others have been told that it is committed.
        #expect(peer.said(to: 2).contains(.append(previous: LonePeer.entry(1, 2), entries: [], commit: index(2))))
        peer.forget()
        peer.pass(60_000)
        #expect(peer.sent.isEmpty && peer.role == .follower)
    }

    @Test(
        "who is removed by what is not committed campaigns for the others' votes; by what is, it does not",
        arguments: [0, 1] as [UInt64]
    )
    func removedCandidate(commit: UInt64) throws {
        let without = try LonePeer.configuration(voters: 3).changed(by: .remove(LonePeer.id(1)))
        var peer = LonePeer(term: 1)
        let entry = LogEntry(LonePeer.entry(1, 1), .configuration(without))
        peer.hear(.append(previous: .origin, entries: [entry], commit: index(commit)), from: 2, term: 1)
        peer.forget()
        peer.pass(2 * peer.node.settings.voteHoldMilliseconds)
        #expect(peer.said().contains { $0.name == "vote-request" } == (commit == 0))
        guard commit == 0 else { return }
        peer.hear(.voteReply(.preVote, isGranted: true), from: 2, term: 2)
        #expect(peer.role == .follower)
        peer.hear(.voteReply(.preVote, isGranted: true), from: 3, term: 2)
        #expect(peer.role == .candidate)
    }

    @Test("a peer that has been removed is sent nothing any more, and what it says is not counted")
    func removedFollower() {
        var peer = LonePeer(voters: 4)
        peer.becomeLeader(voters: 4)
        #expect(change(.remove(LonePeer.id(4)), of: &peer) == nil)
        #expect(peer.said(to: 4).isEmpty)
        peer.hear(.appended(through: index(2)), from: 4, term: 1)
        #expect(peer.node.commitIndex == index(1))
        peer.pass(peer.node.settings.heartbeatMilliseconds)
        #expect(peer.said(to: 4).isEmpty)
    }
}
