import Compression
import NIOCore
import NIOPosix

/// Passes a login on as it is, and then decompresses and compresses again in both directions, so that a real client and
/// a real server check both roles of the handler, with no copy of their protocol in between.
final class CompressingRelay {
    static func listen(serverSocket: String, algorithm: CompressionAlgorithm) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .connect(unixDomainSocketPath: serverSocket)
                    .flatMapThrowing { server in
                        let relay = CompressingRelay(client: client, server: server, algorithm: algorithm)
                        try client.pipeline.syncOperations.addHandler(Side(relay, .client))
                        try server.pipeline.syncOperations.addHandler(Side(relay, .server))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    private enum Peer {
        case client
        case server
    }

    private let client: any Channel
    private let server: any Channel
    private let algorithm: CompressionAlgorithm
    private var hasClientSpoken = false
    private var hasAnswered = false
    private var isCompressing = false

    private init(client: any Channel, server: any Channel, algorithm: CompressionAlgorithm) {
        self.client = client
        self.server = server
        self.algorithm = algorithm
    }

    private func received(_ bytes: ByteBuffer, from peer: Peer) {
        switch peer {
        case .client:
            hasClientSpoken = true
            // The number of the ordinary packet inside tells a command (0) from a file that the server has asked for.
            // It says nothing within a long command: there libmariadb writes 0 again after 16 MiB.
            if isCompressing, hasAnswered, bytes.getInteger(at: bytes.readerIndex + 3, as: UInt8.self) == 0 {
                server.triggerUserOutboundEvent(CompressedExchangeBegins(), promise: nil)
            }
            hasAnswered = false
            server.writeAndFlush(bytes, promise: nil)
        case .server:
            hasAnswered = true
            let isOK = bytes.getInteger(at: bytes.readerIndex + 4, as: UInt8.self) == 0
            client.writeAndFlush(bytes, promise: nil)
            if hasClientSpoken, isOK, !isCompressing { compress() }
        }
    }

    /// Both ends compress from the first command on.
    private func compress() {
        isCompressing = true
        let workspace = CompressionWorkspace()
        for (channel, role) in [(client, CompressionRole.server), (server, .client)] {
            do {
                try channel.pipeline.syncOperations.addHandler(
                    CompressionHandler(role: role, algorithm: algorithm, workspace: workspace),
                    position: .first
                )
            } catch {
                channel.close(promise: nil)
            }
        }
    }

    private final class Side: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let relay: CompressingRelay
        private let peer: Peer

        init(_ relay: CompressingRelay, _ peer: Peer) {
            self.relay = relay
            self.peer = peer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            relay.received(unwrapInboundIn(data), from: peer)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func channelInactive(context: ChannelHandlerContext) {
            relay.client.close(promise: nil)
            relay.server.close(promise: nil)
        }
    }
}
