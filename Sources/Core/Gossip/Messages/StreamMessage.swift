internal import ClusterModel

/// What travels over a TCP stream: one request and one reply on each.
struct StreamMessage: Equatable {
    enum Body: Equatable {
        /// From one who joins: all that it knows; the receiver answers with all that it knows then.
        case exchange([Entry])
        case exchangeReply([Entry])
        /// The sums of all groups of the sender's table (`TableDigest`).
        case compare(groups: [UInt64])
        /// The leaves' sums of the groups that are not equal.
        case comparison([GroupSums])
        /// What the sender knows of the members in some leaves, without their records.
        case reconcile(leaves: [UInt16], summaries: [Summary])
        /// What the answering member knows better, and whose records it wants.
        case reconcileReply([Entry], wanted: [MemberID])
        case push([Entry])
        /// Asks for records that are newer than those at hand.
        case fetch([Query])
        case fetchReply([FetchedRecord])
        /// A probe for networks that lose datagrams (memberlist's fallback ping).
        case ping(target: MemberID)
        case ack
    }

    /// A member in a full exchange.
    struct Entry: Equatable {
        var claim: MemberClaim
        /// For how long the sender has known this of the member: so that those who died are forgotten everywhere.
        var ageMilliseconds: UInt64
        var record: VersionedRecord?
    }

    /// A member without its record.
    struct Summary: Equatable {
        var claim: MemberClaim
        var ageMilliseconds: UInt64
        var stamp: RecordStamp?
    }

    /// The sums of one group's leaves.
    struct GroupSums: Equatable {
        var group: UInt8
        var leaves: [UInt64]
    }

    struct Query: Equatable {
        var owner: MemberID
        var held: RecordStamp?
    }

    struct FetchedRecord: Equatable {
        var owner: MemberID
        var record: VersionedRecord
    }

    /// The longest frame, sealed; longer ones are refused before anything is allocated for them.
    static let maximumFrameBytes = 16 * 1024 * 1024
    /// Entries are left out of an exchange beyond this, to leave room for sealing.
    static let maximumExchangeBytes = maximumFrameBytes - 64 * 1024
    /// The most summaries in one message: as many members as a table holds by default, and this one.
    static let maximumSummaries = 65_536
    /// The most records that one fetch may ask for.
    static let maximumQueries = 64

    var header: PacketHeader
    var body: Body
}

