import ClusterModel
import Testing

@testable import RaftHost

@Suite("What streams between members are made of")
struct LinkPartsTests {
    @Test func `the pause between tries grows from 50 ms to a second, and is never the same for all`() {
        var random = SystemRandomNumberGenerator()
        var seen: Set<Int64> = []
        for _ in 0..<50 {
            var pause = ReconnectPause()
            for expected: Int64 in [50, 100, 200, 400, 800, 1_000, 1_000, 1_000] {
                let milliseconds = pause.next(afterLiving: 0, using: &random)
                #expect((expected / 2...expected).contains(milliseconds))
                seen.insert(milliseconds)
            }
            for _ in 0..<100 { #expect(pause.next(afterLiving: 0, using: &random) <= 1_000) }
            pause.reset()
            #expect(pause.next(afterLiving: 0, using: &random) <= 50)
        }
        #expect(seen.count > 50)
    }

    @Test func `a stream that lived soon has a follower, and one that came and went makes the pause grow`() {
        var random = SystemRandomNumberGenerator()
        var pause = ReconnectPause()
        for _ in 0..<10 { _ = pause.next(afterLiving: 1_999, using: &random) }
        #expect(pause.failures == 10)
        #expect(pause.next(afterLiving: 2_000, using: &random) <= 50)
        #expect(pause.failures == 1)
    }

    @Test func `a member's addresses are tried in turn, from the first one on`() {
        var random = SystemRandomNumberGenerator()
        var pause = ReconnectPause()
        var turns: [Int] = []
        for lived: Int64 in [0, 0, 0, 5_000, 0] {
            turns.append(pause.turn(of: 3))
            _ = pause.next(afterLiving: lived, using: &random)
        }
        #expect(turns == [0, 1, 2, 0, 1])
        #expect(pause.turn(of: 1) == 0 && pause.turn(of: 0) == 0)
    }

    @Test func `what waits to be sent is bounded, and the loop is woken once`() {
        let member = MemberID(high: 1, low: 2)
        func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
        let outbox = Outbox(maximumBytes: 10 + 3 * Outbox.messageBytes)
        #expect(outbox.put([]) == (false, 0))
        #expect(outbox.put([(member, bytes(3))]) == (true, 0))
        #expect(outbox.put([(member, bytes(1)), (member, bytes(7)), (member, bytes(2))]) == (false, 1))
        #expect(outbox.put([(member, bytes(0))]) == (false, 1), "the empty ones count, too")
        #expect(outbox.takeAll().map(\.1.count) == [3, 1, 2])
        #expect(outbox.takeAll().isEmpty)
        #expect(outbox.put([(member, bytes(11 + 2 * Outbox.messageBytes))]) == (false, 1))
        #expect(outbox.put([(member, bytes(10 + 2 * Outbox.messageBytes))]) == (true, 0))
    }
}
