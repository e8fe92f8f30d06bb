import ClusterModel

/// Finds the member that a replication link leads to, as `ReplicationLink.leads(to:)` decides it, without asking each
/// member for each link.
struct SourceIndex {
    private let members: [ClusterView.Member]
    /// Positions of members whose server is known, by its server_id.
    private var byServerID: [UInt32: Int] = [:]
    /// Positions of all members, by the addresses of sidecar and server.
    private var byAddress: [HostPort: Int] = [:]
    /// The same of those whose server is not known.
    private var unknownByAddress: [HostPort: Int] = [:]

    init(_ members: [ClusterView.Member]) {
        self.members = members
        for (position, member) in members.enumerated() {
            let record = member.record
            let seen = record.server.observation
            // The first of several counts.
            if let seen, byServerID[seen.serverID] == nil { byServerID[seen.serverID] = position }
            for address in [record.sqlAddress, record.serverAddress].compactMap({ $0 }) {
                if byAddress[address] == nil { byAddress[address] = position }
                if seen == nil, unknownByAddress[address] == nil { unknownByAddress[address] = position }
            }
        }
    }

    func source(of link: ReplicationLink) -> ClusterView.Member? {
        guard link.sourceServerID != 0 else { return byAddress[link.source].map { members[$0] } }
        let positions = [byServerID[link.sourceServerID], unknownByAddress[link.source]]
        return positions.compactMap { $0 }.min().map { members[$0] }
    }
}
