package import NIOCore

/// The family of the addresses that a socket can send to.
package enum AddressFamily: Sendable {
    case any
    case v4
    /// IPv4 destinations are written as mapped IPv6 addresses.
    case v6

    package init(of address: SocketAddress) {
        switch address {
        case .v4: self = .v4
        case .v6: self = .v6
        case .unixDomainSocket: self = .any
        }
    }
}
