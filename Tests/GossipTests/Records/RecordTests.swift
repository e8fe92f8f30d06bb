import ClusterModel
import Testing

@testable import Gossip

@Suite("Records")
struct RecordTests {
    private func random(_ generator: inout SeededGenerator) -> VersionedRecord {
        Sample.record(
            UInt64.random(in: 0...2, using: &generator),
            boot: UInt64.random(in: 0...2, using: &generator),
            generator.bytes(Int.random(in: 0...2, using: &generator))
        )
    }

    @Test("merging is commutative, associative and idempotent", arguments: 0..<50)
    func lattice(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let (a, b, c) = (random(&generator), random(&generator), random(&generator))
            #expect(VersionedRecord.merge(a, b) == VersionedRecord.merge(b, a))
            #expect(
                VersionedRecord.merge(VersionedRecord.merge(a, b), c)
                    == VersionedRecord.merge(a, VersionedRecord.merge(b, c))
            )
            #expect(VersionedRecord.merge(a, a) == a)
            #expect([a, b].contains(VersionedRecord.merge(a, b)))
        }
    }

    @Test("the greater version wins, then the greater boot id")
    func order() {
        #expect(VersionedRecord.merge(Sample.record(2, [1]), Sample.record(1, boot: 9, [2])).bytes == [1])
        #expect(VersionedRecord.merge(Sample.record(2, boot: 1, [1]), Sample.record(2, boot: 2, [2])).bytes == [2])
    }

    private func withMember() -> Driver {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        return driver
    }

    private func bytes(_ driver: Driver, _ number: UInt64 = 2) -> [UInt8]? {
        driver.node.members(now: driver.now).first { $0.id == Sample.id(number) }?.record?.bytes
    }

    @Test("records never go back, whatever order they come in")
    func neverBack() {
        var driver = withMember()
        for version in [1, 3, 2, 1, 3] as [UInt64] {
            driver.hear([
                .record(
                    owner: Sample.id(2),
                    record: Sample.record(version, [UInt8(version)]),
                    urgency: .routine
                )
            ])
        }
        #expect(bytes(driver) == [3])
    }

    @Test("a record of an unknown member is dropped; in one packet the claim may come after it")
    func unknownOwner() {
        var driver = Driver()
        let record = Datagram.Item.record(owner: Sample.id(2), record: Sample.record(1, [5]), urgency: .urgent)
        driver.hear([record])
        #expect(driver.liveness(2) == nil)
        driver.hear([record, .claim(Sample.claim(2, .alive, 1))])
        #expect(bytes(driver) == [5])
    }

    @Test("a new member whose record is lost is asked for it")
    func missingRecord() throws {
        var driver = withMember()
        let streams = driver.advance(milliseconds: 400).streams
        let fetch = try #require(
            streams.first { $0.2.body == .fetch([StreamMessage.Query(owner: Sample.id(2), held: nil)]) }
        )
        #expect(fetch.to == Sample.elsewhere)
        let reply = StreamMessage(
            header: Sample.header(),
            body: .fetchReply([StreamMessage.FetchedRecord(owner: Sample.id(2), record: Sample.record(4, [4]))])
        )
        driver.handle(.streamReply(fetch.id, bytes: reply.encoded()))
        #expect(bytes(driver) == [4])
        #expect(driver.node.fetches.count == 0)
    }

    @Test("a digest of a newer record leads to one fetch from its sender; further ones keep their distance")
    func digest() throws {
        var driver = withMember()
        driver.hear([.claim(Sample.claim(3, .alive, 1, at: HostPort(host: "10.0.0.3", port: 1)))])
        driver.hear([.record(owner: Sample.id(2), record: Sample.record(1, [1]), urgency: .routine)])
        driver.hear([.record(owner: Sample.id(3), record: Sample.record(1, [1]), urgency: .routine)])
        func tell(_ version: UInt64) -> [GossipAction] {
            driver.hear(
                [.digest(owner: Sample.id(2), stamp: Sample.stamp(version), urgency: .urgent)],
                header: Sample.header(sender: 3)
            )
        }
        let known = tell(1).streams
        #expect(known.isEmpty)
        let first = tell(2).streams
        #expect(first.map(\.to.host) == ["10.0.0.3"])
        let underWay = tell(3).streams
        #expect(underWay.isEmpty)
        driver.handle(.streamFailed(try #require(first.first?.id)))
        let tooSoon = tell(4).streams
        #expect(tooSoon.isEmpty)
        #expect(driver.node.counters.recordFetches == 1)
        // Failing sources are given up in the end.
        var fetches = 0
        for _ in 0..<100 {
            for stream in driver.advance(milliseconds: 200).streams {
                if case .fetch = stream.2.body { fetches += 1 }
                driver.handle(.streamFailed(stream.id))
            }
        }
        #expect((1...5).contains(fetches))
    }

    @Test("only a digest of a long record travels by datagram, and a query is answered with what is newer")
    func longRecord() throws {
        var driver = withMember()
        driver.advance(milliseconds: 2_000)
        let long = Array(repeating: UInt8(1), count: 2_000)
        let items = driver.handle(.localRecordChanged(long, .urgent)).datagrams.flatMap(\.1.items)
        #expect(items.contains(.digest(owner: Sample.id(1), stamp: Sample.stamp(2, boot: 100), urgency: .urgent)))
        let query = StreamMessage(
            header: Sample.header(),
            body: .fetch([StreamMessage.Query(owner: Sample.id(1), held: nil)])
        )
        let answer = driver.handle(.streamRequest(InboundStreamID(rawValue: 1), bytes: query.encoded()))
        guard case .reply(_, let bytes) = try #require(answer.first) else {
            Issue.record("no reply")
            return
        }
        let reply = try StreamMessage(decoding: bytes[...], clusterName: "orders")
        #expect(
            reply.body
                == .fetchReply([
                    StreamMessage.FetchedRecord(owner: Sample.id(1), record: Sample.record(2, boot: 100, long))
                ])
        )
    }

    @Test("a local record over 64 KiB is refused and reported")
    func tooLong() {
        var driver = Driver()
        let actions = driver.handle(.localRecordChanged(Array(repeating: 0, count: 65_537), .urgent))
        #expect(actions.notices == [.recordTooLong(bytes: 65_537)])
        #expect(bytes(driver, 1) == [1])
    }

    @Test("routine changes are passed on at most once a second, and the last one wins")
    func coalescing() {
        var driver = withMember()
        for value in 1...20 {
            driver.handle(.localRecordChanged([UInt8(value), 0], .routine))
            driver.advance(milliseconds: 100)
        }
        driver.advance(milliseconds: 1_000)
        #expect(bytes(driver, 1) == [20, 0])
        #expect((2...4).contains(driver.node.local.record.stamp.version.rawValue))
    }
}