extension StreamMessage {
    private enum Kind {
        static let exchange: UInt8 = 1
        static let exchangeReply: UInt8 = 2
        static let fetch: UInt8 = 3
        static let fetchReply: UInt8 = 4
        static let ping: UInt8 = 5
        static let ack: UInt8 = 6
        static let compare: UInt8 = 7
        static let comparison: UInt8 = 8
        static let reconcile: UInt8 = 9
        static let reconcileReply: UInt8 = 10
        static let push: UInt8 = 11
    }

    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 4096)
        header.encode(into: &writer)
        switch body {
        case .exchange(let entries):
            writer.integer(Kind.exchange)
            Self.encode(entries, into: &writer)
        case .exchangeReply(let entries):
            writer.integer(Kind.exchangeReply)
            Self.encode(entries, into: &writer)
        case .compare(let groups):
            writer.integer(Kind.compare)
            for sum in groups { writer.integer(sum) }
        case .comparison(let groups):
            writer.integer(Kind.comparison)
            Self.encode(groups, into: &writer)
        case .reconcile(let leaves, let summaries):
            writer.integer(Kind.reconcile)
            Self.encode(leaves, summaries, into: &writer)
        case .reconcileReply(let entries, let wanted):
            writer.integer(Kind.reconcileReply)
            Self.encode(entries, into: &writer)
            writer.integer(UInt32(clamping: wanted.count))
            for id in wanted { writer.memberID(id) }
        case .push(let entries):
            writer.integer(Kind.push)
            Self.encode(entries, into: &writer)
        case .fetch(let queries):
            writer.integer(Kind.fetch)
            writer.integer(UInt32(clamping: queries.count))
            for query in queries {
                writer.memberID(query.owner)
                writer.integer(UInt8(query.held == nil ? 0 : 1))
                query.held?.encode(into: &writer)
            }
        case .fetchReply(let records):
            writer.integer(Kind.fetchReply)
            writer.integer(UInt32(clamping: records.count))
            for fetched in records {
                writer.memberID(fetched.owner)
                fetched.record.encode(into: &writer)
            }
        case .ping(let target):
            writer.integer(Kind.ping)
            writer.memberID(target)
        case .ack:
            writer.integer(Kind.ack)
        }
        return writer.bytes
    }

    private static func encode(_ entries: [Entry], into writer: inout ByteWriter) {
        writer.integer(UInt32(clamping: entries.count))
        for entry in entries {
            entry.claim.encode(into: &writer)
            writer.integer(entry.ageMilliseconds)
            writer.integer(UInt8(entry.record == nil ? 0 : 1))
            entry.record?.encode(into: &writer)
        }
    }

    init(
        decoding bytes: ArraySlice<UInt8>,
        clusterName: String,
        versions: ProtocolVersions = .supported
    ) throws(MessageRefusal) {
        var reader = ByteReader(bytes)
        header = try PacketHeader(from: &reader, clusterName: clusterName, accepted: versions)
        switch try reader.integer(UInt8.self) {
        case Kind.exchange: body = .exchange(try Self.entries(from: &reader))
        case Kind.exchangeReply: body = .exchangeReply(try Self.entries(from: &reader))
        case Kind.compare: body = .compare(groups: try Self.sums(TableDigest.groupCount, from: &reader))
        case Kind.comparison: body = .comparison(try Self.groups(from: &reader))
        case Kind.reconcile:
            let leaves = try Self.leaves(from: &reader)
            body = .reconcile(leaves: leaves, summaries: try Self.summaries(from: &reader))
        case Kind.reconcileReply:
            let entries = try Self.entries(from: &reader)
            body = .reconcileReply(entries, wanted: try Self.memberIDs(from: &reader))
        case Kind.push: body = .push(try Self.entries(from: &reader))
        case Kind.fetch: body = .fetch(try Self.queries(from: &reader))
        case Kind.fetchReply: body = .fetchReply(try Self.fetchedRecords(from: &reader))
        case Kind.ping: body = .ping(target: try reader.memberID())
        case Kind.ack: body = .ack
        default: throw .malformed
        }
    }

    /// Reads a count that the bytes at hand can hold, each element having at least `size` of them.
    static func count(from reader: inout ByteReader, elementsOf size: Int) throws(MessageRefusal) -> Int {
        let count: UInt32 = try reader.integer()
        guard Int(count) <= reader.remaining / size else { throw .truncated }
        return Int(count)
    }

    private static func entries(from reader: inout ByteReader) throws(MessageRefusal) -> [Entry] {
        var entries: [Entry] = []
        for _ in 0..<(try count(from: &reader, elementsOf: 49)) {
            let claim = try MemberClaim(from: &reader)
            let age: UInt64 = try reader.integer()
            let record = try isPresent(in: &reader) ? try VersionedRecord(from: &reader) : nil
            entries.append(Entry(claim: claim, ageMilliseconds: age, record: record))
        }
        return entries
    }

    private static func queries(from reader: inout ByteReader) throws(MessageRefusal) -> [Query] {
        let count = try count(from: &reader, elementsOf: 17)
        guard count <= maximumQueries else { throw .truncated }
        var queries: [Query] = []
        for _ in 0..<count {
            let owner = try reader.memberID()
            queries.append(
                Query(owner: owner, held: try isPresent(in: &reader) ? try RecordStamp(from: &reader) : nil)
            )
        }
        return queries
    }

    private static func fetchedRecords(from reader: inout ByteReader) throws(MessageRefusal) -> [FetchedRecord] {
        let count = try count(from: &reader, elementsOf: 36)
        guard count <= maximumQueries else { throw .truncated }
        var records: [FetchedRecord] = []
        for _ in 0..<count {
            let owner = try reader.memberID()
            records.append(FetchedRecord(owner: owner, record: try VersionedRecord(from: &reader)))
        }
        return records
    }

    static func isPresent(in reader: inout ByteReader) throws(MessageRefusal) -> Bool {
        switch try reader.integer(UInt8.self) {
        case 0: return false
        case 1: return true
        default: throw .malformed
        }
    }
}
