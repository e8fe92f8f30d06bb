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
        let descriptor = try BoundSocket.open(SOCK_DGRAM, on: address, reuses: false)
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
