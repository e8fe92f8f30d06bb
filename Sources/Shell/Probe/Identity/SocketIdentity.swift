package import ClusterModel

/// What mysqld makes of this process at the other end of its unix socket.
package enum SocketIdentity: Hashable, Sendable {
    /// It has not been possible to find out.
    case unknown(reason: String)
    /// None of the accounts that were tried is open to whoever comes by the socket.
    case opensNothing
    /// These are; clients must not come by the socket.
    ///
    /// - Parameter loopback: where the same mysqld listens on this host, over TCP; nil if it does not.
    case opens(users: [String], loopback: HostPort?)
}
