import ClusterModel
import Testing

@testable import Gossip

@Suite("Messages")
struct CodingTests {
    static let datagrams: [Datagram] = [
        Datagram(header: Sample.header(), message: .ping(sequence: 7, target: Sample.id(3)), items: []),
        Datagram(
            header: Sample.header(incarnation: 1 << 62),
            message: .ack(sequence: .max, reception: .unknown),
            items: [.claim(Sample.claim(.suspect, 9, by: 4)), .claim(Sample.claim(3, .left, 0, at: Sample.elsewhere))]
        ),
        Datagram(
            header: Sample.header(),
            message: .pingRequest(sequence: 0, target: Sample.id(.max)),
            items: [.record(owner: Sample.id(5), record: Sample.record(3, [1, 2, 3]), urgency: .urgent)]
        ),
        Datagram(
            header: Sample.header(),
            message: .gossip,
            items: [
                .digest(owner: Sample.id(6), stamp: Sample.stamp(1 << 62, boot: .max), urgency: .routine),
                .record(owner: Sample.id(5), record: Sample.record(0, []), urgency: .routine),
            ]
        ),
    ]

    static let streamMessages: [StreamMessage] = [
        StreamMessage(header: Sample.header(), body: .exchange([])),
        StreamMessage(
            header: Sample.header(),
            body: .exchangeReply([
                StreamMessage.Entry(
                    claim: Sample.claim(.alive, 3),
                    ageMilliseconds: 5,
                    record: Sample.record(1, [9, 9])
                ),
                StreamMessage.Entry(claim: Sample.claim(.dead, 3), ageMilliseconds: .max, record: nil),
            ])
        ),
        StreamMessage(
            header: Sample.header(),
            body: .fetch([
                StreamMessage.Query(owner: Sample.id(1), held: nil),
                StreamMessage.Query(owner: Sample.id(2), held: Sample.stamp(8)),
            ])
        ),
        StreamMessage(
            header: Sample.header(),
            body: .fetchReply([
                StreamMessage.FetchedRecord(
                    owner: Sample.id(1),
                    record: Sample.record(1, Array(repeating: 7, count: 65_536))
                )
            ])
        ),
        StreamMessage(header: Sample.header(), body: .ping(target: Sample.id(4))),
        StreamMessage(header: Sample.header(), body: .ack),
    ]

    @Test("a datagram reads as it was written", arguments: datagrams.indices)
    func datagramRoundTrip(index: Int) throws {
        let datagram = Self.datagrams[index]
        #expect(try Datagram(decoding: datagram.encoded()[...], clusterName: "orders") == datagram)
    }

    @Test("a stream message reads as it was written", arguments: streamMessages.indices)
    func streamRoundTrip(index: Int) throws {
        let message = Self.streamMessages[index]
        #expect(try StreamMessage(decoding: message.encoded()[...], clusterName: "orders") == message)
    }

