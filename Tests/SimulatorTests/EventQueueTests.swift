import ClusterModel
import Testing

@testable import Simulator

@Suite("Virtual time")
struct EventQueueTests {
    @Test("events come out by time, and at equal times in the order in which they were put in", arguments: 0..<20)
    func order(seed: UInt64) throws {
        var random = SimulatorRandom(seed: seed)
        var queue = EventQueue<Int>()
        var expected: [(time: UInt64, number: Int)] = []
        var seen: [Int] = []
        for number in 0..<500 {
            let time = UInt64(random.integer(in: 0...40))
            queue.push(number, at: MonotonicTime(nanoseconds: time + 1000))
            expected.append((time, number))
        }
        expected.sort { ($0.time, $0.number) < ($1.time, $1.number) }
        while let next = queue.pop() { seen.append(next.payload) }
        #expect(seen == expected.map(\.number))
        #expect(queue.count == 0)
    }

    @Test("what is put in while others are taken out finds its place")
    func interleaved() throws {
        var random = SimulatorRandom(seed: 3)
        var queue = EventQueue<UInt64>()
        var now: UInt64 = 0
        for step in 0..<2000 {
            if step % 3 != 2 {
                let time = now + UInt64(random.integer(in: 0...100))
                queue.push(time, at: MonotonicTime(nanoseconds: time))
            } else {
                let popped = queue.pop()
                let next = try #require(popped)
                #expect(next.payload >= now)
                now = next.payload
            }
        }
    }

    @Test("a seed gives its own sequence, and always the same")
    func random() {
        func draws(_ seed: UInt64) -> [UInt64] {
            var random = SimulatorRandom(seed: seed)
            return (0..<8).map { _ in random.next() }
        }
        #expect(draws(1) == draws(1))
        #expect(draws(1) != draws(2))
        var random = SimulatorRandom(seed: 5)
        let fractions = (0..<10_000).map { _ in random.fraction() }
        #expect(fractions.allSatisfy { (0..<1).contains($0) })
        #expect(abs(fractions.reduce(0, +) / 10_000 - 0.5) < 0.02)
    }
}
