extension FieldWriter {
    /// A set under one of two tags: as text, or in its compact form if it is MySQL's and has more than 1,024 bytes of text.
    mutating func field(_ tag: UInt8, compact compactTag: UInt8, _ set: GTIDSet) {
        if set.text.utf8.count > 1024, let compact = set.compact {
            field(compactTag, bytes: compact)
        } else {
            field(tag, set.text)
        }
    }
}

extension GTIDSet {
    private static let compactFormat: UInt8 = 1

    /// A set of MySQL in few bytes: 20 for a server with one interval, from 2 for each further one. Nil for MariaDB.
    ///
    /// The format's number; then of each origin the UUID (16 bytes), the tag with its length before it (1 byte), how many
    /// intervals, and of each how many numbers lie before it beyond the one that must, and how many follow its first.
    /// Numbers are little-endian in base 128.
    package var compact: [UInt8]? {
        guard case .mySQL(let set) = content else { return nil }
        var bytes = [Self.compactFormat]
        for (origin, intervals) in set.intervals.sorted(by: { $0.key < $1.key }) {
            bytes += origin.server.bytes
            bytes.append(UInt8(clamping: origin.tag.text.utf8.count))
            bytes += origin.tag.text.utf8
            Base128.append(UInt64(intervals.ranges.count), to: &bytes)
            var earliest: UInt64 = GTIDIntervals.bounds.lowerBound
            for range in intervals.ranges {
                Base128.append(range.lowerBound - earliest, to: &bytes)
                Base128.append(range.upperBound - range.lowerBound, to: &bytes)
                earliest = range.upperBound + 2
            }
        }
        return bytes
    }

    /// A set as it travels, in either form.
    ///
    /// - Returns: nil for what this version cannot read.
    package init?(told bytes: ArraySlice<UInt8>, _ flavor: ServerFlavor) {
        if bytes.first == Self.compactFormat, flavor == .mySQL {
            self.init(compact: bytes)
        } else {
            guard let text = String(validating: bytes, as: UTF8.self), let set = try? Self(text, flavor) else {
                return nil
            }
            self = set
        }
    }

    /// - Returns: nil for bytes that are none of MySQL's sets, or one whose text would not be read.
    init?(compact bytes: ArraySlice<UInt8>) {
        var rest = bytes
        guard rest.popFirst() == Self.compactFormat else { return nil }
        var found: [MySQLGTIDSet.Origin: GTIDIntervals] = [:]
        while !rest.isEmpty {
            guard let server = MemberID(bytes: rest.prefix(16)) else { return nil }
            rest = rest.dropFirst(16)
            guard let length = rest.popFirst(), rest.count >= length, let tag = GTIDTag(rest.prefix(Int(length))) else {
                return nil
            }
            rest = rest.dropFirst(Int(length))
            guard let count = Base128.take(from: &rest), count > 0, let ranges = Self.ranges(count, from: &rest) else {
                return nil
            }
            let origin = MySQLGTIDSet.Origin(server: server, tag: tag)
            guard found.updateValue(GTIDIntervals(ranges), forKey: origin) == nil else { return nil }
        }
        self.init(.mySQL(MySQLGTIDSet(found)))
        guard text.utf8.count <= Self.maximumTextBytes else { return nil }
    }

    /// An interval takes two bytes at least, so these bound what is kept.
    private static func ranges(_ count: UInt64, from rest: inout ArraySlice<UInt8>) -> [ClosedRange<UInt64>]? {
        var ranges: [ClosedRange<UInt64>] = []
        var earliest: UInt64 = GTIDIntervals.bounds.lowerBound
        for _ in 0..<count {
            guard let before = Base128.take(from: &rest), let after = Base128.take(from: &rest) else { return nil }
            let first = earliest.addingClamping(before)
            let last = first.addingClamping(after)
            guard last <= GTIDIntervals.bounds.upperBound else { return nil }
            ranges.append(first...last)
            earliest = last + 2
        }
        return ranges
    }
}
