package import ClusterModel

/// What a simulation looks at after every step; cheaper than `members(now:)`.
extension GossipNode {
    package var localClaim: MemberClaim { local.claim }
    /// Whether another living process has this one's name.
    package var isDisplaced: Bool { local.isDisplaced }
    package var localRecord: VersionedRecord { local.record }
    package var clusterSettings: GossipSettings { settings }
    /// Streams that this member has opened and that have not ended.
    package var openStreams: Int { streams.count }
    /// Members listed, this one not counted.
    package var memberCount: Int { members.count }
    /// Alive and suspect ones, this one not counted.
    package var presentCount: Int { members.presentCount }

    /// Who a datagram says that it is from, as the seal around it would say.
    package static func sender(of datagram: [UInt8]) -> MemberID? {
        var reader = ByteReader(datagram[...])
        guard (try? reader.raw(6)) != nil, (try? reader.shortText()) != nil else { return nil }
        return try? reader.memberID()
    }

    package func claim(of id: MemberID) -> MemberClaim? {
        members.slot(of: id).map { members.claim(at: $0) }
    }

    package func record(of id: MemberID) -> VersionedRecord? {
        members.slot(of: id).flatMap { members.record(at: $0) }
    }

    /// Whether a claim comes after another in the order of claims about one member.
    package static func isLater(_ claim: MemberClaim, than other: MemberClaim) -> Bool {
        MemberClaim.isOverridden(other, by: claim)
    }
}

/// A cluster that has formed: all members know each other. A simulation of many members begins with it, and all nodes
/// share the memory of what none of them has changed.
package struct FormedCluster: Sendable {
    let members: MemberTable

    package struct Founder: Sendable {
        package var id: MemberID
        package var bootID: BootID
        package var address: HostPort
        package var record: [UInt8]

        package init(id: MemberID, bootID: BootID, address: HostPort, record: [UInt8]) {
            self.id = id
            self.bootID = bootID
            self.address = address
            self.record = record
        }
    }

    package init(_ founders: [Founder], now: MonotonicTime) {
        var table = MemberTable()
        for founder in founders {
            let member = LocalMember(
                id: founder.id,
                bootID: founder.bootID,
                address: founder.address,
                record: founder.record
            )
            let slot = table.set(member.claim, since: now, heard: now, suspicion: nil)
            table.setRecord(member.record, at: slot)
        }
        members = table
    }
}

extension GossipNode {
    /// Makes this node a founder of a cluster that has formed.
    package mutating func join(_ cluster: FormedCluster, using random: inout some RandomNumberGenerator) {
        members = cluster.members
        if let own = members.slot(of: local.id) { members.withdraw(own) }
        targets = ProbeTargets(Array(members.slots), using: &random)
    }
}
