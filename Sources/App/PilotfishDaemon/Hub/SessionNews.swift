internal import ClusterModel
internal import Proxy

/// Tells the proxy what its sessions act on.
struct SessionNews: ClusterHubListener {
    let proxy: ProxyServer
    let node: LocalNode

    func viewChanged(_ change: ViewChange) {
        // It may be another mysqld than before.
        if case .down? = change.old.local?.record.server, case .up? = change.new.local?.record.server {
            proxy.learnServer()
        }
        if change.new.topologyVersion != change.old.topologyVersion { proxy.topologyChanged(to: node.topology) }
        guard change.events.contains(where: { $0.kind == .primaryChanged }) else { return }
        proxy.primaryChanged()
        // This node's server may be the next.
        node.lookAtServer()
    }
}
