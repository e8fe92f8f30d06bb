internal import ClusterModel

/// The parts of the messages that compare two tables.
extension StreamMessage {
    static func encode(_ groups: [GroupSums], into writer: inout ByteWriter) {
        writer.integer(UInt8(clamping: groups.count))
        for group in groups {
            writer.integer(group.group)
            for sum in group.leaves { writer.integer(sum) }
        }
    }

    static func encode(_ leaves: [UInt16], _ summaries: [Summary], into writer: inout ByteWriter) {
        writer.integer(UInt16(clamping: leaves.count))
        for leaf in leaves { writer.integer(leaf) }
        writer.integer(UInt32(clamping: summaries.count))
        for summary in summaries {
            summary.claim.encode(into: &writer)
            writer.integer(summary.ageMilliseconds)
            writer.integer(UInt8(summary.stamp == nil ? 0 : 1))
            summary.stamp?.encode(into: &writer)
        }
    }

    static func sums(_ count: Int, from reader: inout ByteReader) throws(MessageRefusal) -> [UInt64] {
        guard reader.remaining >= 8 * count else { throw .truncated }
        var sums: [UInt64] = []
        sums.reserveCapacity(count)
        for _ in 0..<count { sums.append(try reader.integer()) }
        return sums
    }

    static func groups(from reader: inout ByteReader) throws(MessageRefusal) -> [GroupSums] {
        let count: UInt8 = try reader.integer()
        guard Int(count) <= TableDigest.groupCount else { throw .malformed }
        var groups: [GroupSums] = []
        for _ in 0..<count {
            let group: UInt8 = try reader.integer()
            guard Int(group) < TableDigest.groupCount else { throw .malformed }
            groups.append(GroupSums(group: group, leaves: try sums(TableDigest.leavesPerGroup, from: &reader)))
        }
        return groups
    }

    static func leaves(from reader: inout ByteReader) throws(MessageRefusal) -> [UInt16] {
        let count: UInt16 = try reader.integer()
        guard Int(count) <= TableDigest.leafCount, Int(count) * 2 <= reader.remaining else { throw .truncated }
        var leaves: [UInt16] = []
        leaves.reserveCapacity(Int(count))
        for _ in 0..<count { leaves.append(try reader.integer()) }
        return leaves
    }

    static func summaries(from reader: inout ByteReader) throws(MessageRefusal) -> [Summary] {
        let count = try count(from: &reader, elementsOf: 49)
        guard count <= maximumSummaries else { throw .truncated }
        var summaries: [Summary] = []
        for _ in 0..<count {
            let claim = try MemberClaim(from: &reader)
            let age: UInt64 = try reader.integer()
            let stamp = try isPresent(in: &reader) ? try RecordStamp(from: &reader) : nil
            summaries.append(Summary(claim: claim, ageMilliseconds: age, stamp: stamp))
        }
        return summaries
    }

    static func memberIDs(from reader: inout ByteReader) throws(MessageRefusal) -> [MemberID] {
        var ids: [MemberID] = []
        for _ in 0..<(try count(from: &reader, elementsOf: 16)) { ids.append(try reader.memberID()) }
        return ids
    }
}
