internal import ClusterModel
internal import Proxy
internal import Quorum
internal import RaftHost

/// Tells the hub, and those who act on services, what this node's part in the quorum sees.
struct QuorumReports: QuorumObserver {
    let hub: ClusterHub
    let lease: PrimaryLease
    let services: ServiceBoard
    let proxy: ProxyServer

    func rightChanged(_ right: PrimaryRight?) { lease.set(right) }

    func endRight(then done: @escaping @Sendable () -> Void) {
        lease.set(nil)
        done()
    }

    func quorumChanged(_ status: QuorumStatus, words: QuorumWords) {
        let report = QuorumReport(status) { hub.name(of: $0) ?? $0.description }
        hub.handle(.quorum(report, words: words))
    }

    func servicesChanged(_ services: [ServiceText: ServiceState?]) {
        // The board first: whoever is told looks there.
        let changed = self.services.take(services)
        if !changed.isEmpty { proxy.servicesChanged(changed) }
    }

    func noticed(_ notice: QuorumNotice) {}
}
