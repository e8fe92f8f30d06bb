extension MemberRecord {
    /// The longest record that is sent or accepted, in bytes.
    package static let maximumEncodedBytes = 64 * 1024

    private enum Tag {
        static let name: UInt8 = 1
        static let kind: UInt8 = 2
        static let zone: UInt8 = 3
        static let promotion: UInt8 = 4
        static let sqlAddress: UInt8 = 5
        static let serverAddress: UInt8 = 6
        static let condition: UInt8 = 7
        static let downReason: UInt8 = 8
        static let observation: UInt8 = 9
        static let lagThreshold: UInt8 = 10
        static let isStopping: UInt8 = 11
        static let topologyVersion: UInt8 = 12
        static let unseenReason: UInt8 = 13
        static let quorum: UInt8 = 14
    }

    private enum Condition {
        static let unknown: UInt64 = 0
        static let up: UInt64 = 1
        static let down: UInt64 = 2
    }

    /// The record as it travels.
    package func encoded() -> [UInt8] {
        // Hundreds of links with long errors, or GTIDs by the thousand: what others act on still has to arrive.
        for detail in RecordDetail.allCases.dropLast() {
            let bytes = encoded(detail)
            if bytes.count <= Self.maximumEncodedBytes { return bytes }
        }
        return encoded(.least)
    }

    private func encoded(_ detail: RecordDetail) -> [UInt8] {
        var writer = FieldWriter()
        writer.field(Tag.name, name)
        writer.field(Tag.kind, kind.rawValue)
        writer.field(Tag.zone, zone)
        writer.field(Tag.promotion, promotion.rawValue)
        writer.field(Tag.sqlAddress, sqlAddress.description)
        if let serverAddress { writer.field(Tag.serverAddress, serverAddress.description) }
        switch server {
        case .unknown:
            writer.field(Tag.condition, Condition.unknown)
        case .up:
            writer.field(Tag.condition, Condition.up)
        case .down(let reason, _):
            writer.field(Tag.condition, Condition.down)
            writer.field(Tag.downReason, reason)
        case .unseen(let reason, let last, let holds):
            // The condition is the nearest that readers without the field know; it tells whether `last` holds.
            writer.field(Tag.condition, last == nil ? Condition.unknown : holds ? Condition.up : Condition.down)
            writer.field(Tag.unseenReason, reason)
        }
        if let observation = server.observation { writer.field(Tag.observation, bytes: observation.encoded(detail)) }
        writer.field(Tag.lagThreshold, UInt64(clamping: lagThresholdMilliseconds))
        writer.field(Tag.isStopping, isStopping)
        writer.field(Tag.topologyVersion, topologyVersion.rawValue)
        if let quorum { writer.field(Tag.quorum, bytes: quorum.encoded) }
        return writer.bytes
    }

    /// - Throws: `RecordDecodingError` for bytes that are cut, too long or without a needed field. Fields and enum
    ///   values that this version does not know are passed over.
    package init(decoding bytes: ArraySlice<UInt8>) throws(RecordDecodingError) {
        guard bytes.count <= Self.maximumEncodedBytes else { throw .tooLong }
        var name: String?
        var sqlAddress: HostPort?
        var condition = Condition.unknown
        var reason = ""
        var unseenReason: String?
        var observation: ServerObservation?
        var record = MemberRecord(name: "", sqlAddress: HostPort(host: "", port: 0))

        var reader = FieldReader(bytes)
        while let (tag, content) = try reader.next() {
            switch tag {
            case Tag.name: name = try FieldReader.text(content)
            case Tag.kind: record.kind = NodeKind(rawValue: try FieldReader.text(content)) ?? .database
            case Tag.zone: record.zone = try FieldReader.text(content)
            case Tag.promotion: record.promotion = PromotionRule(rawValue: try FieldReader.text(content)) ?? .neutral
            case Tag.sqlAddress: sqlAddress = HostPort(try FieldReader.text(content))
            case Tag.serverAddress: record.serverAddress = HostPort(try FieldReader.text(content))
            case Tag.condition: condition = try FieldReader.number(content)
            case Tag.downReason: reason = try FieldReader.text(content)
            case Tag.unseenReason: unseenReason = try FieldReader.text(content)
            case Tag.observation: observation = try ServerObservation(decoding: content)
            case Tag.lagThreshold: record.lagThresholdMilliseconds = try FieldReader.count(content)
            case Tag.isStopping: record.isStopping = try FieldReader.number(content) != 0
            case Tag.topologyVersion:
                record.topologyVersion = TopologyVersion(rawValue: try FieldReader.number(content))
            // What a later version says there is as if nothing were said.
            case Tag.quorum: record.quorum = try? QuorumWords(decoding: content)
            default: break
            }
        }
        guard let name, !name.isEmpty else { throw .missing(field: "name") }
        guard let sqlAddress else { throw .missing(field: "sql_address") }
        record.name = name
        record.sqlAddress = sqlAddress
        switch condition {
        case _ where unseenReason != nil:
            record.server = .unseen(
                reason: unseenReason ?? "",
                last: observation,
                holds: condition == Condition.up && observation != nil
            )
        case Condition.up:
            guard let observation else { throw .missing(field: "observation") }
            record.server = .up(observation)
        case Condition.down: record.server = .down(reason: reason, last: observation)
        default: record.server = .unknown
        }
        self = record
    }
}

