import ClusterModel

@testable import Gossip

/// Short ways to write members, claims and records.
enum Sample {
    static let here = HostPort(host: "10.0.0.1", port: 6307)
    static let elsewhere = HostPort(host: "10.0.9.9", port: 6307)

    static func id(_ number: UInt64) -> MemberID { MemberID(high: 0, low: number) }

    static func claim(
        _ number: UInt64,
        _ liveness: Liveness,
        _ incarnation: UInt64,
        boot: UInt64 = 1,
        at address: HostPort = here,
        by accuser: UInt64? = nil,
        versions: ProtocolVersions = .supported
    ) -> MemberClaim {
        MemberClaim(
            id: id(number),
            bootID: BootID(rawValue: boot),
            versions: versions,
            incarnation: Incarnation(rawValue: incarnation),
            liveness: liveness,
            address: address,
            accuser: accuser.map(id)
        )
    }

    /// The same of member 2.
    static func claim(
        _ liveness: Liveness,
        _ incarnation: UInt64,
        boot: UInt64 = 1,
        at address: HostPort = here,
        by accuser: UInt64? = nil
    ) -> MemberClaim {
        claim(2, liveness, incarnation, boot: boot, at: address, by: accuser)
    }

    static func stamp(_ version: UInt64, boot: UInt64 = 1) -> RecordStamp {
        RecordStamp(version: RecordVersion(rawValue: version), bootID: BootID(rawValue: boot))
    }

    static func record(_ version: UInt64, boot: UInt64 = 1, _ bytes: [UInt8]) -> VersionedRecord {
        VersionedRecord(stamp: stamp(version, boot: boot), bytes: bytes)
    }

    static func header(
        cluster: String = "orders",
        sender: UInt64 = 2,
        boot: UInt64 = 1,
        incarnation: UInt64 = 1,
        versions: ProtocolVersions = .supported,
        version: UInt8 = ProtocolVersions.supported.highest
    )
        -> PacketHeader
    {
        PacketHeader(
            versions: versions,
            version: version,
            clusterName: cluster,
            sender: id(sender),
            bootID: BootID(rawValue: boot),
            incarnation: Incarnation(rawValue: incarnation)
        )
    }

    static func time(_ milliseconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: 1_000_000_000).adding(milliseconds: milliseconds)
    }
}

extension ProtocolVersions {
    /// To look at packets of any version.
    static let all = ProtocolVersions(0...255)
}

/// One node driven by hand.
struct Driver {
    var node: GossipNode
    var now: MonotonicTime
    var random: SeededGenerator

    init(settings: GossipSettings = GossipSettings(clusterName: "orders"), seed: UInt64 = 1) {
        now = Sample.time(0)
        random = SeededGenerator(seed: seed)
        node = GossipNode(
            settings: settings,
            id: Sample.id(1),
            bootID: BootID(rawValue: 100),
            address: Sample.here,
            record: [1],
            now: now,
            using: &random
        )
    }

    @discardableResult
    mutating func handle(_ event: GossipEvent) -> [GossipAction] {
        node.handle(event, now: now, using: &random)
    }

    /// Passes time on from wake-up to wake-up.
    @discardableResult
    mutating func advance(milliseconds: Int) -> [GossipAction] {
        let end = now.adding(milliseconds: milliseconds)
        var actions: [GossipAction] = []
        while node.nextWakeUp <= end {
            now = max(now, node.nextWakeUp)
            actions += handle(.timer)
        }
        now = end
        return actions
    }

    @discardableResult
    mutating func hear(
        _ items: [Datagram.Item],
        _ message: Datagram.Message = .gossip,
        header: PacketHeader = Sample.header(),
        from source: HostPort = HostPort(host: "10.0.0.2", port: 6307)
    ) -> [GossipAction] {
        handle(.datagram(from: source, bytes: Datagram(header: header, message: message, items: items).encoded()))
    }

    func liveness(_ number: UInt64) -> Liveness? {
        node.members(now: now).first { $0.id == Sample.id(number) }?.liveness
    }
}

extension [GossipAction] {
    /// The datagrams that are sent, decoded, with their destinations.
    var datagrams: [(to: HostPort, Datagram)] {
        compactMap { action in
            guard case .sendDatagram(let to, let bytes) = action,
                let datagram = try? Datagram(decoding: bytes[...], clusterName: "orders", versions: .all)
            else { return nil }
            return (to, datagram)
        }
    }

    /// The streams that are opened, decoded.
    var streams: [(id: StreamID, to: HostPort, StreamMessage)] {
        compactMap { action in
            guard case .openStream(let id, let to, let bytes) = action,
                let message = try? StreamMessage(decoding: bytes[...], clusterName: "orders", versions: .all)
            else { return nil }
            return (id, to, message)
        }
    }

    var notices: [GossipNotice] {
        compactMap { action in
            guard case .notice(let notice) = action else { return nil }
            return notice
        }
    }
}
