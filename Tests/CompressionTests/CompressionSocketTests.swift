import Compression
import NIOCore
import NIOPosix
import Synchronization
import TestServers
import Testing

@Suite("Compression over a socket")
struct CompressionSocketTests {
    @Test("without autoRead, what one read brings beyond a burst waits until the reader reads again")
    func burst() async throws {
        let progress = Progress()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                progress.channel.withLock { $0 = channel }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        CompressionHandler(role: .server, algorithm: .zlib, workspace: CompressionWorkspace()),
                        Receiver(progress),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: try #require(listener.localAddress)).get()

        // Four megabytes that fit in one read of the socket.
        var encoder = CompressedPacketEncoder(algorithm: .zlib, workspace: CompressionWorkspace())
        var wire = ByteBuffer()
        for _ in 0..<4 { try encoder.encode(ByteBuffer(repeating: 1, count: 1 << 20), into: &wire) }
        try await client.writeAndFlush(wire)
        let server = try await waitFor("a connection") { progress.channel.withLock { $0 } }
        for round in 1...4 {
            server.read()
            try await waitUntil("packet \(round)") { progress.byteCount.withLock { $0 } >= round << 20 }
            // All that was scheduled has run.
            try await server.eventLoop.submit {}.get()
            #expect(progress.byteCount.withLock { $0 } == round << 20)
        }
        try await client.close()
        try await listener.close()
    }

    private final class Progress: Sendable {
        let channel = Mutex<(any Channel)?>(nil)
        let byteCount = Mutex(0)
    }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let progress: Progress

        init(_ progress: Progress) { self.progress = progress }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let count = unwrapInboundIn(data).readableBytes
            progress.byteCount.withLock { $0 += count }
        }
    }
}
