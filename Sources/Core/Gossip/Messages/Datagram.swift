internal import ClusterModel

/// A UDP packet: one message of the failure detector, and news that ride along (SWIM, section 4.1).
struct Datagram: Equatable {
    enum Message: Equatable {
        /// Asks `target` for an ack; names it, since another member may have taken over the address.
        case ping(sequence: UInt32, target: MemberID)
        case ack(sequence: UInt32, reception: Reception)
        /// Asks the receiver to ping `target` and pass on the ack.
        case pingRequest(sequence: UInt32, target: MemberID)
        /// Nothing but news.
        case gossip
        /// Nothing but news, for one whose packet showed that it lacks them; never answered.
        case answer
        /// To one who asked for a ping: no ack has come so far, but the request did (Lifeguard, section IV.A).
        case nack(sequence: UInt32)
    }

    /// How the one who acks sees the one who pinged.
    enum Reception: UInt8 {
        case known = 0
        /// It should introduce itself.
        case unknown = 1
    }

    /// A piece of news.
    enum Item: Equatable {
        case claim(MemberClaim)
        case record(owner: MemberID, record: VersionedRecord, urgency: Urgency)
        /// A record that is too long to ride along; it can be fetched from the sender or the owner.
        case digest(owner: MemberID, stamp: RecordStamp, urgency: Urgency)
    }

    var header: PacketHeader
    var message: Message
    var items: [Item]
}

extension Datagram {
    private enum Kind {
        static let ping: UInt8 = 1
        static let ack: UInt8 = 2
        static let pingRequest: UInt8 = 3
        static let gossip: UInt8 = 4
        static let nack: UInt8 = 5
        static let answer: UInt8 = 6
    }

    private enum ItemTag {
        static let claim: UInt8 = 1
        static let record: UInt8 = 2
        static let digest: UInt8 = 3
    }

    /// A packet without news: append items as long as they fit.
    static func begin(_ header: PacketHeader, _ message: Message) -> ByteWriter {
        var writer = ByteWriter(capacity: 1400)
        header.encode(into: &writer)
        switch message {
        case .ping(let sequence, let target):
            writer.integer(Kind.ping)
            writer.integer(sequence)
            writer.memberID(target)
        case .ack(let sequence, let reception):
            writer.integer(Kind.ack)
            writer.integer(sequence)
            writer.integer(reception.rawValue)
        case .pingRequest(let sequence, let target):
            writer.integer(Kind.pingRequest)
            writer.integer(sequence)
            writer.memberID(target)
        case .gossip:
            writer.integer(Kind.gossip)
        case .answer:
            writer.integer(Kind.answer)
        case .nack(let sequence):
            writer.integer(Kind.nack)
            writer.integer(sequence)
        }
        return writer
    }

    func encoded() -> [UInt8] {
        var writer = Self.begin(header, message)
        for item in items { writer.raw(Self.encoded(item)) }
        return writer.bytes
    }

    /// Tag, two bytes of length, content: a reader passes over tags that it does not know.
    static func encoded(_ item: Item) -> [UInt8] {
        var content = ByteWriter()
        let tag: UInt8
        switch item {
        case .claim(let claim):
            tag = ItemTag.claim
            claim.encode(into: &content)
        case .record(let owner, let record, let urgency):
            tag = ItemTag.record
            content.memberID(owner)
            content.integer(urgency.rawValue)
            record.encode(into: &content)
        case .digest(let owner, let stamp, let urgency):
            tag = ItemTag.digest
            content.memberID(owner)
            content.integer(urgency.rawValue)
            stamp.encode(into: &content)
        }
        var writer = ByteWriter(capacity: content.bytes.count + 3)
        writer.integer(tag)
        writer.integer(UInt16(clamping: content.bytes.count))
        writer.raw(content.bytes)
        return writer.bytes
    }

    init(
        decoding bytes: ArraySlice<UInt8>,
        clusterName: String,
        versions: ProtocolVersions = .supported
    ) throws(MessageRefusal) {
        var reader = ByteReader(bytes)
        header = try PacketHeader(from: &reader, clusterName: clusterName, accepted: versions)
        message = try Self.message(from: &reader)
        items = []
        while reader.remaining > 0 {
            let tag: UInt8 = try reader.integer()
            let length: UInt16 = try reader.integer()
            var content = ByteReader(try reader.raw(Int(length)))
            if let item = try Self.item(tag, from: &content) { items.append(item) }
        }
    }

    private static func message(from reader: inout ByteReader) throws(MessageRefusal) -> Message {
        switch try reader.integer(UInt8.self) {
        case Kind.ping:
            return .ping(sequence: try reader.integer(), target: try reader.memberID())
        case Kind.ack:
            let sequence: UInt32 = try reader.integer()
            guard let reception = Reception(rawValue: try reader.integer()) else { throw .malformed }
            return .ack(sequence: sequence, reception: reception)
        case Kind.pingRequest:
            return .pingRequest(sequence: try reader.integer(), target: try reader.memberID())
        case Kind.gossip:
            return .gossip
        case Kind.answer:
            return .answer
        case Kind.nack:
            return .nack(sequence: try reader.integer())
        default:
            throw .malformed
        }
    }

    private static func item(_ tag: UInt8, from reader: inout ByteReader) throws(MessageRefusal) -> Item? {
        switch tag {
        case ItemTag.claim:
            return .claim(try MemberClaim(from: &reader))
        case ItemTag.record:
            let owner = try reader.memberID()
            let urgency = try urgency(from: &reader)
            return .record(owner: owner, record: try VersionedRecord(from: &reader), urgency: urgency)
        case ItemTag.digest:
            let owner = try reader.memberID()
            let urgency = try urgency(from: &reader)
            return .digest(owner: owner, stamp: try RecordStamp(from: &reader), urgency: urgency)
        default:
            return nil
        }
    }

    private static func urgency(from reader: inout ByteReader) throws(MessageRefusal) -> Urgency {
        guard let urgency = Urgency(rawValue: try reader.integer()) else { throw .malformed }
        return urgency
    }
}
