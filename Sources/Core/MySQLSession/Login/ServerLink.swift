package import ClusterModel

/// Whether a server that offers no TLS is taken.
package enum ServerSecurity: Hashable, Sendable {
    case required
    case wherePossible
}

/// The server that a login has been led to, and what holds on the way to it.
package struct ServerLink: Hashable, Sendable {
    package var address: ServerAddress
    /// It is the node's own mysqld.
    package var isLocal: Bool
    /// How a connection by TCP is to be encrypted; nil for not at all.
    package var security: ServerSecurity?
    /// It has been told the client's address (PROXY protocol).
    package var isToldOfClient: Bool

    package init(address: ServerAddress, isLocal: Bool, security: ServerSecurity?, isToldOfClient: Bool) {
        self.address = address
        self.isLocal = isLocal
        self.security = security
        self.isToldOfClient = isToldOfClient
    }

    /// Others may listen in unless it is encrypted.
    var isNetwork: Bool {
        switch address {
        case .tcp: true
        case .unixSocket: false
        }
    }
}
