internal import ClusterModel
internal import Quorum
internal import Raft

/// What members of a quorum say: what is read is written so that it reads the same, and a member that is told it goes on.
struct QuorumTarget: FuzzTarget {
    private let samples: [[UInt8]]
    private let mutator = Mutator(maximumBytes: 4096)

    private static let quorum = QuorumID(high: 1, low: 1)
    private static let members = (1...3).map { MemberID(high: 1, low: $0) }
    private static let peers = (1...3).map { PeerID(high: 0, low: $0) }
    private static let founders = Configuration(
        Dictionary(
            uniqueKeysWithValues: zip(peers, members).map { ($0, Configuration.Peer(member: $1, part: .voter)) }
        )
    )

    init() {
        let number = RequestNumber(rawValue: 1)
        let pulse = Pulse(
            quorum: Self.quorum,
            peer: Self.peers[1],
            life: 1,
            generation: 2,
            isCandidate: false,
            term: Term(rawValue: 1),
            commit: LogIndex(rawValue: 1)
        )
        let beat = RaftMessage(
            quorum: Self.quorum,
            from: Self.peers[1],
            to: Self.peers[0],
            term: Term(rawValue: 1),
            .heartbeat(RoundNumber(rawValue: 1), commit: .zero)
        )
        let promise = Promise(quorum: Self.quorum, proposer: Self.members[1], founders: Self.founders)
        var messages: [PeerMessage] = [
            .pulse(pulse), .raft(beat), .founding(.offer(promise)), .founding(.promised(Self.quorum)),
            .founding(.refused(Self.quorum)), .founding(.founded(Self.quorum)), .founding(.abandoned(Self.quorum)),
            .join(Self.quorum, as: Self.peers[0]), .removed(Self.quorum, Self.peers[1], Term(rawValue: 1)),
            .staleStore(Self.peers[1], generation: 3), .request(number, .stepDown(Term(rawValue: 1))),
            .request(number, .remove(Self.members[2])), .answer(number, nil), .answer(number, .done),
            .answer(number, .refused(.noQuorum(missing: 1))), .answer(number, .locked(remainingMilliseconds: 5)),
        ]
        if let name = ServiceText("mail"), let terms = ServiceTerms(leaseMilliseconds: 1_000) {
            messages += [
                .request(number, .elect(name, id: name, terms)), .request(number, .force(name, id: name, terms)),
                .request(number, .resign(name, id: name)),
                .answer(number, .led(by: name, ServiceTerm(rawValue: 1), remainingMilliseconds: 7)),
            ]
        }
        samples = messages.map(\.encoded)
    }

    /// Some messages, each behind its length in two bytes.
    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        let messages = (0...random.below(8)).map { _ in
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
        var generation: UInt64 = 1
        let isFounded = random.once(in: 2)
        let membership = Membership(peer: Self.peers[0], quorum: Self.quorum, founders: Self.founders)
        var node = QuorumNode(
            own: Self.members[0],
            stored: StoredQuorum(stage: isFounded ? .belongs(membership) : .nothing, generation: generation),
            settings: QuorumSettings(),
            now: now,
            using: &random
        )
        while rest.count >= 2 {
            let length = Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8
            let bytes = rest.dropFirst(2).prefix(length)
            rest = rest.dropFirst(2 + length)
            guard let message = try? PeerMessage(decoding: bytes) else { continue }
            try require((try? PeerMessage(decoding: message.encoded[...])) == message, "\(message) reads otherwise")
            var events: [QuorumEvent] = [.message(message, from: Self.members[1 + random.below(2)]), .timer]
            var steps = 0
            while !events.isEmpty {
                let actions = node.handle(
                    events.removeFirst(),
                    now: now,
                    wallTime: WallTime(microsecondsSince1970: 0),
                    using: &random
                )
                steps += 1
                try require(actions.count < 1_000, "\(actions.count) actions of \(message)")
                try require(steps < 1_000, "no end of \(message)")
                for action in actions {
                    switch action {
                    case .save:
                        generation += 1
                        events.append(.saved(generation: generation))
                    case .persist(let write):
                        generation += 1
                        events.append(.written([write.durable()], generation: generation))
                    case .closeGate(let closing): events.append(.gateClosed(closing))
                    default: break
                    }
                }
            }
            try require(node.right == nil, "nobody has voted for it, and it may be written to after \(message)")
            now = now.adding(milliseconds: random.below(3_000))
        }
    }
}
