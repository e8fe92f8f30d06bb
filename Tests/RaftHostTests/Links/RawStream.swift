import ClusterModel
import NIOCore
import NIOPosix
import PeerTransport
import Synchronization
import TestServers

/// A connection to a member, of somebody who writes what he likes.
final class RawStream: Sendable {
    private let channel: any Channel
    private let collector: Collector

    final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let bytes = Mutex<[UInt8]>([])
        let take: @Sendable ([UInt8]) -> Void

        init(_ take: @escaping @Sendable ([UInt8]) -> Void = { _ in }) { self.take = take }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let new = Array(unwrapInboundIn(data).readableBytesView)
            bytes.withLock { $0 += new }
            take(new)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private init(_ channel: any Channel, _ collector: Collector) {
        self.channel = channel
        self.collector = collector
    }

    static func open(to address: HostPort) async throws -> RawStream {
        let collector = Collector()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(collector) }
            .connect(host: address.host, port: Int(address.port)).get()
        return RawStream(channel, collector)
    }

    /// A stream of the quorum whose opening is done.
    static func opened(to address: HostPort) async throws -> (stream: RawStream, nonces: StreamNonces) {
        let stream = try await open(to: address)
        try await waitUntil("the acceptor's nonce comes") { stream.received.count >= StreamNonces.byteCount }
        let nonces = StreamNonces(
            acceptor: Array(stream.received.prefix(StreamNonces.byteCount)),
            opener: StreamNonces.draw()
        )
        try await stream.send([StreamKind.quorum.rawValue] + nonces.opener)
        return (stream, nonces)
    }

    /// All that has come.
    var received: [UInt8] { collector.bytes.withLock { $0 } }

    var isClosed: Bool { !channel.isActive }

    /// The other end may close meanwhile.
    func send(_ bytes: [UInt8]) async throws { try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    func close() async throws { try? await channel.close() }
}
