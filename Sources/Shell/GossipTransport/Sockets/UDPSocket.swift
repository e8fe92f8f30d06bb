internal import Glibc
internal import NIOCore
internal import NIOPosix

/// A bound UDP socket: an event loop's channel receives, and datagrams are sent straight to the kernel.
///
/// A channel that sends closes itself for good on most errors of `sendto` (a firewall's EPERM, a host or network that
/// is unreachable for a while): one member out of reach would silence this one for all others. So only reading is left
/// to the channel. The descriptor belongs to the channel; it is used on its event loop, while it is active.
struct UDPSocket {
    let channel: any Channel
    private let descriptor: CInt

    /// - Throws: `IOError` if the address cannot be bound.
    static func open(
        on address: SocketAddress,
        engine: GossipEngine,
        loop: any EventLoop
    ) throws -> EventLoopFuture<UDPSocket> {
        let descriptor = try bound(to: address)
        return DatagramBootstrap(group: loop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2048))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramHandler(engine: engine))
                }
            }
            .withBoundSocket(descriptor)
            .map { UDPSocket(channel: $0, descriptor: descriptor) }
    }

    /// Without SO_REUSEADDR: for UDP that would let two processes share the port and lose half of the packets each.
    private static func bound(to address: SocketAddress) throws -> CInt {
        let family: CInt
        switch address {
        case .v4: family = AF_INET
        case .v6: family = AF_INET6
        case .unixDomainSocket: throw IOError(errnoCode: EAFNOSUPPORT, reason: "not an IP address")
        }
        let kind = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(family, kind, 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        let status = address.withSockAddr { Glibc.bind(descriptor, $0, socklen_t($1)) }
        guard status == 0 else {
            let code = errno
            _ = Glibc.close(descriptor)
            throw IOError(errnoCode: code, reason: "bind")
        }
        return descriptor
    }

    /// Sends at once, or not at all: a full socket buffer loses the datagram, as the network may.
    ///
    /// - Returns: the error's number; nil if the kernel took it.
    func send(_ bytes: [UInt8], to address: SocketAddress) -> CInt? {
        guard channel.isActive else { return EBADF }
        let sent = bytes.withUnsafeBytes { content in
            address.withSockAddr { destination, length in
                sendto(
                    descriptor,
                    content.baseAddress,
                    content.count,
                    CInt(MSG_DONTWAIT),
                    destination,
                    socklen_t(length)
                )
            }
        }
        return sent < 0 ? errno : nil
    }
}
