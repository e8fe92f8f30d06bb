import ClusterModel
import Testing

@Suite("Boot time")
struct BootTimeTests {
    static let distances: [(later: UInt64, earlier: UInt64, milliseconds: Int)] = [
        (5_000_000, 2_000_000, 3), (2_000_000, 5_000_000, -3), (2_999_999, 2_000_000, 0), (2_000_000, 2_000_001, -1),
        (7, 7, 0), (.max, 0, 18_446_744_073_709), (0, .max, -18_446_744_073_710),
    ]

    @Test("differences have a sign, and are rounded down", arguments: distances)
    func differences(later: UInt64, earlier: UInt64, milliseconds: Int) {
        let (later, earlier) = (BootTime(nanoseconds: later), BootTime(nanoseconds: earlier))
        #expect(later.milliseconds(since: earlier) == milliseconds)
        #expect((later > earlier) == (later.nanoseconds > earlier.nanoseconds))
    }

    static let additions: [(time: UInt64, milliseconds: Int, sum: UInt64)] = [
        (5_000_000, 2, 7_000_000), (5_000_000, -2, 3_000_000), (5, -1, 0), (5, .min, 0), (5, .max, .max),
        (.max - 5, 1, .max), (.max, 0, .max),
    ]

    @Test("no sum goes round", arguments: additions)
    func sums(time: UInt64, milliseconds: Int, sum: UInt64) {
        #expect(BootTime(nanoseconds: time).adding(milliseconds: milliseconds).nanoseconds == sum)
    }
}