/// How much a record says. What is left out is not known to the others; it is never cut.
enum RecordDetail: CaseIterable {
    case full
    /// Without errors and GTIDs of links.
    case brief
    /// Without any GTIDs.
    case least
}

extension ServerObservation {
    private enum Tag {
        static let flavor: UInt8 = 1
        static let version: UInt8 = 2
        static let serverID: UInt8 = 3
        static let isReadOnly: UInt8 = 4
        static let gtidPosition: UInt8 = 5
        static let threadsRunning: UInt8 = 6
        static let connections: UInt8 = 7
        static let queriesPerSecondInMilli: UInt8 = 8
        static let link: UInt8 = 9
        static let isReplicationKnown: UInt8 = 10
        static let problem: UInt8 = 11
        static let compactGTIDPosition: UInt8 = 12
    }

    func encoded(_ detail: RecordDetail) -> [UInt8] {
        var writer = FieldWriter()
        writer.field(Tag.flavor, flavor.rawValue)
        writer.field(Tag.version, version)
        writer.field(Tag.serverID, UInt64(serverID))
        writer.field(Tag.isReadOnly, isReadOnly)
        let position = detail == .least ? nil : gtidPosition
        if let position { writer.field(Tag.gtidPosition, compact: Tag.compactGTIDPosition, position) }
        writer.field(Tag.threadsRunning, UInt64(clamping: threadsRunning))
        writer.field(Tag.connections, UInt64(clamping: connections))
        if let queriesPerSecond {
            writer.field(Tag.queriesPerSecondInMilli, UInt64(exactly: (queriesPerSecond * 1000).rounded()) ?? 0)
        }
        if !isReplicationKnown { writer.field(Tag.isReplicationKnown, false) }
        if let problem { writer.field(Tag.problem, problem) }
        for link in replication { writer.field(Tag.link, bytes: link.encoded(detail, ofServerAt: gtidPosition)) }
        return writer.bytes
    }

    init(decoding bytes: ArraySlice<UInt8>) throws(RecordDecodingError) {
        self.init(flavor: .mariaDB, version: "", serverID: 0, isReadOnly: true)
        var position: ArraySlice<UInt8>?
        var links: [ArraySlice<UInt8>] = []
        var reader = FieldReader(bytes)
        while let (tag, content) = try reader.next() {
            switch tag {
            case Tag.flavor: flavor = ServerFlavor(rawValue: try FieldReader.text(content)) ?? .mariaDB
            case Tag.version: version = try FieldReader.text(content)
            case Tag.serverID: serverID = UInt32(clamping: try FieldReader.number(content))
            case Tag.isReadOnly: isReadOnly = try FieldReader.number(content) != 0
            case Tag.gtidPosition, Tag.compactGTIDPosition: position = content
            case Tag.threadsRunning: threadsRunning = try FieldReader.count(content)
            case Tag.connections: connections = try FieldReader.count(content)
            case Tag.queriesPerSecondInMilli: queriesPerSecond = Double(try FieldReader.number(content)) / 1000
            case Tag.isReplicationKnown: isReplicationKnown = try FieldReader.number(content) != 0
            case Tag.problem: problem = try FieldReader.text(content)
            case Tag.link: links.append(content)
            default: break
            }
        }
        gtidPosition = position.flatMap { GTIDSet(told: $0, flavor) }
        for link in links { replication.append(try ReplicationLink(decoding: link, of: self)) }
    }
}

