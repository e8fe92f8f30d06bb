internal import ClusterModel
internal import Gossip

/// Members that talk to each other over a network without loss: the source of good messages.
struct GossipConversation {
    static let records: [MemberRecord] = (1...4).map { number in
        var observation = ServerObservation(
            flavor: .mariaDB,
            version: "10.11.6-MariaDB-log",
            serverID: UInt32(number),
            isReadOnly: number > 1
        )
        observation.gtidPosition = try? GTIDSet("0-1-\(number * 1000)", .mariaDB)
        observation.queriesPerSecond = Double(number) * 12.5
        if number > 1 {
            observation.replication = [
                ReplicationLink(
                    source: HostPort(host: "db1", port: 3306),
                    sourceServerID: 1,
                    ioState: "Yes",
                    sqlState: "Yes",
                    lagMilliseconds: number
                )
            ]
        }
        return MemberRecord(
            name: "db\(number)",
            zone: "dc\(number % 2)",
            sqlAddress: HostPort(host: "db\(number)", port: 6306),
            server: number == 4 ? .down(reason: "refused", last: nil) : .up(observation)
        )
    }

    private(set) var nodes: [GossipNode] = []
    private(set) var time = MonotonicTime(nanoseconds: 1_000_000_000)
    private(set) var datagrams: [[UInt8]] = []
    private(set) var requests: [[UInt8]] = []
    private(set) var replies: [[UInt8]] = []
    private var random = FuzzRandom(seed: 1)

    init() {
        for (index, record) in Self.records.enumerated() {
            nodes.append(
                GossipNode(
                    settings: GossipSettings(clusterName: "orders"),
                    id: MemberID(high: 1, low: UInt64(index)),
                    bootID: BootID(rawValue: UInt64(100 + index)),
                    address: Self.address(index),
                    record: record.encoded(),
                    now: time,
                    using: &random
                )
            )
        }
    }

    private static func address(_ index: Int) -> HostPort { HostPort(host: "192.0.2.\(index + 1)", port: 6307) }

    private func index(of address: HostPort) -> Int? { nodes.indices.first { Self.address($0) == address } }

    /// Each step takes 200 ms. Near the end the last member leaves.
    mutating func run(steps: Int) {
        for index in nodes.indices { tell(index, .join(seeds: nodes.indices.map { Self.address($0) })) }
        for step in 0..<steps {
            time = time.adding(milliseconds: 200)
            if step % 7 == 3 {
                let index = step % nodes.count
                var record = Self.records[index]
                record.lagThresholdMilliseconds = step
                tell(index, .localRecordChanged(record.encoded(), .urgent))
            }
            if step == steps - 10 { tell(nodes.count - 1, .leave) }
            for index in nodes.indices { tell(index, .timer) }
        }
    }

    private mutating func tell(_ index: Int, _ event: GossipEvent) {
        for action in nodes[index].handle(event, now: time, using: &random) {
            switch action {
            case .sendDatagram(let address, let bytes):
                datagrams.append(bytes)
                if let other = self.index(of: address) {
                    tell(other, .datagram(from: Self.address(index), bytes: bytes))
                }
            case .openStream(let stream, let address, let bytes):
                requests.append(bytes)
                answer(stream, of: index, at: address, bytes)
            default: break
            }
        }
    }

    private mutating func answer(_ stream: StreamID, of index: Int, at address: HostPort, _ bytes: [UInt8]) {
        guard let other = self.index(of: address) else {
            tell(index, .streamFailed(stream))
            return
        }
        let request = GossipEvent.streamRequest(InboundStreamID(rawValue: 1), bytes: bytes)
        let reply = nodes[other].handle(request, now: time, using: &random).compactMap { action -> [UInt8]? in
            if case .reply(_, let bytes) = action { bytes } else { nil }
        }.first
        if let reply {
            replies.append(reply)
            tell(index, .streamReply(stream, bytes: reply))
        } else {
            tell(index, .streamFailed(stream))
        }
    }
}
