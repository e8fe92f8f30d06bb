import ClusterModel
import Testing

@testable import Raft

@Suite("Raft thesis 6.4: questions and the lease")
struct Thesis64ReadsTests {
    private let question = RequestID(rawValue: 1)

    private func reply(_ round: UInt64, from other: Int, to peer: inout LonePeer) {
        peer.hear(.heartbeatReply(RoundNumber(rawValue: round)), from: other, term: peer.term)
    }

    @Test("a question has a round of heartbeats sent, and waits for a majority to answer it")
    func round() {
        var peer = LonePeer(voters: 5)
        peer.becomeLeader(voters: 5)
        peer.handle(.read(question))
        #expect(peer.said(to: 5) == [.heartbeat(RoundNumber(rawValue: 2), commit: LogIndex(rawValue: 1))])
        reply(2, from: 2, to: &peer)
        reply(2, from: 2, to: &peer)
        reply(1, from: 3, to: &peer)
        #expect(peer.actions.isEmpty)
        reply(2, from: 3, to: &peer)
        #expect(peer.actions == [.read(question)])
    }

    @Test("questions that come while a round is under way share the next")
    func shared() {
        var peer = LonePeer()
        peer.becomeLeader()
        for number in 1...5 { peer.handle(.read(RequestID(rawValue: UInt64(number)))) }
        #expect(peer.said(to: 2).count == 1)
        reply(2, from: 2, to: &peer)
        #expect(peer.actions == [.read(question)])
        #expect(peer.said(to: 2).count { $0.name == "heartbeat" } == 2)
        reply(3, from: 3, to: &peer)
        #expect(peer.actions == (1...5).map { .read(RequestID(rawValue: $0)) })
    }

    @Test("a question is answered behind all that was committed before it")
    func behindCommits() {
        var peer = LonePeer()
        peer.becomeLeader()
        peer.handle(.propose([Proposal(id: RequestID(rawValue: 9), command: [7])]))
        peer.hear(.appended(through: LogIndex(rawValue: 2)), from: 2, term: 1)
        peer.handle(.read(question))
        reply(2, from: 2, to: &peer)
        let applied = peer.actions.firstIndex { if case .apply = $0 { true } else { false } }
        let answered = peer.actions.firstIndex(of: .read(question))
        #expect(applied != nil && answered != nil && applied ?? 0 < answered ?? 0)
    }

    @Test("nothing is answered before an entry of the own term is committed")
    func ownTerm() {
        var peer = LonePeer(terms: [1])
        peer.becomeLeader(committing: false)
        peer.handle(.read(question))
        peer.pass(peer.node.settings.heartbeatMilliseconds)
        reply(2, from: 2, to: &peer)
        #expect(peer.actions.isEmpty && peer.node.tenure == nil)
        peer.hear(.appended(through: LogIndex(rawValue: 2)), from: 2, term: 2)
        #expect(peer.actions.last == .read(question) && peer.node.tenure != nil)
    }

    @Test("alone, a voter answers at once")
    func alone() {
        var peer = LonePeer(voters: 1)
        peer.becomeLeader(committing: false, voters: 1)
        peer.handle(.read(question))
        #expect(peer.actions == [.read(question)])
    }

    @Test("who stops leading refuses what waits, and too many at a time are refused")
    func refused() {
        var settings = RaftSettings.bench
        settings.maximumReads = 2
        var peer = LonePeer(settings: settings)
        peer.becomeLeader()
        for number in 1...3 { peer.handle(.read(RequestID(rawValue: UInt64(number)))) }
        #expect(peer.actions == [.refused(RequestID(rawValue: 3), .busy)])
        peer.forget()
        peer.hear(.heartbeatReply(.zero), from: 2, term: 9)
        #expect(
            peer.actions.prefix(2) == [
                .refused(RequestID(rawValue: 1), .notLeader), .refused(RequestID(rawValue: 2), .notLeader),
            ]
        )
    }

    @Test("the lease runs from when a round was sent that a majority has answered", arguments: [0, 40, 149])
    func lease(delay: Int) {
        var peer = LonePeer()
        peer.becomeLeader()
        peer.pass(peer.node.settings.heartbeatMilliseconds)
        let sent = peer.now
        peer.pass(delay)
        reply(2, from: 2, to: &peer)
        let lease = peer.node.settings.leaseMilliseconds
        #expect(lease == peer.node.settings.voteHoldMilliseconds * 9 / 10)
        #expect(peer.node.tenure == Tenure(term: Term(rawValue: 1), ends: sent.adding(milliseconds: lease)))
    }

    @Test("late answers to old rounds make no lease longer, and answers to what was never sent count for nothing")
    func lateAnswers() {
        var peer = LonePeer()
        peer.becomeLeader()
        for _ in 0..<3 { peer.pass(peer.node.settings.heartbeatMilliseconds) }
        reply(4, from: 2, to: &peer)
        let tenure = peer.node.tenure
        reply(2, from: 3, to: &peer)
        reply(3, from: 3, to: &peer)
        reply(99, from: 3, to: &peer)
        #expect(peer.node.tenure == tenure)
    }

    @Test("a leader that no majority answers steps down after the vote hold")
    func contact() {
        var peer = LonePeer(voters: 5)
        peer.becomeLeader(voters: 5)
        let hold = peer.node.settings.voteHoldMilliseconds
        for round in 0..<(hold / 150) {
            #expect(peer.role == .leader)
            peer.pass(150)
            reply(UInt64(round) + 2, from: 2, to: &peer)
        }
        #expect(peer.role == .follower && peer.node.tenure == nil)
    }

    @Test("a leader whose disk takes no small write any more steps down, though everybody answers it")
    func disk() {
        var peer = LonePeer()
        peer.becomeLeader()
        peer.isDiskQuick = false
        var milliseconds = 0
        while peer.role == .leader, milliseconds < 10_000 {
            peer.pass(50)
            milliseconds += 50
            for other in [2, 3] { reply(peer.node.leadership?.rounds.last.rawValue ?? 0, from: other, to: &peer) }
        }
        let settings = peer.node.settings
        #expect(peer.writes.count == 1 && peer.writes.first?.entries == [])
        #expect(milliseconds <= settings.voteHoldMilliseconds + settings.diskTrialMilliseconds + 50)
    }
}
