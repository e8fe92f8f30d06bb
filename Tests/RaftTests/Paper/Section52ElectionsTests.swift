import ClusterModel
import Testing

@testable import Raft

@Suite("Raft 5.2: elections")
struct Section52ElectionsTests {
    @Test("a leader beats in each interval, to everybody")
    func heartbeats() {
        var peer = LonePeer(terms: [1])
        peer.becomeLeader()
        for beat in 1...5 {
            peer.forget()
            peer.pass(peer.node.settings.heartbeatMilliseconds)
            let round = RoundNumber(rawValue: UInt64(beat) + 1)
            for other in [2, 3] {
                #expect(peer.said(to: other) == [.heartbeat(round, commit: peer.node.commitIndex)])
                peer.hear(.heartbeatReply(round), from: other, term: peer.term)
            }
        }
        #expect(peer.role == .leader)
    }

    @Test("a follower that hears a leader does not campaign; one that hears nothing asks, and then campaigns")
    func timeout() {
        var peer = LonePeer(terms: [1])
        for beat in 1...20 {
            peer.hear(.heartbeat(RoundNumber(rawValue: UInt64(beat)), commit: .zero), from: 2, term: 1)
            peer.pass(peer.node.settings.voteHoldMilliseconds - 1)
            #expect(peer.role == .follower && peer.node.standing.leader == LonePeer.id(2))
        }
        peer.forget()
        peer.campaign()
        #expect(peer.role == .candidate && peer.term == 2)
        #expect(peer.disk.vote == peer.node.id && peer.disk.term == Term(rawValue: 2))
        for other in [2, 3] {
            #expect(
                peer.said(to: other).suffix(2) == [
                    .voteRequest(.preVote, last: LonePeer.entry(1, 1)), .voteRequest(.vote, last: LonePeer.entry(1, 1)),
                ]
            )
        }
    }

    @Test("requests leave when the candidate's own vote is on the disk, and it counts from then on")
    func ownVoteIsDurable() {
        var peer = LonePeer(voters: 3)
        peer.isDiskQuick = false
        peer.campaign()
        #expect(peer.said().allSatisfy { $0.name == "vote-request" && $0 == .voteRequest(.preVote, last: .origin) })
        peer.hear(.voteReply(.vote, isGranted: true), from: 2, term: 1)
        #expect(peer.role == .candidate)
        peer.writeAll()
        #expect(peer.role == .leader)
    }

    @Test(
        "an election is won by a majority of all voters, whatever the others say",
        arguments: [
            (1, 0, 0, true), (3, 1, 1, true), (3, 2, 0, true), (3, 0, 0, false), (3, 0, 2, false), (5, 2, 2, true),
            (5, 1, 0, false), (5, 1, 3, false), (5, 4, 0, true), (2, 0, 0, false), (2, 1, 0, true), (4, 1, 1, false),
            (4, 2, 0, true),
        ]
    )
    func majority(voters: Int, granted: Int, refused: Int, isWon: Bool) {
        var peer = LonePeer(voters: voters)
        peer.campaign()
        for other in 0..<granted { peer.hear(.voteReply(.vote, isGranted: true), from: 2 + other, term: 1) }
        for other in 0..<refused { peer.hear(.voteReply(.vote, isGranted: false), from: 2 + granted + other, term: 1) }
        #expect((peer.role == .leader) == isWon)
        #expect(peer.term == 1)
    }

    @Test("each vote counts once, and those of others than voters not at all")
    func oneVoteEach() {
        var peer = LonePeer(voters: 5, learners: [6])
        peer.campaign()
        for voter in [2, 2, 2, 6, 9] { peer.hear(.voteReply(.vote, isGranted: true), from: voter, term: 1) }
        #expect(peer.role == .candidate)
        peer.hear(.voteReply(.vote, isGranted: true), from: 3, term: 1)
        #expect(peer.role == .leader)
    }

    @Test(
        "one vote a term: to the first who asks, and to that one again",
        arguments: [(nil, 2, true), (nil, 3, true), (2, 2, true), (3, 3, true), (2, 3, false), (3, 2, false)]
            as [(Int?, Int, Bool)]
    )
    func firstCome(vote: Int?, candidate: Int, isGranted: Bool) {
        var peer = LonePeer(term: 1, vote: vote)
        peer.hear(.voteRequest(.vote, last: .origin), from: candidate, term: 1)
        #expect(peer.said(to: candidate) == [.voteReply(.vote, isGranted: isGranted)])
        #expect(peer.disk.vote == LonePeer.id(isGranted ? candidate : vote ?? 0))
    }

    @Test("a vote leaves when it is on the disk")
    func voteIsDurable() {
        var peer = LonePeer(term: 1)
        peer.isDiskQuick = false
        peer.hear(.voteRequest(.vote, last: .origin), from: 2, term: 2)
        #expect(peer.sent.isEmpty)
        peer.writeAll()
        #expect(peer.said() == [.voteReply(.vote, isGranted: true)])
        #expect(peer.disk.term == Term(rawValue: 2) && peer.disk.vote == LonePeer.id(2))
    }

    @Test("a candidate follows who leads its term, or a greater one", arguments: [1, 2] as [UInt64])
    func fallBack(term: UInt64) {
        var peer = LonePeer()
        peer.campaign()
        peer.hear(.append(previous: .origin, entries: [], commit: .zero), from: 2, term: term)
        #expect(peer.node.standing == Standing(role: .follower, term: Term(rawValue: term), leader: LonePeer.id(2)))
    }

    @Test("a candidate that does not win asks again, and raises its term when it would win")
    func again() {
        var peer = LonePeer()
        peer.campaign()
        peer.forget()
        peer.pass(3 * peer.node.settings.retryMilliseconds)
        #expect(peer.role == .follower && peer.term == 1)
        #expect(peer.said(to: 2) == [.voteRequest(.preVote, last: .origin)])
        peer.hear(.voteReply(.preVote, isGranted: true), from: 2, term: 2)
        #expect(peer.role == .candidate && peer.term == 2)
    }

    @Test("followers wait for different times, so that one of them comes first")
    func randomTimeouts() {
        let settings = RaftSettings.lan
        var waits: Set<Int> = []
        for seed in 1...200 {
            var random = BenchRandom(state: UInt64(seed))
            let start = BootTime(nanoseconds: 0)
            var node = RaftNode(
                id: LonePeer.id(1),
                quorum: RaftBench.quorum,
                settings: settings,
                initial: LonePeer.configuration(voters: 3),
                now: start,
                using: &random
            )
            _ = node.handle(.timer, now: start, using: &random)
            waits.insert(node.nextWakeUp.milliseconds(since: start))
        }
        let bounds = settings.voteHoldMilliseconds...settings.voteHoldMilliseconds + settings.electionSpreadMilliseconds
        #expect(waits.allSatisfy { bounds.contains($0) })
        #expect(waits.count > 100)
    }

    @Test("who is more reluctant waits longer")
    func reluctance() {
        var peer = LonePeer()
        peer.handle(.reluctance(milliseconds: 700))
        peer.hear(.heartbeat(RoundNumber(rawValue: 1), commit: .zero), from: 2, term: 1)
        #expect(peer.node.nextWakeUp.milliseconds(since: peer.now) == peer.node.settings.voteHoldMilliseconds + 700)
        peer.handle(.reluctance(milliseconds: -5))
        peer.hear(.heartbeat(RoundNumber(rawValue: 2), commit: .zero), from: 2, term: 1)
        #expect(peer.node.nextWakeUp.milliseconds(since: peer.now) == peer.node.settings.voteHoldMilliseconds)
    }
}