extension ReplicationLink {
    private enum Tag {
        static let name: UInt8 = 1
        static let source: UInt8 = 2
        static let sourceServerID: UInt8 = 3
        static let ioState: UInt8 = 4
        static let sqlState: UInt8 = 5
        static let lagMilliseconds: UInt8 = 6
        static let lastError: UInt8 = 7
        static let gtidReceived: UInt8 = 8
        static let gtidApplied: UInt8 = 9
        static let isSemiSync: UInt8 = 10
        static let sqlErrorNumber: UInt8 = 11
        static let ioErrorNumber: UInt8 = 12
        static let compactGTIDReceived: UInt8 = 13
        static let compactGTIDApplied: UInt8 = 14
        static let isGTIDAppliedKnown: UInt8 = 15
    }

    /// - Parameters:
    ///   - detail: what a record that would be too long may leave out.
    ///   - position: the server's own, which is what it has applied unless something else is told.
    func encoded(_ detail: RecordDetail, ofServerAt position: GTIDSet?) -> [UInt8] {
        var writer = FieldWriter()
        writer.field(Tag.name, name)
        writer.field(Tag.source, source.description)
        writer.field(Tag.sourceServerID, UInt64(sourceServerID))
        writer.field(Tag.ioState, ioState)
        writer.field(Tag.sqlState, sqlState)
        if let lagMilliseconds { writer.field(Tag.lagMilliseconds, UInt64(clamping: lagMilliseconds)) }
        if let isSemiSync { writer.field(Tag.isSemiSync, isSemiSync) }
        if sqlErrorNumber != 0 { writer.field(Tag.sqlErrorNumber, UInt64(sqlErrorNumber)) }
        if ioErrorNumber != 0 { writer.field(Tag.ioErrorNumber, UInt64(ioErrorNumber)) }
        let tellsAll = detail == .full
        if tellsAll { writer.field(Tag.lastError, lastError) }
        if tellsAll, let gtidReceived {
            writer.field(Tag.gtidReceived, compact: Tag.compactGTIDReceived, gtidReceived)
        }
        if gtidApplied != position {
            if tellsAll, let gtidApplied {
                writer.field(Tag.gtidApplied, compact: Tag.compactGTIDApplied, gtidApplied)
            } else {
                writer.field(Tag.isGTIDAppliedKnown, false)
            }
        }
        return writer.bytes
    }

    init(decoding bytes: ArraySlice<UInt8>, of server: ServerObservation) throws(RecordDecodingError) {
        self.init(
            source: HostPort(host: "", port: 0),
            sourceServerID: 0,
            ioState: "",
            sqlState: "",
            lagMilliseconds: nil,
            gtidApplied: server.gtidPosition
        )
        var hasSource = false
        var reader = FieldReader(bytes)
        while let (tag, content) = try reader.next() {
            switch tag {
            case Tag.name: name = try FieldReader.text(content)
            case Tag.source:
                guard let address = HostPort(try FieldReader.text(content)) else { throw .outOfRange }
                source = address
                hasSource = true
            case Tag.sourceServerID: sourceServerID = UInt32(clamping: try FieldReader.number(content))
            case Tag.ioState: ioState = try FieldReader.text(content)
            case Tag.sqlState: sqlState = try FieldReader.text(content)
            case Tag.lagMilliseconds: lagMilliseconds = try FieldReader.count(content)
            case Tag.lastError: lastError = try FieldReader.text(content)
            case Tag.sqlErrorNumber: sqlErrorNumber = UInt32(clamping: try FieldReader.number(content))
            case Tag.ioErrorNumber: ioErrorNumber = UInt32(clamping: try FieldReader.number(content))
            case Tag.gtidReceived, Tag.compactGTIDReceived: gtidReceived = GTIDSet(told: content, server.flavor)
            case Tag.gtidApplied, Tag.compactGTIDApplied: gtidApplied = GTIDSet(told: content, server.flavor)
            case Tag.isGTIDAppliedKnown: if try FieldReader.number(content) == 0 { gtidApplied = nil }
            case Tag.isSemiSync: isSemiSync = try FieldReader.number(content) != 0
            default: break
            }
        }
        guard hasSource else { throw .missing(field: "source") }
    }
}
