package import Gossip

/// What network the gossip settings are made for: `GossipSettings`' own values or `GossipSettings.wideArea`.
package enum GossipProfile: String, Sendable, CaseIterable {
    case lan
    case wan

    /// The protocol's numbers for such a network; docs/gossip.md lists them.
    package func settings(clusterName: String) -> GossipSettings {
        switch self {
        case .lan: GossipSettings(clusterName: clusterName)
        case .wan: .wideArea(clusterName: clusterName)
        }
    }

    var probeIntervalMilliseconds: Int { settings(clusterName: "").probeIntervalMilliseconds }
}
