/// MySQL's sets of GTIDs, as `gtid_executed` has them: of each server's UUID, and each tag of it, intervals of numbers.
///
/// What GTID_SUBTRACT and GTID_SUBSET say of two sets is what `subtracting` and `contains` do.
struct MySQLGTIDSet: Hashable, Sendable {
    struct Origin: Hashable, Comparable {
        /// The server's UUID.
        var server: MemberID
        var tag: GTIDTag

        static func < (left: Self, right: Self) -> Bool { (left.server, left.tag) < (right.server, right.tag) }
    }

    /// None is empty.
    let intervals: [Origin: GTIDIntervals]

    init(_ intervals: [Origin: GTIDIntervals]) {
        self.intervals = intervals.filter { !$0.value.isEmpty }
    }

    /// - Parameter text: `uuid[:tag]:1-5:7,…`. As MySQL does, it takes letters in either case, intervals in any order, and
    ///   nothing between two commas.
    init(_ text: some StringProtocol) throws(GTIDError) {
        var reader = try GTIDReader(text)
        var found: [Origin: [ClosedRange<UInt64>]] = [:]
        while !reader.isAtEnd {
            if reader.take(",") { continue }
            var origin = Origin(server: try reader.uuid(), tag: .none)
            var needsNumber = true
            while reader.take(":") {
                if !reader.isAtNumber {
                    if !origin.tag.isEmpty, needsNumber { throw reader.expected("a number") }
                    origin.tag = try reader.tag()
                    needsNumber = true
                    continue
                }
                let first = try reader.number(GTIDIntervals.bounds)
                let last = reader.take("-") ? try reader.number(first...GTIDIntervals.bounds.upperBound) : first
                found[origin, default: []].append(first...last)
                needsNumber = false
            }
            if needsNumber { throw reader.expected("\":\" and a number") }
            if !reader.isAtEnd { try reader.need(",") }
        }
        self.init(found.mapValues { GTIDIntervals($0) })
    }

    /// As MySQL writes it, on one line.
    var text: String {
        // Thousands of numbers: as bytes they take a third of the time.
        var text: [UInt8] = []
        var server: MemberID?
        for (origin, intervals) in intervals.sorted(by: { $0.key < $1.key }) {
            if origin.server != server {
                if server != nil { text.append(UInt8(ascii: ",")) }
                text += origin.server.description.utf8
                server = origin.server
            }
            if !origin.tag.isEmpty { text += ":\(origin.tag.text)".utf8 }
            for range in intervals.ranges {
                Self.append(":", range.lowerBound, to: &text)
                if range.upperBound > range.lowerBound { Self.append("-", range.upperBound, to: &text) }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(_ mark: Unicode.Scalar, _ number: UInt64, to text: inout [UInt8]) {
        text.append(UInt8(ascii: mark))
        var unit: UInt64 = 1
        while number / unit >= 10 { unit *= 10 }
        while unit > 0 {
            text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / unit % 10))
            unit /= 10
        }
    }

    var isEmpty: Bool { intervals.isEmpty }

    var count: UInt64 { intervals.values.reduce(0) { $0.addingClamping($1.count) } }

    func contains(_ other: Self) -> Bool { other.subtracting(self).isEmpty }

    func union(_ other: Self) -> Self {
        Self(intervals.merging(other.intervals) { $0.union($1) })
    }

    func subtracting(_ other: Self) -> Self {
        var rest = intervals
        for (origin, intervals) in other.intervals { rest[origin] = rest[origin]?.subtracting(intervals) }
        return Self(rest)
    }
}

extension UInt64 {
    func addingClamping(_ other: UInt64) -> UInt64 {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? .max : sum
    }
}
