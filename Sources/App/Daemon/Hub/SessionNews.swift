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
        if Ways(change.old) != Ways(change.new) { proxy.nodeChanged() }
        if change.new.topologyVersion != change.old.topologyVersion { proxy.topologyChanged(to: node.topology) }
        guard change.events.contains(where: { $0.kind == .primaryChanged }) else { return }
        proxy.primaryChanged()
        // This node's server may be the next.
        node.lookAtServer()
    }
}

/// What decides where sessions are led, and whether they are.
private struct Ways: Equatable {
    private let isServerUp: Bool?
    private let primary: MemberID?
    private let primaryAddress: HostPort?

    init(_ view: ClusterView) {
        isServerUp =
            switch view.local?.record.server {
            case .up: true
            case .down: false
            case .unknown, .unseen, nil: nil
            }
        primary = view.primary?.id
        primaryAddress = view.primary?.record.sqlAddress
    }
}
