package import ClusterModel

/// A service as a member of the quorum sees it.
package struct ServiceState: Equatable, Sendable {
    package var service: ElectedService
    /// When its lease ends, unless it is renewed. Nil where this member does not lead the quorum, or nobody leads the service.
    package var leaseEnds: BootTime?
    /// How many want to lead the service; nil where this member does not lead the quorum.
    package var observers: Int?

    package init(service: ElectedService, leaseEnds: BootTime? = nil, observers: Int? = nil) {
        self.service = service
        self.leaseEnds = leaseEnds
        self.observers = observers
    }
}

extension QuorumNode {
    /// This member leads the quorum, and knows how long each lease runs.
    package var leadsServices: Bool { participation?.leases != nil }

    /// - Returns: nil if nobody has led it for long.
    package func service(_ name: ServiceText, now: BootTime) -> ServiceState? {
        guard let service = decisions?.services[name] else { return nil }
        let leases = participation?.leases
        return ServiceState(
            service: service,
            leaseEnds: leases?.remainingMilliseconds(of: name, now: now).map { now.adding(milliseconds: $0) },
            observers: leases?.observers(of: name, now: now)
        )
    }
}
