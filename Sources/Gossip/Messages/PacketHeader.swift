internal import ClusterModel

/// What every datagram and stream frame begins with: the protocol's versions, the cluster, and who sends.
struct PacketHeader: Equatable {
    /// The versions that this code can read and write. A packet is written in the greatest version that its sender
    /// and all members it knows have in common; there is one so far.
    static let supportedVersions: ClosedRange<UInt8> = 1...1
    private static let magic: [UInt8] = Array("PFG".utf8)

    var clusterName: String
    var sender: MemberID
    var bootID: BootID
    var incarnation: Incarnation

    func encode(into writer: inout ByteWriter) {
        writer.raw(Self.magic)
        writer.integer(Self.supportedVersions.lowerBound)
        writer.integer(Self.supportedVersions.upperBound)
        writer.shortText(clusterName)
        writer.memberID(sender)
        writer.integer(bootID.rawValue)
        writer.integer(incarnation.rawValue)
    }

    /// - Parameter clusterName: the only one that is let in.
    init(from reader: inout ByteReader, clusterName: String) throws(MessageRefusal) {
        guard reader.remaining >= Self.magic.count else { throw .notGossip }
        guard try reader.raw(Self.magic.count).elementsEqual(Self.magic) else { throw .notGossip }
        let lowest: UInt8 = try reader.integer()
        let highest: UInt8 = try reader.integer()
        guard lowest <= highest, lowest <= Self.supportedVersions.upperBound,
            highest >= Self.supportedVersions.lowerBound
        else { throw .unsupportedVersion }
        let name = try reader.shortText()
        guard name == clusterName else { throw .foreignCluster }
        self.clusterName = name
        sender = try reader.memberID()
        bootID = BootID(rawValue: try reader.integer())
        incarnation = Incarnation(rawValue: try reader.integer())
    }

    init(clusterName: String, sender: MemberID, bootID: BootID, incarnation: Incarnation) {
        self.clusterName = clusterName
        self.sender = sender
        self.bootID = bootID
        self.incarnation = incarnation
    }
}

extension MemberClaim {
    func encode(into writer: inout ByteWriter) {
        writer.memberID(id)
        writer.integer(bootID.rawValue)
        writer.integer(incarnation.rawValue)
        writer.integer(liveness.rawValue)
        writer.address(address)
        writer.integer(UInt8(accuser == nil ? 0 : 1))
        if let accuser { writer.memberID(accuser) }
    }

    init(from reader: inout ByteReader) throws(MessageRefusal) {
        let id = try reader.memberID()
        let bootID = BootID(rawValue: try reader.integer())
        let incarnation = Incarnation(rawValue: try reader.integer())
        guard let liveness = Liveness(rawValue: try reader.integer()) else { throw .malformed }
        let address = try reader.address()
        let accuser: MemberID?
        switch try reader.integer(UInt8.self) {
        case 0: accuser = nil
        case 1: accuser = try reader.memberID()
        default: throw .malformed
        }
        self.init(
            id: id,
            bootID: bootID,
            incarnation: incarnation,
            liveness: liveness,
            address: address,
            accuser: accuser
        )
    }
}

extension RecordStamp {
    func encode(into writer: inout ByteWriter) {
        writer.integer(version.rawValue)
        writer.integer(bootID.rawValue)
    }

    init(from reader: inout ByteReader) throws(MessageRefusal) {
        self.init(
            version: RecordVersion(rawValue: try reader.integer()),
            bootID: BootID(rawValue: try reader.integer())
        )
    }
}

extension VersionedRecord {
    func encode(into writer: inout ByteWriter) {
        stamp.encode(into: &writer)
        writer.integer(UInt32(truncatingIfNeeded: bytes.count))
        writer.raw(bytes)
    }

    init(from reader: inout ByteReader) throws(MessageRefusal) {
        let stamp = try RecordStamp(from: &reader)
        let length: UInt32 = try reader.integer()
        guard length <= UInt32(Self.maximumBytes) else { throw .truncated }
        self.init(stamp: stamp, bytes: Array(try reader.raw(Int(length))))
    }
}
