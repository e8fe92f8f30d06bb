import ClusterModel
import Testing

@testable import Raft

@Suite("Raft 5.3: replication")
struct Section53ReplicationTests {
    private func index(_ value: UInt64) -> LogIndex { LogIndex(rawValue: value) }

    @Test("a proposal is appended, and sent with the entry before it and what is committed")
    func start() {
        var peer = LonePeer(terms: [1])
        peer.becomeLeader()
        peer.handle(.propose([Proposal(id: RequestID(rawValue: 1), command: [7])]))
        let entry = LogEntry(LonePeer.entry(2, 3), .command([7]))
        #expect(peer.actions == [.accepted(RequestID(rawValue: 1), entry.id)])
        #expect(peer.last == entry.id && peer.node.commitIndex == index(2))
        for other in [2, 3] {
            #expect(
                peer.said(to: other) == [.append(previous: LonePeer.entry(2, 2), entries: [entry], commit: index(2))]
            )
        }
    }

    @Test("proposals of one event go out together")
    func batch() {
        var peer = LonePeer(terms: [1])
        peer.becomeLeader()
        let proposals = (1...10).map { Proposal(id: RequestID(rawValue: $0), command: [UInt8($0)]) }
        peer.isDiskQuick = false
        peer.handle(.propose(proposals))
        #expect(peer.writes.count == 1 && peer.writes.first?.entries.count == 10)
        #expect(peer.said(to: 2).count == 1)
    }

    @Test(
        "committed is what a majority has durably, the leader itself among them",
        arguments: [
            (1, [], true), (3, [], false), (3, [2], true), (3, [2, 3], true), (5, [2], false), (5, [2, 3], true),
            (5, [2, 3, 4, 5], true), (4, [2], false), (4, [2, 3], true), (2, [], false), (2, [2], true),
        ] as [(Int, [Int], Bool)]
    )
    func commit(voters: Int, answers: [Int], isCommitted: Bool) {
        var peer = LonePeer(voters: voters)
        peer.becomeLeader(voters: voters)
        peer.handle(.propose([Proposal(id: RequestID(rawValue: 1), command: [7])]))
        for other in answers { peer.hear(.appended(through: index(2)), from: other, term: 1) }
        #expect((peer.node.commitIndex == index(2)) == isCommitted)
        #expect(peer.applied.map(\.content) == (isCommitted ? [.command([7])] : []))
    }

    @Test("the leader's own disk counts as any other: others may be faster, and nobody waits for it")
    func ownDisk() {
        var peer = LonePeer(voters: 3)
        peer.becomeLeader()
        peer.isDiskQuick = false
        peer.handle(.propose([Proposal(id: RequestID(rawValue: 1), command: [7])]))
        peer.hear(.appended(through: index(2)), from: 2, term: 1)
        #expect(peer.node.commitIndex == index(1))
        peer.hear(.appended(through: index(2)), from: 3, term: 1)
        #expect(peer.node.commitIndex == index(2))
        peer.writeAll()
        #expect(peer.node.commitIndex == index(2))
    }

    @Test("what is committed is told to all at once, and with the next entries and heartbeats")
    func tellCommit() {
        var peer = LonePeer()
        peer.becomeLeader()
        peer.handle(.propose([Proposal(id: RequestID(rawValue: 1), command: [7])]))
        peer.forget()
        peer.hear(.appended(through: index(2)), from: 2, term: 1)
        for other in [2, 3] {
            #expect(peer.said(to: other) == [.append(previous: LonePeer.entry(1, 2), entries: [], commit: index(2))])
        }
        peer.forget()
        peer.pass(peer.node.settings.heartbeatMilliseconds)
        #expect(peer.said(to: 2) == [.heartbeat(RoundNumber(rawValue: 2), commit: index(2))])
        // 3 is not known to have it.
        #expect(peer.said(to: 3) == [.heartbeat(RoundNumber(rawValue: 2), commit: index(1))])
    }

    @Test("a follower applies what the leader says is committed, in order, each once", arguments: 1...4)
    func followerApplies(commit: UInt64) {
        var peer = LonePeer()
        let entries = LonePeer.entries([1, 1, 1])
        for _ in 0..<2 {
            peer.hear(.append(previous: .origin, entries: entries, commit: index(commit)), from: 2, term: 1)
        }
        #expect(peer.applied == Array(entries.prefix(Int(commit))))
        #expect(peer.node.commitIndex == index(min(commit, 3)))
    }

    @Test("entries are answered when they are on the disk")
    func durable() {
        var peer = LonePeer(term: 1)
        peer.isDiskQuick = false
        peer.hear(.append(previous: .origin, entries: LonePeer.entries([1, 1]), commit: .zero), from: 2, term: 1)
        #expect(peer.sent.isEmpty)
        peer.writeAll()
        #expect(peer.said() == [.appended(through: index(2))])
    }

    @Test(
        "entries are taken where the log agrees before them, and refused elsewhere with a place where it may",
        arguments: [
            ((0, 0), nil), ((1, 1), nil), ((2, 2), nil), ((1, 2), (1, 1)), ((3, 2), (2, 2)), ((2, 3), (2, 2)),
            ((9, 9), (2, 2)), ((1, 5), (1, 1)),
        ] as [((UInt64, UInt64), (UInt64, UInt64)?)]
    )
    func check(previous: (UInt64, UInt64), hint: (UInt64, UInt64)?) {
        var peer = LonePeer(terms: [1, 2])
        peer.hear(
            .append(previous: LonePeer.entry(previous.0, previous.1), entries: [], commit: .zero),
            from: 2,
            term: 9
        )
        let expected: RaftMessage.Body =
            hint.map { .conflict(previous: index(previous.1), hint: LonePeer.entry($0.0, $0.1)) }
            ?? .appended(through: index(previous.1))
        #expect(peer.said() == [expected])
    }

    @Test(
        "the first entry that differs takes all behind it away; what agrees stays",
        arguments: [
            ([1, 2], 2, [3], [1, 2, 3]), ([1, 2], 1, [3, 3], [1, 3, 3]), ([1, 2], 0, [1], [1, 2]),
            ([1, 2], 0, [3], [3]), ([1, 2], 0, [1, 2, 2], [1, 2, 2]), ([1, 2, 2, 2], 1, [2], [1, 2, 2, 2]),
            ([1, 2, 2, 2], 1, [2, 3], [1, 2, 3]), ([], 0, [1, 1], [1, 1]), ([1, 1], 2, [], [1, 1]),
        ] as [([UInt64], UInt64, [UInt64], [UInt64])]
    )
    func append(log: [UInt64], after: UInt64, entries: [UInt64], result: [UInt64]) {
        var peer = LonePeer(terms: log)
        let previous = LonePeer.entry(after == 0 ? 0 : log[Int(after) - 1], after)
        peer.hear(
            .append(previous: previous, entries: LonePeer.entries(entries, after: after), commit: .zero),
            from: 2,
            term: 9
        )
        #expect(peer.terms == result)
        #expect(peer.said() == [.appended(through: index(after + UInt64(entries.count)))])
    }

    @Test("what is committed is never taken back, whoever asks for it")
    func committedStays() {
        var peer = LonePeer(terms: [1, 1, 1], commit: 3)
        peer.hear(.append(previous: .origin, entries: LonePeer.entries([2, 2, 2, 2]), commit: .zero), from: 2, term: 9)
        #expect(peer.terms == [1, 1, 1])
        #expect(peer.actions.contains(.violation(LonePeer.id(2), .committedEntriesRemoved)))
        #expect(peer.said().isEmpty)
    }

    /// Figure 7, with the leader of term 8.
    @Test(
        "whatever a follower has, it comes to have the leader's log",
        arguments: [
            [1, 1, 1, 4, 4, 5, 5, 6, 6], [1, 1, 1, 4], [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
            [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], [1, 1, 1, 4, 4, 4, 4], [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], [],
        ] as [[UInt64]]
    )
    func figure7(log: [UInt64]) {
        let terms: [UInt64] = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6]
        var leader = LonePeer(terms: terms, term: 7)
        var follower = LonePeer(number: 2, terms: log, term: 7)
        leader.becomeLeader(committing: false)
        leader.pass(leader.node.settings.heartbeatMilliseconds)
        var messages = 0
        while messages < 40, leader.node.matches[LonePeer.id(2)] != leader.last.index {
            // All that the leader says reaches the follower, and the other way round.
            let said = leader.sent.filter { $0.to == LonePeer.id(2) }
            leader.forget()
            for message in said { follower.handle(.message(message)) }
            let answers = follower.sent.filter { $0.to == LonePeer.id(1) }
            follower.forget()
            for answer in answers { leader.handle(.message(answer)) }
            if answers.isEmpty { leader.pass(leader.node.settings.heartbeatMilliseconds) }
            messages += 1
        }
        #expect(follower.terms == terms + [8])
        #expect(follower.node.commitIndex == index(11) || leader.node.commitIndex == index(11))
        #expect(messages < 10)
    }

    @Test("a message holds so many bytes of entries and no more, but for a single one; so many are under way")
    func limits() {
        var settings = RaftSettings.bench
        settings.maximumAppendBytes = 100
        settings.maximumInflightMessages = 3
        var peer = LonePeer(settings: settings)
        peer.becomeLeader()
        let long = [UInt8](repeating: 1, count: 200)
        let commands = [long, [1], [2], [3], long, [4], [5]]
        peer.handle(.propose(zip(1..., commands).map { Proposal(id: RequestID(rawValue: $0), command: $1) }))
        func sizes() -> [Int] {
            peer.said(to: 2).compactMap { if case .append(_, let entries, _) = $0 { entries.count } else { nil } }
        }
        #expect(sizes() == [1, 3, 1])
        peer.forget()
        peer.hear(.appended(through: index(2)), from: 2, term: 1)
        #expect(sizes() == [2])
    }
}
