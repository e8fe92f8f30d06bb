package import ClusterModel

/// The services that the quorum has decided on, as this node has applied it. Read on event loops.
package protocol ServiceReading: AnyObject, Sendable {
    func standing(of service: ServiceText) -> ServiceStanding
}

/// Who leads a service.
package struct ServiceStanding: Hashable, Sendable {
    /// Of the present leader, or of the last one.
    package var lastTerm: ServiceTerm
    package var leader: ServiceText?

    package init(lastTerm: ServiceTerm = .zero, leader: ServiceText? = nil) {
        self.lastTerm = lastTerm
        self.leader = leader
    }

    /// Zero while nobody leads.
    package var term: ServiceTerm { leader == nil ? .zero : lastTerm }
}
