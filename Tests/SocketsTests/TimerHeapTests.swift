import NIOCore
import Testing

@testable import Sockets

@Suite("The timers of a loop")
struct TimerHeapTests {
    private static func timer(_ nanoseconds: UInt64, _ number: UInt64) -> LoopTimer {
        LoopTimer(deadline: .uptimeNanoseconds(nanoseconds), number: number, fire: {}, abandon: {})
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5])
    func `they come in the order of their moments, whichever were cancelled`(seed: UInt64) {
        var state = seed
        func next(below limit: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
        var heap = TimerHeap()
        var expected: [LoopTimer] = []
        for number in 0..<500 {
            if next(below: 3) == 0, !expected.isEmpty {
                let removed = expected.remove(at: Int(next(below: UInt64(expected.count))))
                heap.remove(removed)
                heap.remove(removed)
            } else {
                let timer = Self.timer(next(below: 50), UInt64(number))
                heap.insert(timer)
                expected.append(timer)
            }
        }
        expected.sort { $0.deadline < $1.deadline }
        var moments: [NIODeadline] = []
        while let timer = heap.popDue(.uptimeNanoseconds(100)) { moments.append(timer.deadline) }
        #expect(moments == expected.map(\.deadline))
    }

    @Test func `none comes before its moment, and those of one moment come in their order`() {
        var heap = TimerHeap()
        let (first, second, late) = (Self.timer(10, 1), Self.timer(10, 2), Self.timer(20, 0))
        for timer in [second, late, first] { heap.insert(timer) }
        #expect(heap.popDue(.uptimeNanoseconds(9)) == nil)
        #expect(heap.popDue(.uptimeNanoseconds(10)) === first)
        #expect(heap.popDue(.uptimeNanoseconds(10)) === second)
        #expect(heap.popDue(.uptimeNanoseconds(10)) == nil)
        #expect(heap.next === late)
    }
}
