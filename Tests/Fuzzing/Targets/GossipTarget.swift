internal import ClusterModel
internal import Gossip

/// Datagrams and frames of hostile members, given to a node that has a cluster around it, and members' records.
struct GossipTarget: FuzzTarget {
    private let datagrams: [[UInt8]]
    private let requests: [[UInt8]]
    private let replies: [[UInt8]]
    private let records: [[UInt8]]
    /// A member that knows the others of the conversation that the samples are from.
    private let member: GossipNode
    private let time: MonotonicTime
    private let mutator = Mutator()

    init() {
        var cluster = GossipConversation()
        cluster.run(steps: 60)
        datagrams = cluster.datagrams
        requests = cluster.requests
        replies = cluster.replies
        records = GossipConversation.records.map { $0.encoded() }
        member = cluster.nodes[0]
        time = cluster.time
    }

    private enum Kind: Int {
        case datagram, request, reply, record
    }

    /// The first byte says what the others are.
    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        let kind = Kind(rawValue: random.below(4)) ?? .record
        let samples =
            switch kind {
            case .datagram: datagrams
            case .request: requests
            case .reply: replies
            case .record: records
            }
        guard !samples.isEmpty else { return FuzzInput.encode([UInt8(kind.rawValue)], using: &random) }
        var bytes = samples[random.below(samples.count)]
        mutator.mutate(&bytes, others: samples + records, using: &random)
        return FuzzInput.encode([UInt8(kind.rawValue)] + bytes, using: &random)
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let input = FuzzInput(input)
        var random = input.random
        guard let first = input.payload.first, let kind = Kind(rawValue: Int(first % 4)) else { return }
        let bytes = Array(input.payload.dropFirst())
        if kind == .record {
            try checkRecord(bytes)
            return
        }
        var node = member
        var now = time
        let stream = StreamID(rawValue: UInt64(random.below(40)))
        let event: GossipEvent =
            switch kind {
            case .datagram: .datagram(from: HostPort(host: "192.0.2.9", port: 1), bytes: bytes)
            case .request: .streamRequest(InboundStreamID(rawValue: 1), bytes: bytes)
            default: .streamReply(stream, bytes: bytes)
            }
        try check(node.handle(event, now: now, using: &random), of: event)
        // What it has been told must not break what it does later.
        for _ in 0..<4 {
            now = max(now, node.nextWakeUp).adding(milliseconds: random.below(3000))
            try check(node.handle(.timer, now: now, using: &random), of: .timer)
        }
        for listed in node.members(now: now) { _ = listed.record.map { try? MemberRecord(decoding: $0.bytes[...]) } }
    }

    private func check(_ actions: [GossipAction], of event: GossipEvent) throws(FuzzFailure) {
        try require(actions.count <= 10_000, "\(actions.count) actions of one event")
        var answers = 0
        for action in actions {
            switch action {
            case .sendDatagram(_, let bytes): try require(bytes.count <= 1400, "a datagram of \(bytes.count) bytes")
            case .reply, .refuse: answers += 1
            default: break
            }
        }
        if case .streamRequest = event { try require(answers == 1, "\(answers) answers to a request") }
    }

    /// Whatever can be read can be written and read again.
    private func checkRecord(_ bytes: [UInt8]) throws(FuzzFailure) {
        guard let record = try? MemberRecord(decoding: bytes[...]) else { return }
        let encoded = record.encoded()
        guard encoded.count <= MemberRecord.maximumEncodedBytes else { return }
        guard let again = try? MemberRecord(decoding: encoded[...]) else {
            throw FuzzFailure("a record cannot be read once it is written: \(record)")
        }
        try require(again.encoded() == encoded, "record: \(record) became \(again)")
    }
}
