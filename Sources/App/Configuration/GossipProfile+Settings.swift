package import Gossip

extension GossipProfile {
    /// The protocol's numbers for such a network; docs/gossip.md lists them.
    package func settings(clusterName: String) -> GossipSettings {
        switch self {
        case .lan: GossipSettings(clusterName: clusterName)
        case .wan: .wideArea(clusterName: clusterName)
        }
    }

    var probeIntervalMilliseconds: Int { settings(clusterName: "").probeIntervalMilliseconds }
}
