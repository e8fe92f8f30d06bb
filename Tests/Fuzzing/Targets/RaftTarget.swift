internal import ClusterModel
internal import Raft

/// Messages of the quorum's peers: what is read is written so that it reads the same, and a node that is told it goes on.
struct RaftTarget: FuzzTarget {
    private let samples: [[UInt8]]
    private let mutator = Mutator(maximumBytes: 4096)

    private static let quorum = QuorumID(high: 1, low: 1)
    private static let peers = (1...3).map { PeerID(high: 0, low: $0) }
    private static let configuration = Configuration(
        Dictionary(
            uniqueKeysWithValues: peers.map {
                ($0, Configuration.Peer(member: MemberID(high: 1, low: $0.low), part: .voter))
            }
        )
    )

    init() {
        let last = EntryID(term: Term(rawValue: 2), index: LogIndex(rawValue: 3))
        let next = EntryID(term: last.term, index: last.index.next)
        let piece = SnapshotChunk(last: last, configuration: Self.configuration, total: 9, offset: 4, bytes: [1, 2, 3])
        let bodies: [RaftMessage.Body] = [
            .voteRequest(.preVote, last: last), .voteRequest(.transfer, last: last), .voteReply(.vote, isGranted: true),
            .append(previous: .origin, entries: [], commit: .zero),
            .append(previous: last, entries: [LogEntry(next, .configuration(Self.configuration))], commit: last.index),
            .append(previous: last, entries: [LogEntry(next, .command([1, 2, 3]))], commit: last.index),
            .append(previous: last, entries: [LogEntry(next, .leadershipBegins)], commit: last.index),
            .appended(through: last.index), .conflict(previous: last.index, hint: last),
            .heartbeat(RoundNumber(rawValue: 1), commit: last.index), .heartbeatReply(RoundNumber(rawValue: 1)),
            .snapshot(piece), .snapshotReply(last: last, received: 7), .campaignNow,
        ]
        samples = bodies.map {
            RaftMessage(quorum: Self.quorum, from: Self.peers[1], to: Self.peers[0], term: last.term, $0).encoded
        }
    }

    /// Some messages, each behind its length in two bytes.
    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        let messages = (0...random.below(6)).map { _ in
            var bytes = samples[random.below(samples.count)]
            if !random.once(in: 3) { mutator.mutate(&bytes, others: samples, using: &random) }
            return [UInt8(bytes.count & 0xff), UInt8(bytes.count >> 8 & 0xff)] + bytes
        }
        return FuzzInput.encode(Array(messages.joined()), using: &random)
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let input = FuzzInput(input)
        var (random, rest) = (input.random, input.payload[...])
        var now = BootTime(nanoseconds: 1_000_000_000)
        var node = RaftNode(
            id: Self.peers[0],
            quorum: Self.quorum,
            settings: .lan,
            initial: Self.configuration,
            now: now,
            using: &random
        )
        while rest.count >= 2 {
            let length = Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8
            let bytes = rest.dropFirst(2).prefix(length)
            rest = rest.dropFirst(2 + length)
            guard let message = try? RaftMessage(decoding: bytes) else { continue }
            try require((try? RaftMessage(decoding: message.encoded[...])) == message, "\(message) reads otherwise")
            // Whatever its head says, it is listened to.
            let heard = RaftMessage(
                quorum: Self.quorum,
                from: Self.peers[1],
                to: Self.peers[0],
                term: message.term,
                message.body
            )
            var events: [RaftEvent] = [.message(heard), .timer]
            while !events.isEmpty {
                let actions = node.handle(events.removeFirst(), now: now, using: &random)
                try require(actions.count < 1_000, "\(actions.count) actions of \(message)")
                for case .persist(let write) in actions { events.append(.written(write.durable())) }
            }
            try require(node.commitIndex <= node.lastEntry.index, "more is committed than there is after \(message)")
            now = now.adding(milliseconds: random.below(3_000))
        }
    }
}
