package import ClusterModel

/// Where a client of the primary's port is led.
package enum PrimaryRoute: Hashable, Sendable {
    /// To the mysqld of this node.
    case local
    /// To the sidecar of that node.
    case remote(HostPort)
    /// Nowhere: there is no primary.
    case none
}

/// By which way clients come to the node's own mysqld.
package enum ClientPath: Hashable, Sendable {
    /// It is not known yet whether mysqld takes whoever comes by its unix socket for an account.
    case unknown
    /// By `mysqld.address`.
    case configured
    /// The unix socket lets everybody in as somebody: over TCP on this host instead.
    case loopback(HostPort)
    /// The same, and mysqld does not listen there.
    case closed(reason: String)
    /// The node is a witness: it has no mysqld.
    case nowhere
}

extension PrimaryRoute {
    /// Whether a session with this server behind it is led to the primary.
    package func leads(to address: ServerAddress?, isLocal: Bool) -> Bool {
        switch self {
        case .local: isLocal
        case .remote(let primary): !isLocal && address == .tcp(primary)
        case .none: false
        }
    }
}

/// What the way of a login to a server depends on.
package struct NodeFacts: Hashable, Sendable {
    /// `mysqld.address`.
    package var ownServer: ServerAddress
    package var clientPath: ClientPath
    /// The node's own mysqld cannot be reached.
    package var isServerDown: Bool
    package var primaryRoute: PrimaryRoute
    /// The sidecar stops.
    package var isDraining: Bool
    /// Why clients are kept from the own mysqld; nil if they are not.
    package var gate: GatePosition.Reason?
    /// The number of the error that a client gets then.
    package var outageErrno: UInt16

    package init(
        ownServer: ServerAddress,
        clientPath: ClientPath,
        isServerDown: Bool,
        primaryRoute: PrimaryRoute,
        isDraining: Bool,
        gate: GatePosition.Reason? = nil,
        outageErrno: UInt16 = 1927
    ) {
        self.ownServer = ownServer
        self.clientPath = clientPath
        self.isServerDown = isServerDown
        self.primaryRoute = primaryRoute
        self.isDraining = isDraining
        self.gate = gate
        self.outageErrno = outageErrno
    }
}
