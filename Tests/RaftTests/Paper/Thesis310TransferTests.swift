import ClusterModel
import Testing

@testable import Raft

@Suite("Raft thesis 3.10: handing the leadership over")
struct Thesis310TransferTests {
    private let two = LonePeer.id(2)
    private let first = GateClosing(term: Term(rawValue: 1), number: 1)

    private func leader(caughtUp: Bool = true) -> LonePeer {
        var peer = LonePeer(voters: 3, learners: [4])
        peer.becomeLeader(committing: true)
        if !caughtUp {
            peer.handle(.propose([Proposal(id: RequestID(rawValue: 1), command: [])]))
            peer.hear(.appended(through: LogIndex(rawValue: 2)), from: 3, term: 1)
        }
        peer.forget()
        return peer
    }

    @Test("first the gate is closed, and only when nothing is on its way any more is leave given")
    func order() {
        var peer = leader()
        #expect(peer.node.tenure != nil)
        peer.handle(.transfer(to: two))
        #expect(peer.actions == [.closeGate(first)])
        #expect(peer.node.tenure == nil && peer.sent.isEmpty)
        peer.handle(.gateClosed(first))
        #expect(peer.said() == [.campaignNow] && peer.node.tenure == nil)
    }

    @Test("leave waits until the other one has the whole log")
    func catchingUp() {
        var peer = leader(caughtUp: false)
        peer.handle(.transfer(to: two))
        peer.handle(.gateClosed(first))
        #expect(!peer.said().contains(.campaignNow))
        peer.hear(.appended(through: LogIndex(rawValue: 2)), from: 2, term: 1)
        #expect(peer.said(to: 2).last == .campaignNow)
    }

    @Test("to nobody who is no other voter, and one at a time", arguments: [1, 4, 9])
    func refused(target: Int) {
        var peer = leader()
        peer.handle(.transfer(to: LonePeer.id(target)))
        #expect(peer.actions == [.transferEnded(.refused)] && peer.node.tenure != nil)
        peer.handle(.transfer(to: two))
        peer.forget()
        peer.handle(.transfer(to: LonePeer.id(3)))
        #expect(peer.actions == [.transferEnded(.refused)])
        var follower = LonePeer()
        follower.handle(.transfer(to: two))
        #expect(follower.actions == [.transferEnded(.refused)])
    }

    @Test("the answer for another term's gate says nothing")
    func otherTerm() {
        var peer = leader()
        peer.handle(.gateClosed(first))
        peer.handle(.transfer(to: two))
        peer.forget()
        peer.handle(.gateClosed(GateClosing(term: .zero, number: 1)))
        #expect(peer.sent.isEmpty)
    }

    @Test("the answer to an earlier closing is none to a later one")
    func otherClosing() {
        var peer = leader()
        peer.handle(.transfer(to: two))
        go(on: &peer, milliseconds: peer.node.settings.voteHoldMilliseconds)
        #expect(peer.actions.contains(.transferEnded(.abandoned)))
        peer.handle(.transfer(to: LonePeer.id(3)))
        peer.forget()
        peer.handle(.gateClosed(first))
        #expect(!peer.said().contains(.campaignNow) && peer.role == .leader)
        peer.handle(.gateClosed(GateClosing(term: Term(rawValue: 1), number: 2)))
        #expect(peer.said(to: 3).last == .campaignNow)
    }

    /// Heartbeats go on and are answered.
    private func go(on peer: inout LonePeer, milliseconds: Int) {
        for _ in 0..<(milliseconds / peer.node.settings.heartbeatMilliseconds) {
            peer.pass(peer.node.settings.heartbeatMilliseconds)
            guard let round = peer.node.leadership?.rounds.last else { return }
            peer.hear(.heartbeatReply(round), from: 3, term: 1)
        }
    }

    @Test("what takes longer than the vote hold is given up, as long as no leave was given")
    func abandoned() {
        var peer = leader()
        peer.handle(.transfer(to: two))
        go(on: &peer, milliseconds: peer.node.settings.voteHoldMilliseconds)
        #expect(peer.actions.contains(.transferEnded(.abandoned)))
        #expect(peer.role == .leader && peer.node.tenure != nil)
        // The host's answer is too late.
        peer.forget()
        peer.handle(.gateClosed(first))
        #expect(!peer.said().contains(.campaignNow) && peer.node.tenure != nil)
    }

    @Test(
        "once leave is given this peer leads no longer: nothing opens the gate in this term, and nobody's hold is renewed"
    )
    func noWayBack() {
        var peer = leader()
        peer.handle(.transfer(to: two))
        peer.handle(.gateClosed(first))
        #expect(peer.role == .follower && peer.actions.contains(.transferEnded(.given)))
        #expect(peer.term == 1 && peer.node.tenure == nil)
        peer.forget()
        peer.pass(peer.node.settings.voteHoldMilliseconds - 1)
        #expect(peer.sent.isEmpty)
    }

    @Test("who has leave campaigns at once, in the next term, and says by whose leave")
    func target() {
        var peer = LonePeer(terms: [1], isHoldOver: false)
        peer.hear(.heartbeat(RoundNumber(rawValue: 1), commit: .zero), from: 2, term: 3)
        peer.forget()
        peer.hear(.campaignNow, from: 2, term: 3)
        #expect(peer.role == .candidate && peer.term == 4)
        #expect(
            peer.said() == [
                .voteRequest(.transfer, last: LonePeer.entry(1, 1)),
                .voteRequest(.transfer, last: LonePeer.entry(1, 1)),
            ]
        )
    }

    @Test(
        "the mark passes the hold, and the leadership of the one that gave leave, in a new term alone",
        arguments: [(4, true), (3, false), (2, false)] as [(UInt64, Bool)]
    )
    func mark(term: UInt64, isGranted: Bool) {
        var peer = LonePeer(terms: [1], isHoldOver: false)
        peer.hear(.heartbeat(RoundNumber(rawValue: 1), commit: .zero), from: 2, term: 3)
        peer.forget()
        peer.hear(.voteRequest(.transfer, last: LonePeer.entry(9, 9)), from: 3, term: term)
        #expect(peer.said() == [.voteReply(.transfer, isGranted: isGranted)])
        #expect(peer.term == max(3, isGranted ? term : 3))

        var leading = leader()
        leading.hear(.voteRequest(.transfer, last: LonePeer.entry(9, 9)), from: 2, term: 2)
        #expect(leading.role == .follower && leading.said(to: 2) == [.voteReply(.transfer, isGranted: true)])
    }

    @Test("a marked candidate that does not win asks like any other")
    func markOnce() {
        var peer = LonePeer(terms: [1])
        peer.hear(.campaignNow, from: 2, term: 3)
        peer.forget()
        peer.pass(2 * peer.node.settings.retryMilliseconds)
        #expect(
            peer.said().allSatisfy { $0 == .voteRequest(.preVote, last: LonePeer.entry(1, 1)) } && !peer.said().isEmpty
        )
    }
}
