internal import ClusterModel

/// What every datagram and stream frame begins with: the protocol's versions, the cluster, and who sends.
///
/// It has this form in all versions, so that members which cannot read each other's messages can at least say so:
/// ```
/// "PFG" | lowest, highest version of the sender | version of this packet | cluster | sender | boot id
/// | incarnation (1 to 9 bytes) | the packet's number (7) | lateness
/// ```
struct PacketHeader: Equatable {
    private static let magic: [UInt8] = Array("PFG".utf8)

    /// What the sender reads and writes.
    var versions: ProtocolVersions
    /// What the rest of the packet is written in.
    var version: UInt8
    var clusterName: String
    var sender: MemberID
    var bootID: BootID
    var incarnation: Incarnation
    /// Counts what the process has sent, so that nothing that is recorded and sent again is taken for new.
    var number: UInt64 = 0
    var lateness = Lateness.none

    func encode(into writer: inout ByteWriter) {
        writer.raw(Self.magic)
        writer.integer(versions.lowest)
        writer.integer(versions.highest)
        writer.integer(version)
        writer.shortText(clusterName)
        writer.memberID(sender)
        writer.integer(bootID.rawValue)
        writer.compact(incarnation.rawValue)
        writer.integer(number, bytes: Self.numberBytes)
        writer.integer(lateness.rawValue)
    }

    /// Enough for a million packets a second over two thousand years.
    private static let numberBytes = 7

    /// - Parameters:
    ///   - clusterName: the only one that is let in.
    ///   - accepted: the versions that are read.
    init(
        from reader: inout ByteReader,
        clusterName: String,
        accepted: ProtocolVersions
    ) throws(MessageRefusal) {
        guard reader.remaining >= Self.magic.count else { throw .notGossip }
        guard try reader.raw(Self.magic.count).elementsEqual(Self.magic) else { throw .notGossip }
        versions = try reader.versions()
        guard versions.common(with: accepted) != nil else { throw .unsupportedVersions(versions) }
        version = try reader.integer()
        guard versions.contains(version) else { throw .malformed }
        guard accepted.contains(version) else { throw .unreadableVersion(version) }
        let name = try reader.shortText()
        guard name == clusterName else { throw .foreignCluster }
        self.clusterName = name
        sender = try reader.memberID()
        bootID = BootID(rawValue: try reader.integer())
        incarnation = Incarnation(rawValue: try reader.compact())
        guard incarnation <= .greatestTold else { throw .malformed }
        number = try reader.integer(bytes: Self.numberBytes)
        lateness = Lateness(rawValue: try reader.integer())
    }

    init(
        versions: ProtocolVersions = .supported,
        version: UInt8 = ProtocolVersions.supported.highest,
        clusterName: String,
        sender: MemberID,
        bootID: BootID,
        incarnation: Incarnation,
        number: UInt64 = 0,
        lateness: Lateness = .none
    ) {
        self.versions = versions
        self.version = version
        self.clusterName = clusterName
        self.sender = sender
        self.bootID = bootID
        self.incarnation = incarnation
        self.number = number
        self.lateness = lateness
    }
}

extension MemberClaim {
    func encode(into writer: inout ByteWriter) {
        writer.memberID(id)
        writer.integer(bootID.rawValue)
        writer.integer(versions.lowest)
        writer.integer(versions.highest)
        writer.integer(incarnation.rawValue)
        writer.integer(liveness.rawValue)
        writer.integer(lateness.rawValue)
        writer.address(address)
        writer.integer(UInt8(accuser == nil ? 0 : 1))
        if let accuser { writer.memberID(accuser) }
    }

    init(from reader: inout ByteReader) throws(MessageRefusal) {
        let id = try reader.memberID()
        let bootID = BootID(rawValue: try reader.integer())
        let versions = try reader.versions()
        let incarnation: Incarnation = try reader.counter()
        guard let liveness = Liveness(rawValue: try reader.integer()) else { throw .malformed }
        let lateness = Lateness(rawValue: try reader.integer())
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
            versions: versions,
            incarnation: incarnation,
            liveness: liveness,
            address: address,
            accuser: accuser
        )
        self.lateness = lateness
    }
}

extension RecordStamp {
    func encode(into writer: inout ByteWriter) {
        writer.integer(version.rawValue)
        writer.integer(bootID.rawValue)
    }

    init(from reader: inout ByteReader) throws(MessageRefusal) {
        self.init(
            version: try reader.counter(),
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
