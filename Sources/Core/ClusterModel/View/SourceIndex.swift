/// Finds the member that a replication link leads to: by server id once it has connected, if that of the member's server
/// is known; by address before. Without asking each member for each link.
package struct SourceIndex {
    /// Positions of members whose server is known, by its server_id.
    private var byServerID: [UInt32: Int] = [:]
    /// Positions of all members, by the addresses of sidecar and server.
    private var byAddress: [HostPort: Int] = [:]
    /// The same of those whose server is not known.
    private var unknownByAddress: [HostPort: Int] = [:]

    package init(_ records: some Sequence<MemberRecord>) {
        for (position, record) in records.enumerated() {
            let seen = record.server.observation
            // The first of several counts.
            if let seen, byServerID[seen.serverID] == nil { byServerID[seen.serverID] = position }
            for address in [record.sqlAddress, record.serverAddress].compactMap({ $0 }) {
                if byAddress[address] == nil { byAddress[address] = position }
                if seen == nil, unknownByAddress[address] == nil { unknownByAddress[address] = position }
            }
        }
    }

    /// - Returns: the position of its source among the records; nil if that is no member.
    package func source(of link: ReplicationLink) -> Int? {
        guard link.sourceServerID != 0 else { return byAddress[link.source] }
        return [byServerID[link.sourceServerID], unknownByAddress[link.source]].compactMap { $0 }.min()
    }
}
