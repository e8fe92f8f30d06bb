import ClusterModel
import Testing

@testable import Raft

@Suite("Raft 7: snapshots")
struct Section7SnapshotsTests {
    private func index(_ value: UInt64) -> LogIndex { LogIndex(rawValue: value) }

    private static let settings: RaftSettings = {
        var settings = RaftSettings.bench
        settings.snapshotAfterEntries = 5
        settings.keptEntries = 2
        settings.snapshotChunkBytes = 4
        settings.maximumSnapshotBytes = 100
        return settings
    }()

    private let state = [UInt8](1...10)

    /// Alone, with a snapshot of six entries, of which the last two are here still.
    private func compacted(voters: Int = 1, learners: [Int] = []) -> LonePeer {
        var peer = LonePeer(voters: voters, learners: learners, settings: Self.settings)
        peer.becomeLeader(committing: voters > 1, voters: voters)
        peer.handle(.propose((1...5).map { Proposal(id: RequestID(rawValue: $0), command: [UInt8($0)]) }))
        for other in voters > 1 ? Array(2..<voters) : [] {
            peer.hear(.appended(through: index(6)), from: other, term: 1)
        }
        peer.handle(.snapshotTaken(at: index(6), state: state))
        return peer
    }

    @Test("one is asked for, once, when so many entries have been applied since the last")
    func wanted() {
        var peer = LonePeer(voters: 1, settings: Self.settings)
        peer.becomeLeader(committing: false, voters: 1)
        func isWanted() -> Int { peer.actions.count { $0 == .takeSnapshot } }
        for number in 1...3 { peer.handle(.propose([Proposal(id: RequestID(rawValue: UInt64(number)), command: [])])) }
        #expect(isWanted() == 0)
        for number in 4...7 { peer.handle(.propose([Proposal(id: RequestID(rawValue: UInt64(number)), command: [])])) }
        #expect(isWanted() == 1)
        peer.handle(.snapshotTaken(at: index(6), state: state))
        #expect(isWanted() == 1)
    }

    @Test("or when the log has so many bytes")
    func wantedForBytes() {
        var settings = Self.settings
        settings.snapshotAfterEntries = 1000
        settings.snapshotAfterBytes = 200
        var peer = LonePeer(voters: 1, settings: settings)
        peer.becomeLeader(committing: false, voters: 1)
        peer.handle(.propose([Proposal(id: RequestID(rawValue: 1), command: [UInt8](repeating: 0, count: 100))]))
        #expect(!peer.actions.contains(.takeSnapshot))
        peer.handle(.propose([Proposal(id: RequestID(rawValue: 1), command: [UInt8](repeating: 0, count: 100))]))
        #expect(peer.actions.contains(.takeSnapshot))
    }

    @Test("it takes the place of the entries up to it, but for a few, in the log and on the disk")
    func compaction() {
        var peer = LonePeer(voters: 1, settings: Self.settings)
        peer.becomeLeader(committing: false, voters: 1)
        peer.handle(.propose((1...7).map { Proposal(id: RequestID(rawValue: $0), command: [UInt8($0)]) }))
        peer.isDiskQuick = false
        peer.handle(.snapshotTaken(at: index(6), state: state))
        let snapshot = Snapshot(last: LonePeer.entry(1, 6), configuration: peer.node.configuration, state: state)
        #expect(peer.writes.first?.snapshot == snapshot && peer.writes.first?.keptFrom == index(5))
        #expect(peer.node.log.base == LonePeer.entry(1, 4) && peer.terms.count == 4)
        #expect(peer.last == LonePeer.entry(1, 8) && peer.node.commitIndex == index(8))
    }

    @Test(
        "one of what has not been applied, or is older than the last, is not taken",
        arguments: [0, 6, 7, 99] as [UInt64]
    )
    func refused(at: UInt64) {
        var peer = compacted()
        let before = peer.node.log.snapshot
        peer.handle(.snapshotTaken(at: index(at), state: [9]))
        #expect(peer.node.log.snapshot == before)
    }

    @Test("its configuration is that of its last entry, whatever has come since")
    func configuration() {
        var peer = compacted(voters: 3)
        peer.pass(Self.settings.heartbeatMilliseconds)
        peer.hear(.heartbeatReply(RoundNumber(rawValue: 2)), from: 2, term: 1)
        let before = peer.node.configuration
        peer.handle(.change(RequestID(rawValue: 8), .addLearner(LonePeer.id(9), LonePeer.member(9))))
        #expect(peer.node.configuration != before)
        #expect(peer.node.log.configuration(at: index(6)) == before)
    }

    /// What one says to the other, until the follower has the leader's log.
    ///
    /// - Returns: how often it restored a snapshot.
    private func exchange(
        _ leader: inout LonePeer,
        _ follower: inout LonePeer,
        losing lost: () -> Bool
    ) -> Int {
        var restores = 0
        for _ in 0..<600 where leader.node.matches[follower.node.id] != leader.last.index {
            leader.pass(Self.settings.heartbeatMilliseconds)
            while !leader.sent.isEmpty || !follower.sent.isEmpty {
                let messages = leader.sent.filter { $0.to == follower.node.id } + follower.sent
                leader.forget()
                let restored = follower.actions
                follower.forget()
                if restored.contains(where: { if case .restore = $0 { true } else { false } }) { restores += 1 }
                for message in messages {
                    if lost() { continue }
                    if message.to == leader.node.id {
                        leader.handle(.message(message))
                    } else {
                        follower.handle(.message(message))
                    }
                }
            }
            // The others go on answering.
            let round = leader.node.leadership?.rounds.last ?? .zero
            for other in leader.node.configuration.voters where other != leader.node.id && other != follower.node.id {
                leader.hear(.heartbeatReply(round), from: Int(other.low), term: leader.term)
            }
            leader.forget()
        }
        return restores
    }

