import ClusterModel
import Testing

@testable import Raft

@Suite("Raft 8: clients")
struct Section8ClientsTests {
    private func proposal(_ id: UInt64, _ bytes: Int = 1) -> Proposal {
        Proposal(id: RequestID(rawValue: id), command: [UInt8](repeating: 0, count: bytes))
    }

    @Test("a new leader begins with an entry of its own, so that it learns what is committed")
    func begins() {
        var peer = LonePeer(terms: [1, 1])
        peer.becomeLeader(committing: false)
        #expect(peer.last == LonePeer.entry(2, 3))
        #expect(
            peer.node.log.entries(after: LogIndex(rawValue: 2), through: peer.last.index).map(\.content) == [
                .leadershipBegins
            ]
        )
        peer.hear(.appended(through: LogIndex(rawValue: 3)), from: 2, term: 2)
        #expect(peer.node.commitIndex == LogIndex(rawValue: 3))
    }

    @Test("who does not lead refuses")
    func notLeader() {
        var peer = LonePeer()
        peer.handle(.propose([proposal(1), proposal(2)]))
        peer.handle(.read(RequestID(rawValue: 3)))
        #expect(peer.actions == (1...3).map { .refused(RequestID(rawValue: $0), .notLeader) })
    }

    @Test("a command that is too long is refused, the others of its batch are not")
    func tooLong() {
        var peer = LonePeer()
        peer.becomeLeader()
        let longest = peer.node.settings.maximumCommandBytes
        peer.handle(.propose([proposal(1, longest + 1), proposal(2, longest)]))
        #expect(
            peer.actions == [
                .refused(RequestID(rawValue: 1), .tooLong), .accepted(RequestID(rawValue: 2), LonePeer.entry(1, 2)),
            ]
        )
    }

    @Test("more than so much that is not committed is refused, and taken again when that is")
    func busy() {
        var settings = RaftSettings.bench
        settings.maximumUncommittedBytes = 100
        var peer = LonePeer(settings: settings)
        peer.becomeLeader()
        peer.handle(.propose([proposal(1, 80), proposal(2, 80), proposal(3, 1)]))
        peer.handle(.propose([proposal(4, 1)]))
        #expect(
            peer.actions == [
                .accepted(RequestID(rawValue: 1), LonePeer.entry(1, 2)),
                .accepted(RequestID(rawValue: 2), LonePeer.entry(1, 3)),
                .refused(RequestID(rawValue: 3), .busy), .refused(RequestID(rawValue: 4), .busy),
            ]
        )
        peer.hear(.appended(through: LogIndex(rawValue: 3)), from: 2, term: 1)
        peer.forget()
        peer.handle(.propose([proposal(5, 1)]))
        #expect(peer.actions == [.accepted(RequestID(rawValue: 5), LonePeer.entry(1, 4))])
    }

    @Test("what was accepted may be replaced by another leader's: the entry's name tells")
    func replaced() {
        var peer = LonePeer()
        peer.becomeLeader()
        peer.handle(.propose([proposal(1)]))
        #expect(peer.actions == [.accepted(RequestID(rawValue: 1), LonePeer.entry(1, 2))])
        peer.forget()
        let other = LogEntry(LonePeer.entry(2, 2), .leadershipBegins)
        peer.hear(
            .append(previous: LonePeer.entry(1, 1), entries: [other], commit: LogIndex(rawValue: 2)),
            from: 2,
            term: 2
        )
        #expect(peer.applied == [other])
    }
}
