package import ClusterModel
package import MySQLWire
package import QueryRouting

/// Numbers that bound what clients can take.
package struct ProxyLimits: Hashable, Sendable {
    package var maximumConnections = 10_000
    package var handshakeTimeoutMilliseconds = 10_000
    /// How long mysqld may take to greet before it counts as down.
    package var greetingTimeoutMilliseconds = 3_000
    /// The same while the probe already says that it is down.
    package var greetingTimeoutWhenDownMilliseconds = 200
    /// How long sessions may go on after a stop was asked for.
    package var drainMilliseconds = 10_000

    package init() {}
}

/// Everything that the proxy is given by the rest of the process.
package struct ProxyDependencies: Sendable {
    package var accounts: any AccountVerifying & Sendable
    package var node: any NodeReporting
    /// Called once on each event loop's thread; what it returns stays on that thread.
    package var makeVirtualTables: @Sendable () throws -> any VirtualQuerying
    /// Twenty random bytes, none of them NUL.
    package var makeScramble: @Sendable () -> [UInt8]

    package init(
        accounts: any AccountVerifying & Sendable,
        node: any NodeReporting,
        makeVirtualTables: @escaping @Sendable () throws -> any VirtualQuerying,
        makeScramble: @escaping @Sendable () -> [UInt8]
    ) {
        self.accounts = accounts
        self.node = node
        self.makeVirtualTables = makeVirtualTables
        self.makeScramble = makeScramble
    }
}

/// What a login needs to know of the node's own mysqld.
package protocol NodeReporting: Sendable {
    /// As mysqld last greeted; a stand-in before it ever did.
    var serverVersion: String { get }
    /// The probe cannot reach mysqld.
    var isServerDown: Bool { get }
    /// For a client that wants mysqld while it cannot be had: names this node's state and where the primary is.
    var outageMessage: String { get }
}

/// Which users mysqld may be asked to log in on a client's behalf.
package enum RelayPolicy {
    /// Over its unix socket mysqld sees the sidecar's operating system account as the peer. Where an account of mysqld
    /// is identified by the socket (`unix_socket`, `auth_socket`), that would let any client in as it, so the names
    /// that such accounts have are not relayed: the one of the sidecar's own account, and mysqld's.
    package static func forbiddenUsers(backend: ServerAddress, operatingSystemUser: String) -> Set<String> {
        switch backend {
        case .unixSocket: [operatingSystemUser, "mysql"]
        case .tcp: []
        }
    }
}