    @Test("every proper prefix of a message is refused or has fewer items")
    func prefixes() {
        for datagram in Self.datagrams {
            let bytes = datagram.encoded()
            for length in bytes.indices {
                let read = try? Datagram(decoding: bytes[..<length], clusterName: "orders")
                #expect(read?.items.count ?? -1 < max(1, datagram.items.count))
            }
        }
        for message in Self.streamMessages.prefix(3) {
            let bytes = message.encoded()
            for length in bytes.indices {
                #expect(throws: MessageRefusal.self) {
                    try StreamMessage(decoding: bytes[..<length], clusterName: "orders")
                }
            }
        }
    }

    @Test("another cluster's packet is told from bytes that are none")
    func refusals() {
        let ours = Self.datagrams[0].encoded()
        #expect(throws: MessageRefusal.foreignCluster) { try Datagram(decoding: ours[...], clusterName: "other") }
        #expect(throws: MessageRefusal.notGossip) { try Datagram(decoding: [1, 2, 3, 4], clusterName: "orders") }
        var newer = ours
        newer[3] = 9
        newer[4] = 12
        #expect(throws: MessageRefusal.unsupportedVersions(ProtocolVersions(9...12))) {
            try Datagram(decoding: newer[...], clusterName: "orders")
        }
        var range = ours
        range[4] = 12
        #expect(throws: Never.self) { try Datagram(decoding: range[...], clusterName: "orders") }
        range[5] = 12
        #expect(throws: MessageRefusal.unreadableVersion(12)) {
            try Datagram(decoding: range[...], clusterName: "orders")
        }
        // The packet's version is none of its sender's; the range is empty.
        range[5] = 13
        #expect(throws: MessageRefusal.malformed) { try Datagram(decoding: range[...], clusterName: "orders") }
        range[3] = 13
        #expect(throws: MessageRefusal.malformed) { try Datagram(decoding: range[...], clusterName: "orders") }
    }

    @Test("an item of an unknown kind is passed over")
    func unknownItem() throws {
        let bytes = Self.datagrams[0].encoded() + [200, 0, 2, 1, 1] + Datagram.encoded(.claim(Sample.claim(.alive, 1)))
        let read = try Datagram(decoding: bytes[...], clusterName: "orders")
        #expect(read.items == [.claim(Sample.claim(.alive, 1))])
    }

    @Test("a record over 64 KiB and a count beyond the bytes at hand are refused")
    func bounds() {
        var message = Self.streamMessages[3].encoded()
        let lengthAt = message.count - 65_536 - 4
        message[lengthAt + 1] = 1
        message[lengthAt + 3] = 1
        #expect(throws: MessageRefusal.truncated) {
            try StreamMessage(decoding: (message + [0])[...], clusterName: "orders")
        }
        var empty = Self.streamMessages[0].encoded()
        empty[empty.count - 4] = 0xff
        #expect(throws: MessageRefusal.truncated) { try StreamMessage(decoding: empty[...], clusterName: "orders") }
    }

    @Test("100,000 random and mutated byte strings end no process and keep the member table sane")
    func fuzz() {
        var driver = Driver(seed: 99)
        var random = SeededGenerator(seed: 4)
        let originals = Self.datagrams.map { $0.encoded() } + Self.streamMessages.prefix(3).map { $0.encoded() }
        var accepted = 0
        for round in 0..<100_000 {
            let bytes =
                round % 4 == 0
                ? random.bytes(Int.random(in: 0...200, using: &random))
                : Self.mutated(originals[Int.random(in: originals.indices, using: &random)], using: &random)
            if (try? Datagram(decoding: bytes[...], clusterName: "orders")) != nil { accepted += 1 }
            if (try? StreamMessage(decoding: bytes[...], clusterName: "orders")) != nil { accepted += 1 }
            // A node costs more than the decoders: it sees every fifth.
            guard round % 5 == 0 else { continue }
            switch round % 3 {
            case 0: driver.handle(.datagram(from: Sample.elsewhere, bytes: bytes))
            case 1: driver.handle(.streamRequest(InboundStreamID(rawValue: 1), bytes: bytes))
            default: driver.handle(.streamReply(StreamID(rawValue: UInt64(round % 50)), bytes: bytes))
            }
            if round % 100 == 0 { driver.advance(milliseconds: 20) }
        }
        let counters = driver.node.counters
        #expect(accepted > 1_000)
        #expect(counters.decodeFailures > 1_000)
        #expect(counters.members > 1)
        #expect(counters.members <= GossipSettings(clusterName: "").maximumMembers)
        #expect(counters.queueLength <= 2 * counters.members)
    }

    private static func mutated(_ original: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0...Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0...3, using: &random) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 2: bytes.removeLast(bytes.count - place)
            default: bytes.insert(contentsOf: random.bytes(3), at: place)
            }
        }
        return bytes
    }
}
