/// A point in the time since the machine booted, which goes on while it is suspended: the only clock that decisions are
/// made by, such as whether a lease holds. `Clocks` reads it.
package struct BootTime: Hashable, Comparable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// So much later, or earlier if it is negative; the last or the first point there is, rather than another one.
    package func adding(milliseconds: Int) -> Self {
        let (distance, isFar) = UInt64(milliseconds.magnitude).multipliedReportingOverflow(by: 1_000_000)
        let (sum, isOver) =
            milliseconds < 0
            ? nanoseconds.subtractingReportingOverflow(distance) : nanoseconds.addingReportingOverflow(distance)
        return Self(nanoseconds: isFar || isOver ? (milliseconds < 0 ? 0 : .max) : sum)
    }

    /// From `other` to here, rounded down; negative if `other` is later.
    package func milliseconds(since other: Self) -> Int {
        guard other <= self else {
            let (quotient, rest) = (other.nanoseconds - nanoseconds).quotientAndRemainder(dividingBy: 1_000_000)
            return -Int(clamping: quotient) - (rest == 0 ? 0 : 1)
        }
        return Int(clamping: (nanoseconds - other.nanoseconds) / 1_000_000)
    }
}
