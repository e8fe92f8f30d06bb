import ClusterModel
import Testing

@testable import Gossip

@Suite("Comparing tables")
struct ComparisonTests {
    private static let summary = StreamMessage.Summary(
        claim: Sample.claim(3, .dead, 7),
        ageMilliseconds: 12,
        stamp: Sample.stamp(4)
    )

    private static let bodies: [StreamMessage.Body] = [
        .compare(groups: (0..<UInt64(TableDigest.groupCount)).map { $0 &* 0x9e37_79b9_7f4a_7c15 }),
        .comparison([]),
        .comparison([StreamMessage.GroupSums(group: 31, leaves: Array(0..<UInt64(TableDigest.leavesPerGroup)))]),
        .reconcile(leaves: [0, 1023], summaries: [summary]),
        .reconcileReply(
            [StreamMessage.Entry(claim: Sample.claim(.alive, 1), ageMilliseconds: 0, record: nil)],
            wanted: [Sample.id(9)]
        ),
        .push([StreamMessage.Entry(claim: Sample.claim(.left, 2), ageMilliseconds: 5, record: Sample.record(1, [1]))]),
    ]

    @Test("the messages read as they were written, and no prefix of them is taken", arguments: bodies)
    func coding(body: StreamMessage.Body) throws {
        let message = StreamMessage(header: Sample.header(), body: body)
        let bytes = message.encoded()
        #expect(try StreamMessage(decoding: bytes[...], clusterName: "orders") == message)
        for length in bytes.indices {
            #expect(throws: MessageRefusal.self) {
                try StreamMessage(decoding: bytes[..<length], clusterName: "orders")
            }
        }
    }

    @Test("counts beyond what a table has, or beyond the bytes at hand, are refused")
    func bounds() {
        for tail: [UInt8] in [
            [8, 33], [8, 1, 32] + Array(repeating: 0, count: 256), [9, 0x04, 0x01] + Array(repeating: 0, count: 4000),
            [9, 0, 0, 0xff, 0xff, 0xff, 0xff], [10, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
        ] {
            var writer = ByteWriter()
            Sample.header().encode(into: &writer)
            writer.raw(tail)
            #expect(throws: MessageRefusal.self) {
                try StreamMessage(decoding: writer.bytes[...], clusterName: "orders")
            }
        }
    }

    /// A node that knows members 100 up to the given number, each with a record.
    private func node(_ number: UInt64, knowing last: UInt64) -> Driver {
        var driver = Driver(seed: number)
        driver.node = GossipNode(
            settings: GossipSettings(clusterName: "orders"),
            id: Sample.id(number),
            bootID: BootID(rawValue: number),
            address: HostPort(host: "10.0.0.\(number)", port: 6307),
            record: [UInt8(number)],
            now: driver.now,
            using: &driver.random
        )
        for member in 100...last {
            let claim = Sample.claim(member, .alive, 1, at: HostPort(host: "10.0.1.\(member - 100)", port: 6307))
            let record = Datagram.Item.record(owner: claim.id, record: Sample.record(1, [1]), urgency: .routine)
            driver.hear([.claim(claim), record], header: Sample.header(sender: 99))
        }
        return driver
    }

    /// Lets `one` compare with `other` until nothing more is said.
    ///
    /// - Returns: the bytes that were sent.
    private func compare(_ one: inout Driver, with other: inout Driver) -> Int {
        var bytes = 0
        one.node.compare(with: HostPort(host: "10.0.0.2", port: 6307))
        var waiting = one.node.actions
        while let action = waiting.popLast() {
            guard case .openStream(let stream, _, let request) = action else { continue }
            bytes += request.count
            for case .reply(_, let answer) in other.handle(.streamRequest(InboundStreamID(rawValue: 1), bytes: request))
            {
                bytes += answer.count
                waiting += one.handle(.streamReply(stream, bytes: answer))
            }
        }
        return bytes
    }

    @Test("what each knows better, the other knows afterwards, and then they have the same sums")
    func reconcile() throws {
        var one = node(1, knowing: 150)
        var other = node(2, knowing: 160)
        one.hear([.claim(Sample.claim(155, .dead, 1, at: HostPort(host: "10.0.1.55", port: 6307)))])
        one.hear([.record(owner: Sample.id(101), record: Sample.record(5, [5, 5]), urgency: .routine)])
        _ = compare(&one, with: &other)
        #expect(other.liveness(155) == .suspect, "a death is a suspicion first, for one who thought it alive")
        #expect(other.node.record(of: Sample.id(101))?.bytes == [5, 5])
        for member: UInt64 in 151...160 where member != 155 {
            #expect(one.liveness(member) == .alive)
            #expect(one.node.record(of: Sample.id(member))?.bytes == [1])
        }
        #expect(one.liveness(2) == .alive && other.liveness(1) == .alive)
    }

    @Test("two who know the same find out with less than a kilobyte, however many members there are")
    func equal() {
        var one = node(1, knowing: 350)
        var other = node(2, knowing: 350)
        _ = compare(&one, with: &other)
        #expect(compare(&one, with: &other) < 1000)
        #expect(one.node.counters.comparisonsEqual == 1)
        #expect(one.node.counters.comparisonsDifferent == 1)
    }
}
