internal import Glibc
internal import NIOCore

/// Makes the descriptors of the gossip port. SwiftNIO's own stay open in what the process starts, and the runtime starts
/// a program when the process crashes: while that ran, nobody could listen on the port again.
enum BoundSocket {
    /// - Parameter reuses: the address may have connections left of a process that has ended. Not for UDP: that would let
    ///   two processes share the port and lose half of the packets each.
    /// - Returns: a descriptor that is the receiver's to close.
    /// - Throws: `IOError`.
    static func open(_ type: __socket_type, on address: SocketAddress, reuses: Bool) throws -> CInt {
        let family: CInt
        switch address {
        case .v4: family = AF_INET
        case .v6: family = AF_INET6
        case .unixDomainSocket: throw IOError(errnoCode: EAFNOSUPPORT, reason: "not an IP address")
        }
        let kind = CInt(type.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(family, kind, 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        var value: CInt = reuses ? 1 : 0
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &value, socklen_t(MemoryLayout<CInt>.size))
        let status = address.withSockAddr { Glibc.bind(descriptor, $0, socklen_t($1)) }
        guard status == 0 else {
            let code = errno
            _ = Glibc.close(descriptor)
            throw IOError(errnoCode: code, reason: "bind")
        }
        return descriptor
    }
}
