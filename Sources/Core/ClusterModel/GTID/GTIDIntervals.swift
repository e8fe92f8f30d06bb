/// Numbers of transactions that have one origin: ascending intervals, none of which touches the next.
struct GTIDIntervals: Hashable, Sendable {
    /// MySQL's numbers. Those beside an interval are numbers of 64 bits, too.
    static let bounds: ClosedRange<UInt64> = 1...(1 << 63 - 2)

    private(set) var ranges: [ClosedRange<UInt64>] = []

    /// - Parameter ranges: within the bounds, in any order; they may overlap.
    init(_ ranges: [ClosedRange<UInt64>]) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    var isEmpty: Bool { ranges.isEmpty }

    /// Below 2⁶³, since the intervals lie apart.
    var count: UInt64 { ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound + 1) } }

    func union(_ other: Self) -> Self { Self(ranges + other.ranges) }

    func subtracting(_ other: Self) -> Self {
        var result: [ClosedRange<UInt64>] = []
        var holes = other.ranges[...]
        for range in ranges {
            var first = range.lowerBound
            while let hole = holes.first, hole.lowerBound <= range.upperBound {
                if hole.lowerBound > first { result.append(first...hole.lowerBound - 1) }
                first = max(first, hole.upperBound + 1)
                // It may reach into the next interval.
                if hole.upperBound > range.upperBound { break }
                holes.removeFirst()
            }
            if first <= range.upperBound { result.append(first...range.upperBound) }
        }
        return Self(result)
    }
}
