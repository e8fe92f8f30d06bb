internal import ClusterModel
internal import Proxy
internal import Quorum
internal import RaftHost

/// Tells the hub, and those who act on services, what this node's part in the quorum sees.
struct QuorumReports: QuorumObserver {
    let hub: ClusterHub
    let lease: PrimaryLease
    /// Nil where nobody is kept from a server that may not be written to.
    let guarding: WriteGuard?
    let services: ServiceBoard
    let proxy: ProxyServer

    func rightChanged(_ right: PrimaryRight?) {
        lease.set(right)
        guarding?.rightChanged(right)
    }

    func endRight(then done: @escaping @Sendable () -> Void) {
        lease.set(nil)
        if let guarding { guarding.handOver(then: done) } else { done() }
    }

    func quorumChanged(_ status: QuorumStatus, words: QuorumWords) {
        guarding?.quorumChanged(status)
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
