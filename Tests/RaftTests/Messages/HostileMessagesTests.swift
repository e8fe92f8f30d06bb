import ClusterModel
import Testing

@testable import Raft

@Suite("Hostile messages")
struct HostileMessagesTests {
    @Test(
        "whatever a peer says, a node goes on, takes nothing back that is committed, and holds no more than its bounds",
        arguments: 0..<40
    )
    func anything(seed: UInt64) {
        var random = BenchRandom(state: seed)
        var settings = RaftSettings.bench
        settings.snapshotAfterEntries = 10
        settings.keptEntries = 3
        settings.maximumSnapshotBytes = 1000
        settings.snapshotChunkBytes = 7
        var peer = LonePeer(voters: 3, learners: [4], terms: [1, 1, 2], commit: 1, settings: settings)
        if seed % 2 == 0 { peer.becomeLeader() }
        var committed = peer.node.commitIndex
        for _ in 0..<2_000 {
            peer.forget()
            peer.hear(
                body(near: peer, using: &random),
                from: Int.random(in: 2...5, using: &random),
                term: term(near: peer, using: &random)
            )
            switch Int.random(in: 0..<12, using: &random) {
            case 0: peer.pass(Int.random(in: 0...2_000, using: &random))
            case 1: peer.handle(.propose([Proposal(id: RequestID(rawValue: 1), command: [1, 2, 3])]))
            case 2: peer.handle(.read(RequestID(rawValue: 2)))
            case 3: peer.handle(.transfer(to: LonePeer.id(2)))
            case 4: peer.handle(.gateClosed(GateClosing(term: peer.node.standing.term, number: 1)))
            case 5: peer.handle(.snapshotTaken(at: peer.node.commitIndex, state: [1, 2, 3]))
            case 6: peer.handle(.connectionLost(LonePeer.id(3)))
            default: break
            }
            #expect(peer.node.commitIndex >= committed && peer.node.commitIndex <= peer.last.index)
            committed = peer.node.commitIndex
            #expect(peer.sent.count < 100 && peer.actions.count < 100)
            #expect(peer.node.arriving?.bytes.count ?? 0 <= settings.maximumSnapshotBytes)
        }
    }

    private func term(near peer: LonePeer, using random: inout BenchRandom) -> UInt64 {
        let own = peer.term
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return own == 0 ? 0 : own - 1
        case 1: return own + 1
        case 2: return own + UInt64.random(in: 0...1_000, using: &random)
        default: return own
        }
    }

    /// Around what the peer has, so that it is listened to.
    private func body(near peer: LonePeer, using random: inout BenchRandom) -> RaftMessage.Body {
        let kinds = RandomMessage.Kind.allCases
        let body = RandomMessage.make(kinds[Int.random(in: kinds.indices, using: &random)], using: &random).body
        guard Int.random(in: 0..<4, using: &random) > 0 else { return body }
        func index() -> LogIndex {
            let middle = Bool.random(using: &random) ? peer.last.index : peer.node.commitIndex
            return LogIndex(rawValue: UInt64(max(0, Int(middle.rawValue) + Int.random(in: -4...4, using: &random))))
        }
        func entryID() -> EntryID {
            let index = index()
            let known = peer.node.log.term(at: index)
            return EntryID(
                term: Int.random(in: 0..<3, using: &random) == 0
                    ? Term(rawValue: UInt64.random(in: 0...peer.term + 1, using: &random)) : known ?? .zero,
                index: index
            )
        }
        let rounds = peer.node.leadership?.rounds.last.rawValue ?? 0
        let round = RoundNumber(rawValue: UInt64.random(in: 0...rounds + 2, using: &random))
        switch body {
        case .voteRequest(let kind, _): return .voteRequest(kind, last: entryID())
        case .append(_, let entries, _):
            var id = entryID()
            let near = entries.map { entry in
                id = EntryID(
                    term: Bool.random(using: &random) ? id.term : max(id.term, peer.node.standing.term),
                    index: id.index.next
                )
                return LogEntry(id, entry.content)
            }
            return .append(
                previous: near.first.map { EntryID(term: $0.id.term, index: $0.index.previous) } ?? id,
                entries: near,
                commit: index()
            )
        case .appended: return .appended(through: index())
        case .conflict: return .conflict(previous: index(), hint: entryID())
        case .heartbeat: return .heartbeat(round, commit: index())
        case .heartbeatReply: return .heartbeatReply(round)
        case .snapshot(let chunk):
            let total = Int.random(in: 0...20, using: &random)
            let offset = Int.random(in: 0...total, using: &random)
            let bytes = Array(chunk.bytes.prefix(Int.random(in: 0...total - offset, using: &random)))
            return .snapshot(
                SnapshotChunk(
                    last: entryID(),
                    configuration: peer.node.configuration,
                    total: total,
                    offset: offset,
                    bytes: bytes
                )
            )
        case .snapshotReply:
            return .snapshotReply(last: entryID(), received: Int.random(in: 0...20, using: &random))
        case .voteReply, .campaignNow: return body
        }
    }
}