    @Test(
        "a follower that needs what is gone is sent it in pieces, and the entries behind it, whatever is lost",
        arguments: 0..<20
    )
    func behind(seed: UInt64) {
        var random = BenchRandom(state: seed)
        var leader = compacted(voters: 3)
        var follower = LonePeer(number: 3, settings: Self.settings)
        leader.forget()
        leader.hear(.conflict(previous: .zero, hint: .origin), from: 3, term: 1)
        let restores = exchange(&leader, &follower) { seed > 0 && Int.random(in: 0..<3, using: &random) == 0 }
        #expect(follower.last == leader.last && follower.node.commitIndex == leader.node.commitIndex)
        #expect(follower.node.log.snapshot?.state == state)
        #expect(follower.node.configuration == leader.node.configuration)
        #expect(restores == 1)
    }

    private func chunk(
        _ offset: Int,
        _ count: Int,
        total: Int = 10,
        at last: EntryID = LonePeer.entry(1, 6)
    ) -> SnapshotChunk {
        SnapshotChunk(
            last: last,
            configuration: LonePeer.configuration(voters: 3, learners: [7]),
            total: total,
            offset: offset,
            bytes: Array(state[offset..<offset + count])
        )
    }

    @Test("pieces may come twice and out of order; what has come is told, and the whole when it is durable")
    func pieces() {
        var peer = LonePeer(terms: [1, 1], term: 1)
        let last = LonePeer.entry(1, 6)
        for (offset, received) in [(0, 4), (0, 4), (6, 4), (4, 8)] {
            peer.forget()
            peer.hear(.snapshot(chunk(offset, 4)), from: 2, term: 1)
            #expect(peer.said() == [.snapshotReply(last: last, received: received)])
        }
        peer.forget()
        peer.isDiskQuick = false
        peer.hear(.snapshot(chunk(8, 2)), from: 2, term: 1)
        #expect(peer.sent.isEmpty)
        let snapshot = Snapshot(
            last: last,
            configuration: LonePeer.configuration(voters: 3, learners: [7]),
            state: state
        )
        #expect(peer.actions.contains(.restore(snapshot)))
        #expect(
            peer.last == last && peer.node.commitIndex == index(6) && peer.node.configuration == snapshot.configuration
        )
        peer.writeAll()
        #expect(peer.said() == [.snapshotReply(last: last, received: 10)])
    }

    @Test("another snapshot begins anew")
    func another() {
        var peer = LonePeer(term: 1)
        peer.hear(.snapshot(chunk(0, 4)), from: 2, term: 1)
        peer.forget()
        peer.hear(.snapshot(chunk(4, 4, at: LonePeer.entry(1, 8))), from: 2, term: 1)
        #expect(peer.said() == [.snapshotReply(last: LonePeer.entry(1, 8), received: 0)])
    }

    @Test("one whose last entry is in the log leaves the log alone, and what it holds is committed")
    func held() {
        var peer = LonePeer(terms: [1, 1, 1, 1, 1, 1, 1, 1], term: 1)
        peer.hear(.snapshot(chunk(0, 4)), from: 2, term: 1)
        #expect(peer.terms.count == 8 && peer.node.commitIndex == index(6))
        #expect(peer.applied.count == 6)
        #expect(peer.said() == [.snapshotReply(last: LonePeer.entry(1, 6), received: 10)])
    }

    @Test("one of what is committed here already is not needed")
    func old() {
        var peer = LonePeer(terms: [1, 1, 1, 1, 1, 1, 1], commit: 7)
        peer.hear(.snapshot(chunk(0, 4)), from: 2, term: 1)
        #expect(peer.said() == [.snapshotReply(last: LonePeer.entry(1, 6), received: 10)])
        #expect(!peer.actions.contains { if case .restore = $0 { true } else { false } })
    }

    @Test("entries that differ go with the snapshot's coming")
    func divergent() {
        var peer = LonePeer(terms: [1, 1, 1, 1, 1, 1, 1, 1], term: 2, commit: 2)
        for (offset, count) in [(0, 8), (8, 2)] {
            peer.hear(.snapshot(chunk(offset, count, at: LonePeer.entry(2, 6))), from: 2, term: 2)
        }
        #expect(peer.last == LonePeer.entry(2, 6) && peer.terms.isEmpty && peer.node.commitIndex == index(6))
    }

    @Test("one that is too long is not taken in")
    func tooLong() {
        var peer = LonePeer(term: 1, settings: Self.settings)
        peer.hear(.snapshot(chunk(0, 4, total: 101)), from: 2, term: 1)
        #expect(peer.actions.contains(.violation(LonePeer.id(2), .snapshotTooLong)) && peer.sent.isEmpty)
    }
}
