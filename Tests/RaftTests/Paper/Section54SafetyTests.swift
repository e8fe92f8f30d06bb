import ClusterModel
import Testing

@testable import Raft

@Suite("Raft 5.4.1: who may be elected")
struct Section541ElectionRestrictionTests {
    @Test("a candidate says what its log ends with", arguments: [[], [1], [1, 1, 2], [1, 5]] as [[UInt64]])
    func request(terms: [UInt64]) {
        var peer = LonePeer(terms: terms)
        let last = LonePeer.entry(terms.last ?? 0, UInt64(terms.count))
        peer.campaign()
        #expect(peer.said(to: 2) == [.voteRequest(.preVote, last: last), .voteRequest(.vote, last: last)])
    }

    static let logs: [([UInt64], (UInt64, UInt64), Bool)] = [
        ([], (0, 0), true), ([1], (1, 1), true), ([1], (1, 2), true), ([1], (2, 1), true), ([1, 1], (1, 1), false),
        ([1, 1], (2, 1), true), ([2], (1, 1), false), ([2], (1, 9), false), ([1, 2], (2, 2), true),
        ([1], (0, 0), false),
        ([1, 3], (2, 9), false),
    ]

    @Test(
        "a vote and its promise go to candidates alone whose log ends in a later term, or as late and is no shorter",
        arguments: logs,
        [VoteKind.preVote, .vote, .transfer]
    )
    func vote(log: ([UInt64], (UInt64, UInt64), Bool), kind: VoteKind) {
        var peer = LonePeer(terms: log.0)
        peer.hear(.voteRequest(kind, last: LonePeer.entry(log.1.0, log.1.1)), from: 2, term: 9)
        #expect(peer.said() == [.voteReply(kind, isGranted: log.2)])
    }
}

@Suite("Raft 5.4.2: entries of earlier terms")
struct Section542EarlierTermsTests {
    /// Figure 8.
    @Test(
        "they are committed with one of the own term, and never by being counted",
        arguments: [(1, 0), (2, 0), (3, 3)] as [(UInt64, UInt64)]
    )
    func commit(through: UInt64, committed: UInt64) {
        var peer = LonePeer(terms: [1, 2], term: 2)
        peer.becomeLeader(committing: false)
        #expect(peer.terms == [1, 2, 3])
        peer.hear(.appended(through: LogIndex(rawValue: through)), from: 2, term: 3)
        #expect(peer.node.commitIndex == LogIndex(rawValue: committed))
        #expect(peer.applied.count == Int(committed))
    }
}

@Suite("Raft 5.5: crashes of followers and candidates")
struct Section55CrashesTests {
    @Test("a restarted peer knows its term, its vote and its log")
    func restart() {
        var peer = LonePeer(terms: [1, 2, 2], term: 4, vote: 3, commit: 2)
        #expect(peer.term == 4 && peer.terms == [1, 2, 2] && peer.node.commitIndex == LogIndex(rawValue: 2))
        peer.hear(.voteRequest(.vote, last: LonePeer.entry(9, 9)), from: 2, term: 4)
        peer.hear(.voteRequest(.vote, last: LonePeer.entry(9, 9)), from: 3, term: 4)
        #expect(peer.said() == [.voteReply(.vote, isGranted: false), .voteReply(.vote, isGranted: true)])
    }

    @Test("what was committed is handed out again, from the snapshot on")
    func appliesAgain() {
        var random = BenchRandom(state: 1)
        let now = BootTime(nanoseconds: 0)
        let snapshot = Snapshot(
            last: LonePeer.entry(1, 2),
            configuration: LonePeer.configuration(voters: 3),
            state: [5]
        )
        var node = RaftNode(
            id: LonePeer.id(1),
            quorum: RaftBench.quorum,
            settings: .bench,
            initial: Configuration(),
            hardState: HardState(term: Term(rawValue: 1), commit: LogIndex(rawValue: 4)),
            snapshot: snapshot,
            base: snapshot.last,
            entries: LonePeer.entries([1, 1, 1], after: 2),
            now: now,
            using: &random
        )
        #expect(node.configuration == snapshot.configuration)
        #expect(node.handle(.timer, now: now, using: &random) == [.apply(LonePeer.entries([1, 1], after: 2))])
    }

    @Test("a message that comes again has the same answer and changes nothing")
    func twice() {
        let messages: [RaftMessage.Body] = [
            .append(previous: .origin, entries: LonePeer.entries([1, 1]), commit: LogIndex(rawValue: 1)),
            .heartbeat(RoundNumber(rawValue: 1), commit: LogIndex(rawValue: 1)),
            .voteRequest(.preVote, last: LonePeer.entry(1, 2)),
        ]
        for body in messages {
            var peer = LonePeer(term: 2)
            peer.hear(body, from: 2, term: 2)
            let (answers, terms, standing) = (peer.said(), peer.terms, peer.node.standing)
            #expect(answers.count == 1)
            peer.forget()
            peer.hear(body, from: 2, term: 2)
            #expect(peer.said() == answers && peer.terms == terms && peer.node.standing == standing)
            #expect(peer.actions.isEmpty)
        }
    }

    @Test("nobody is helped within the vote hold of the own start: what was promised before is forgotten")
    func holdAfterStart() {
        var peer = LonePeer(isHoldOver: false)
        let hold = peer.node.settings.voteHoldMilliseconds
        peer.pass(hold - 1)
        for kind in [VoteKind.preVote, .vote] {
            peer.hear(.voteRequest(kind, last: LonePeer.entry(9, 9)), from: 2, term: 9)
        }
        #expect(
            peer.said().allSatisfy {
                $0 == .voteReply(.preVote, isGranted: false) || $0 == .voteReply(.vote, isGranted: false)
            }
        )
        #expect(peer.term == 0)
        peer.forget()
        peer.pass(1)
        peer.hear(.voteRequest(.vote, last: LonePeer.entry(9, 9)), from: 2, term: 9)
        #expect(peer.said() == [.voteReply(.vote, isGranted: true)])
    }

    @Test("a peer whose store fails says nothing any more, and refuses what it is asked")
    func silent() {
        var peer = LonePeer(terms: [1])
        peer.becomeLeader()
        peer.handle(.read(RequestID(rawValue: 1)))
        peer.forget()
        peer.handle(.storeFailed)
        #expect(peer.role == .silent && peer.node.tenure == nil)
        #expect(peer.actions.contains(.refused(RequestID(rawValue: 1), .notLeader)))
        peer.forget()
        peer.handle(.propose([Proposal(id: RequestID(rawValue: 2), command: [])]))
        peer.handle(.change(RequestID(rawValue: 3), .remove(LonePeer.id(2))))
        peer.handle(.read(RequestID(rawValue: 4)))
        peer.handle(.transfer(to: LonePeer.id(2)))
        peer.hear(.heartbeat(RoundNumber(rawValue: 1), commit: .zero), from: 2, term: 9)
        peer.hear(.voteRequest(.vote, last: LonePeer.entry(9, 9)), from: 2, term: 9)
        peer.pass(60_000)
        #expect(
            peer.actions == [
                .refused(RequestID(rawValue: 2), .notLeader), .refused(RequestID(rawValue: 3), .change(.notLeader)),
                .refused(RequestID(rawValue: 4), .notLeader), .transferEnded(.refused),
            ]
        )
        #expect(peer.sent.isEmpty && peer.writes.isEmpty)
    }
}
