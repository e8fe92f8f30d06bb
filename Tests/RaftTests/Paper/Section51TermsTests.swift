import ClusterModel
import Testing

@testable import Raft

@Suite("Raft 5.1: terms")
struct Section51TermsTests {
    enum Start: CaseIterable {
        case follower, candidate, leader

        func peer() -> LonePeer {
            var peer = LonePeer(terms: [1])
            switch self {
            case .follower: break
            case .candidate: peer.campaign()
            case .leader: peer.becomeLeader()
            }
            return peer
        }
    }

    @Test("it starts as a follower of nobody")
    func start() {
        #expect(LonePeer(term: 3).node.standing == Standing(role: .follower, term: Term(rawValue: 3), leader: nil))
    }

    @Test("a greater term is taken over, and is on the disk before it is told", arguments: Start.allCases)
    func greaterTerm(start: Start) {
        var peer = start.peer()
        peer.forget()
        peer.isDiskQuick = false
        peer.hear(.append(previous: LonePeer.entry(1, 1), entries: [], commit: .zero), from: 2, term: 9)
        #expect(peer.node.standing == Standing(role: .follower, term: Term(rawValue: 9), leader: LonePeer.id(2)))
        #expect(peer.sent.isEmpty)
        peer.writeAll()
        #expect(peer.disk.term == Term(rawValue: 9) && peer.disk.vote == nil)
        #expect(peer.sent.map(\.term) == [Term(rawValue: 9)])
    }

    @Test("what answers in a greater term ends a reign or a candidacy", arguments: [Start.candidate, .leader])
    func greaterTermInAnswer(start: Start) {
        for body: RaftMessage.Body in [
            .voteReply(.vote, isGranted: false), .appended(through: .zero), .heartbeatReply(.zero),
            .conflict(previous: .zero, hint: .origin),
        ] {
            var peer = start.peer()
            peer.hear(body, from: 2, term: 9)
            // The answers of followers are for leaders, and are believed of anybody.
            #expect(peer.role == .follower && peer.term == 9)
        }
    }

    @Test(
        "a message of a smaller term changes nothing, and its sender is told the greater one",
        arguments: Start.allCases
    )
    func smallerTerm(start: Start) {
        for body: RaftMessage.Body in [
            .append(previous: LonePeer.entry(1, 1), entries: LonePeer.entries([1], after: 1), commit: .zero),
            .heartbeat(RoundNumber(rawValue: 1), commit: LogIndex(rawValue: 1)),
            .voteRequest(.vote, last: LonePeer.entry(9, 9)),
            .voteRequest(.transfer, last: LonePeer.entry(9, 9)),
            .voteRequest(.preVote, last: LonePeer.entry(9, 9)),
            .campaignNow,
        ] {
            var peer = start.peer()
            peer.hear(.heartbeatReply(.zero), from: 2, term: 5)
            peer.forget()
            let (before, last) = (peer.node.standing, peer.last)
            peer.hear(body, from: 3, term: 4)
            #expect(peer.node.standing == before && peer.last == last)
            #expect(peer.sent.map(\.term) == [before.term] && peer.sent.first?.to == LonePeer.id(3))
        }
    }

    @Test("answers of a smaller term are for an earlier leader", arguments: Start.allCases)
    func smallerTermInAnswer(start: Start) {
        for body: RaftMessage.Body in [
            .voteReply(.vote, isGranted: true), .voteReply(.preVote, isGranted: true),
            .appended(through: LogIndex(rawValue: 1)),
            .heartbeatReply(RoundNumber(rawValue: 1)), .snapshotReply(last: LonePeer.entry(1, 1), received: 1),
        ] {
            var peer = start.peer()
            peer.forget()
            let before = peer.node.standing
            peer.hear(body, from: 2, term: 0)
            #expect(peer.node.standing == before && peer.sent.isEmpty && peer.actions.isEmpty)
        }
    }

    @Test("a term that nobody can have counted to is not taken over")
    func incredibleTerm() {
        var peer = LonePeer()
        peer.hear(.heartbeat(RoundNumber(rawValue: 1), commit: .zero), from: 2, term: 1 << 40)
        #expect(peer.term == 0)
        #expect(peer.actions == [.violation(LonePeer.id(2), .incredibleTerm)])
    }

    @Test("messages of another quorum, for another peer, or of its own making are none of its")
    func foreign() {
        var peer = LonePeer()
        let body = RaftMessage.Body.heartbeat(RoundNumber(rawValue: 1), commit: .zero)
        let (own, term) = (peer.node.id, Term(rawValue: 5))
        let other = QuorumID(high: 1, low: 1)
        let messages = [
            RaftMessage(quorum: other, from: LonePeer.id(2), to: own, term: term, body),
            RaftMessage(quorum: RaftBench.quorum, from: LonePeer.id(2), to: LonePeer.id(3), term: term, body),
            RaftMessage(quorum: RaftBench.quorum, from: own, to: own, term: term, body),
        ]
        for message in messages { peer.handle(.message(message)) }
        #expect(
            peer.actions == [
                .violation(LonePeer.id(2), .foreignQuorum), .violation(LonePeer.id(2), .otherReceiver),
                .violation(own, .otherReceiver),
            ]
        )
        #expect(peer.term == 0 && peer.sent.isEmpty)
    }

    @Test("two leaders in one term: the second is not listened to")
    func secondLeader() {
        var peer = LonePeer()
        peer.hear(.heartbeat(RoundNumber(rawValue: 1), commit: .zero), from: 2, term: 5)
        peer.forget()
        peer.hear(.heartbeat(RoundNumber(rawValue: 1), commit: .zero), from: 3, term: 5)
        #expect(peer.actions == [.violation(LonePeer.id(3), .secondLeader)] && peer.sent.isEmpty)
        #expect(peer.node.standing.leader == LonePeer.id(2))
    }
}
