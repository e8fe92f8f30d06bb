import ClusterModel
import Testing

@testable import Raft

@Suite("Raft thesis 9.6: asking before campaigning")
struct Thesis96PreVoteTests {
    private let last = LonePeer.entry(9, 9)

    @Test(
        "a grant changes nothing here: neither term nor vote nor disk nor timer nor role, and bears the term asked for"
    )
    func changesNothing() {
        var peer = LonePeer(terms: [1], term: 3)
        let (standing, wakeUp, disk) = (peer.node.standing, peer.node.nextWakeUp, peer.disk)
        peer.isDiskQuick = false
        for candidate in [2, 3, 2] { peer.hear(.voteRequest(.preVote, last: last), from: candidate, term: 4) }
        #expect(peer.sent.map(\.body) == Array(repeating: .voteReply(.preVote, isGranted: true), count: 3))
        #expect(peer.sent.allSatisfy { $0.term == Term(rawValue: 4) })
        #expect(peer.node.standing == standing && peer.node.nextWakeUp == wakeUp && peer.disk == disk)
        #expect(peer.writes.isEmpty)
    }

    @Test(
        "nobody is helped within the vote hold of the last word of a leader",
        arguments: [VoteKind.preVote, .vote],
        [(0, false), (1499, false), (1500, true)]
    )
    func hold(kind: VoteKind, passed: (milliseconds: Int, isGranted: Bool)) {
        var peer = LonePeer(terms: [1])
        peer.hear(.append(previous: .origin, entries: [], commit: .zero), from: 2, term: 1)
        peer.pass(passed.milliseconds)
        peer.forget()
        peer.hear(.voteRequest(kind, last: last), from: 3, term: 2)
        #expect(peer.said(to: 3) == [.voteReply(kind, isGranted: passed.isGranted)])
        #expect(peer.term == (passed.isGranted && kind == .vote ? 2 : 1))
    }

    @Test("every word of a leader counts, and nothing that others say")
    func words() {
        let leaders: [RaftMessage.Body] = [
            .append(previous: .origin, entries: [], commit: .zero), .heartbeat(RoundNumber(rawValue: 1), commit: .zero),
            .append(previous: LonePeer.entry(5, 5), entries: [], commit: .zero),
            .snapshot(SnapshotChunk(last: last, configuration: Configuration(), total: 5, offset: 0, bytes: [])),
        ]
        let others: [RaftMessage.Body] = [
            .voteReply(.vote, isGranted: false), .appended(through: .zero), .heartbeatReply(.zero),
            .voteRequest(.preVote, last: .origin), .conflict(previous: .zero, hint: .origin),
        ]
        for body in leaders + others {
            var peer = LonePeer(terms: [1])
            peer.hear(body, from: 2, term: 1)
            peer.pass(100)
            peer.forget()
            peer.hear(.voteRequest(.preVote, last: last), from: 3, term: 2)
            #expect(peer.said(to: 3) == [.voteReply(.preVote, isGranted: others.contains(body))])
        }
    }

    @Test("a leader helps nobody while a majority is with it")
    func leader() {
        var peer = LonePeer()
        peer.becomeLeader()
        for kind in [VoteKind.preVote, .vote] { peer.hear(.voteRequest(kind, last: last), from: 3, term: 2) }
        #expect(peer.said(to: 3) == [.voteReply(.preVote, isGranted: false), .voteReply(.vote, isGranted: false)])
        #expect(peer.role == .leader && peer.term == 1)
    }

    @Test("what is refused or unanswered is asked again after one heartbeat, in the same term")
    func again() {
        var peer = LonePeer(terms: [1])
        peer.pass(2 * peer.node.settings.voteHoldMilliseconds)
        for _ in 0..<5 {
            #expect(peer.sent.map(\.term) == [Term(rawValue: 2), Term(rawValue: 2)])
            #expect(peer.role == .follower && peer.term == 1)
            peer.forget()
            peer.hear(.voteReply(.preVote, isGranted: false), from: 2, term: 1)
            peer.pass(peer.node.settings.heartbeatMilliseconds)
        }
        #expect(peer.disk.term == Term(rawValue: 1))
    }

    @Test("a refusal from a greater term has that term taken over, and the question asked in it")
    func behind() {
        var peer = LonePeer(terms: [1])
        peer.pass(2 * peer.node.settings.voteHoldMilliseconds)
        peer.hear(.voteReply(.preVote, isGranted: false), from: 2, term: 7)
        #expect(peer.role == .follower && peer.term == 7)
        peer.forget()
        peer.pass(2 * peer.node.settings.voteHoldMilliseconds)
        #expect(peer.sent.map(\.term) == [Term(rawValue: 8), Term(rawValue: 8)])
    }

    @Test("grants of another election, of votes, or of those who do not count make no candidate")
    func otherGrants() {
        var peer = LonePeer(voters: 3, learners: [4], terms: [1])
        peer.pass(2 * peer.node.settings.voteHoldMilliseconds)
        peer.hear(.voteReply(.preVote, isGranted: true), from: 2, term: 1)
        peer.hear(.voteReply(.preVote, isGranted: true), from: 2, term: 3)
        peer.hear(.voteReply(.vote, isGranted: true), from: 2, term: 2)
        peer.hear(.voteReply(.preVote, isGranted: true), from: 4, term: 2)
        #expect(peer.role == .follower && peer.term == 1)
        peer.hear(.voteReply(.preVote, isGranted: true), from: 2, term: 2)
        #expect(peer.role == .candidate && peer.term == 2)
    }

    @Test("who hears a leader while it asks follows")
    func hears() {
        var peer = LonePeer(terms: [1])
        peer.pass(2 * peer.node.settings.voteHoldMilliseconds)
        peer.hear(.heartbeat(RoundNumber(rawValue: 1), commit: .zero), from: 3, term: 1)
        peer.hear(.voteReply(.preVote, isGranted: true), from: 2, term: 2)
        #expect(peer.node.standing == Standing(role: .follower, term: Term(rawValue: 1), leader: LonePeer.id(3)))
    }

    @Test("a learner never asks, nor one whose disk has not done what it was given")
    func neverAsks() {
        var learner = LonePeer(number: 4, voters: 3, learners: [4])
        learner.pass(60_000)
        #expect(learner.sent.isEmpty)
        var stalled = LonePeer(terms: [1])
        stalled.isDiskQuick = false
        stalled.hear(
            .append(previous: LonePeer.entry(1, 1), entries: LonePeer.entries([1], after: 1), commit: .zero),
            from: 2,
            term: 1
        )
        stalled.pass(60_000)
        #expect(stalled.sent.isEmpty)
        stalled.writeAll()
        #expect(stalled.said().contains { $0.name == "vote-request" })
    }
}
