internal import ClusterModel
internal import Glibc
internal import NIOCore
internal import NIOPosix

/// The UDP socket and the TCP listener on one address and port.
struct ListeningSockets {
    let address: SocketAddress
    let datagrams: UDPSocket
    let streams: any Channel
    let port: UInt16

    /// A port chosen by the system for TCP may be taken for UDP; then another is tried.
    private static let maximumAttempts = 20

    /// - Throws: `GossipTransportError`.
    static func open(
        on address: SocketAddress,
        listen: HostPort,
        engine: GossipEngine,
        loop: any EventLoop
    ) async throws -> ListeningSockets {
        var attempt = 1
        while true {
            let streams: any Channel
            do {
                let descriptor = try BoundSocket.open(SOCK_STREAM, on: address, reuses: true)
                streams = try await streamBootstrap(engine, loop).withBoundSocket(descriptor).get()
            } catch {
                throw failure(error, listen, .tcp)
            }
            var bound = address
            let port = streams.localAddress?.port ?? Int(listen.port)
            bound.port = port
            do {
                let datagrams = try await UDPSocket.open(on: bound, engine: engine, loop: loop).get()
                return ListeningSockets(
                    address: bound,
                    datagrams: datagrams,
                    streams: streams,
                    port: UInt16(truncatingIfNeeded: port)
                )
            } catch {
                try? await streams.close()
                attempt += 1
                if listen.port == 0, attempt <= maximumAttempts { continue }
                throw failure(error, listen, .udp)
            }
        }
    }

    private static func streamBootstrap(_ engine: GossipEngine, _ loop: any EventLoop) -> ServerBootstrap {
        ServerBootstrap(group: loop)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(engine.opening(of: channel))
                }
            }
    }

    private static func failure(
        _ error: any Error,
        _ listen: HostPort,
        _ socket: GossipTransportError.Socket
    ) -> GossipTransportError {
        if let error = error as? IOError {
            if error.errnoCode == EADDRINUSE { return .addressInUse(listen, socket) }
            return .cannotBind(listen, socket, reason: String(describing: error))
        }
        return .cannotBind(listen, socket, reason: String(describing: error))
    }
}
