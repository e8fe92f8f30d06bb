import ClusterModel
import Testing

@testable import Gossip

@Suite("What waits to be told")
struct BroadcastQueueTests {
    /// Each entry is encoded as its member's number, `size` times.
    private func take(_ queue: inout BroadcastQueue, budget: Int, limit: Int = 4, size: Int = 10) -> [UInt8] {
        queue.take(budget: budget, limit: limit) { key, _ in
            Array(repeating: UInt8(truncatingIfNeeded: key.member.low), count: size)
        }.compactMap(\.first)
    }

    private func claim(_ number: UInt64) -> BroadcastQueue.News { .claim(Sample.claim(number, .alive, 1)) }

    @Test("news is sent as often as the limit says and then dropped", arguments: [1, 4, 8])
    func limit(limit: Int) {
        var queue = BroadcastQueue()
        queue.enqueue(claim(1), of: Sample.id(1))
        var sent = 0
        while !take(&queue, budget: 100, limit: limit).isEmpty { sent += 1 }
        #expect(sent == limit)
        #expect(queue.count == 0)
        #expect(!queue.hasUrgent)
    }

    @Test(
        "the limit is λ·⌈log10(n + 1)⌉, and at least 2·λ",
        arguments: [(1, 8), (3, 8), (9, 8), (10, 8), (99, 8), (100, 12)]
    )
    func retransmitLimit(members: Int, expected: Int) {
        #expect(GossipSettings(clusterName: "").retransmitLimit(members: members) == expected)
    }

    @Test("claims go before urgent records, those before routine ones")
    func priority() {
        var queue = BroadcastQueue()
        queue.enqueue(.record(.routine), of: Sample.id(1))
        queue.enqueue(.record(.urgent), of: Sample.id(2))
        queue.enqueue(claim(3), of: Sample.id(3))
        let taken1 = take(&queue, budget: 25)
        #expect(taken1 == [3, 2])
        let taken2 = take(&queue, budget: 100)
        #expect(taken2 == [3, 2, 1])
    }

    @Test("within a priority those sent least go first, then the newest")
    func fewestTransmissions() {
        var queue = BroadcastQueue()
        for number in 1...3 { queue.enqueue(claim(UInt64(number)), of: Sample.id(UInt64(number))) }
        let taken3 = take(&queue, budget: 20)
        #expect(taken3 == [3, 2])
        let next = take(&queue, budget: 20)
        #expect(next.first == 1)
        queue.enqueue(claim(4), of: Sample.id(4))
        let taken4 = take(&queue, budget: 10)
        #expect(taken4 == [4])
    }

    @Test("newer news of the same member takes the place of the older and starts anew")
    func replacement() {
        var queue = BroadcastQueue()
        queue.enqueue(claim(1), of: Sample.id(1))
        for _ in 0..<3 { _ = take(&queue, budget: 100) }
        queue.enqueue(claim(1), of: Sample.id(1))
        #expect(queue.count == 1)
        var sent = 0
        while !take(&queue, budget: 100).isEmpty { sent += 1 }
        #expect(sent == 4)
    }

    @Test("a routine change does not slow down an urgent one that is still on its way")
    func urgencyIsKept() {
        var queue = BroadcastQueue()
        queue.enqueue(.record(.urgent), of: Sample.id(1))
        queue.enqueue(.record(.routine), of: Sample.id(1))
        #expect(queue.hasUrgent)
        queue.enqueue(.record(.routine), of: Sample.id(2))
        let taken5 = take(&queue, budget: 10)
        #expect(taken5 == [1])
    }

    @Test("what does not fit waits, smaller news goes, and nothing exceeds the budget")
    func budget() {
        var queue = BroadcastQueue()
        for number in 1...20 { queue.enqueue(claim(UInt64(number)), of: Sample.id(UInt64(number))) }
        var random = SeededGenerator(seed: 1)
        for _ in 0..<200 {
            let budget = Int.random(in: 0...300, using: &random)
            let taken = queue.take(budget: budget, limit: 1000) { key, _ in
                Array(repeating: 0, count: Int(key.member.low) * 7)
            }
            #expect(taken.reduce(0) { $0 + $1.count } <= budget)
        }
        #expect(queue.count == 20)
    }

    @Test("an entry with nothing to tell any more is dropped")
    func vanished() {
        var queue = BroadcastQueue()
        queue.enqueue(.record(.urgent), of: Sample.id(1))
        let taken = queue.take(budget: 100, limit: 4) { _, _ in nil }
        #expect(taken.isEmpty)
        #expect(queue.count == 0)
    }

    @Test("a node tells its news no more often than the limit, in packets that fit")
    func nodeStopsTelling() {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        driver.advance(milliseconds: 200)
        var packets = driver.handle(.localRecordChanged([1, 1, 1], .urgent))
        packets += driver.advance(milliseconds: 1_500)
        let told = packets.datagrams.filter { _, datagram in
            datagram.items.contains { if case .record(Sample.id(1), _, _) = $0 { true } else { false } }
        }
        #expect(told.count == 8)
    }

    @Test("an urgent change of one's own does not wait for the next round, a pause aside")
    func ownNewsLeaveAtOnce() {
        var driver = Driver()
        driver.hear([.claim(Sample.claim(2, .alive, 1, at: Sample.elsewhere))])
        driver.advance(milliseconds: 2_000)
        func telling(_ packets: [GossipAction], of content: [UInt8]) -> Bool {
            packets.datagrams.contains { _, datagram in
                datagram.items.contains {
                    if case .record(Sample.id(1), let record, _) = $0 { record.bytes == content } else { false }
                }
            }
        }
        var packets = driver.handle(.localRecordChanged([71], .urgent))
        packets += driver.advance(milliseconds: 1)
        #expect(telling(packets, of: [71]))
        // Just after a round.
        packets = driver.handle(.localRecordChanged([72], .urgent))
        packets += driver.advance(milliseconds: 1)
        #expect(!telling(packets, of: [72]))
        packets = driver.advance(milliseconds: 25)
        #expect(telling(packets, of: [72]))
    }
}
