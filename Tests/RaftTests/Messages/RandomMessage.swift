import ClusterModel

@testable import Raft

/// Messages of any content that a peer may write.
enum RandomMessage {
    enum Kind: CaseIterable {
        case voteRequest, voteReply, append, appended, conflict, heartbeat, heartbeatReply, snapshot, snapshotReply
        case campaignNow
    }

    static func make(_ kind: Kind, using random: inout BenchRandom) -> RaftMessage {
        RaftMessage(
            quorum: QuorumID(high: random.next(), low: random.next()),
            from: PeerID(using: &random),
            to: PeerID(using: &random),
            term: counter(using: &random),
            body(kind, using: &random)
        )
    }

    /// Small ones, long ones, and the greatest.
    private static func counter<Counter: MonotonicCounter>(using random: inout BenchRandom) -> Counter {
        let greatest = Counter.greatestTold.rawValue
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return Counter(rawValue: UInt64.random(in: 0...3, using: &random))
        case 1: return Counter(rawValue: greatest)
        default: return Counter(rawValue: random.next() >> UInt64.random(in: 2...63, using: &random))
        }
    }

    private static func entryID(using random: inout BenchRandom) -> EntryID {
        EntryID(term: counter(using: &random), index: counter(using: &random))
    }

    private static func bytes(_ most: Int, using random: inout BenchRandom) -> [UInt8] {
        (0..<Int.random(in: 0...most, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private static func configuration(using random: inout BenchRandom) -> Configuration {
        var peers: [PeerID: Configuration.Peer] = [:]
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let part: Configuration.Part = Bool.random(using: &random) ? .voter : .learner
            let member = MemberID(high: random.next(), low: random.next())
            peers[PeerID(using: &random)] = Configuration.Peer(member: member, part: part)
        }
        return Configuration(peers)
    }

    static func content(using random: inout BenchRandom) -> LogEntry.Content {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: .leadershipBegins
        case 1: .command(bytes(200, using: &random))
        default: .configuration(configuration(using: &random))
        }
    }

    private static func entries(after previous: EntryID, using random: inout BenchRandom) -> [LogEntry] {
        var id = previous
        return (0..<Int.random(in: 0...4, using: &random)).map { _ in
            id = EntryID(
                term: Bool.random(using: &random)
                    ? id.term : id.term.advanced(by: UInt64.random(in: 0...9, using: &random)),
                index: id.index.next
            )
            return LogEntry(id, content(using: &random))
        }
    }

    private static func body(_ kind: Kind, using random: inout BenchRandom) -> RaftMessage.Body {
        let votes: [VoteKind] = [.preVote, .vote, .transfer]
        let vote = votes[Int.random(in: 0..<3, using: &random)]
        switch kind {
        case .voteRequest: return .voteRequest(vote, last: entryID(using: &random))
        case .voteReply: return .voteReply(vote, isGranted: Bool.random(using: &random))
        case .append:
            // Room for the entries that follow.
            let previous = EntryID(
                term: Term(rawValue: random.next() >> 3),
                index: LogIndex(rawValue: random.next() >> UInt64.random(in: 3...60, using: &random))
            )
            let entries = entries(after: previous, using: &random)
            return .append(previous: previous, entries: entries, commit: counter(using: &random))
        case .appended: return .appended(through: counter(using: &random))
        case .conflict: return .conflict(previous: counter(using: &random), hint: entryID(using: &random))
        case .heartbeat: return .heartbeat(counter(using: &random), commit: counter(using: &random))
        case .heartbeatReply: return .heartbeatReply(counter(using: &random))
        case .snapshot:
            let piece = bytes(300, using: &random)
            let offset = Int.random(in: 0...(1 << 30), using: &random)
            let total = offset + piece.count + Int.random(in: 0...(1 << 30), using: &random)
            return .snapshot(
                SnapshotChunk(
                    last: entryID(using: &random),
                    configuration: configuration(using: &random),
                    total: total,
                    offset: offset,
                    bytes: piece
                )
            )
        case .snapshotReply:
            return .snapshotReply(
                last: entryID(using: &random),
                received: Int.random(in: 0...(1 << 40), using: &random)
            )
        case .campaignNow: return .campaignNow
        }
    }
}
