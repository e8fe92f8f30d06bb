internal import Gossip
internal import NIOCore

/// A stream of this member's: sends one frame, waits for one, and reports exactly one result.
///
/// Where gossip is encrypted, the other end begins with its nonce, and the request follows behind this end's.
final class OutboundStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let engine: GossipEngine
    private let id: StreamID
    private let request: [UInt8]
    private var nonces = StreamNonces.none
    private var reader: FrameReader?
    /// What has come of the other end's nonce.
    private var acceptorNonce = ByteBuffer()
    private var timeout: Scheduled<Void>?
    private var isFinished = false

    init(engine: GossipEngine, id: StreamID, request: [UInt8]) {
        self.engine = engine
        self.id = id
        self.request = request
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: .milliseconds(Int64(engine.limits.timeoutMilliseconds))) {
            channel.close(promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [StreamPreamble.gossip])), promise: nil)
        if !engine.isEncrypted { ask(context, on: .none) }
        context.fireChannelActive()
    }

    private func ask(_ context: ChannelHandlerContext, on nonces: StreamNonces) {
        self.nonces = nonces
        let host = context.remoteAddress?.ipAddress
        reader = FrameReader(maximumBytes: engine.limits.maximumFrameBytes) { [engine] in
            engine.open($0, as: .frameLength, on: nonces, from: host)?.bytes
        }
        guard let frame = engine.frame(request, as: .request, on: nonces) else { return context.close(promise: nil) }
        context.write(wrapOutboundOut(ByteBuffer(bytes: nonces.opener)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isFinished else { return }
        var bytes = unwrapInboundIn(data)
        if reader == nil {
            acceptorNonce.writeBuffer(&bytes)
            guard let nonce = acceptorNonce.readBytes(length: StreamNonces.byteCount) else { return }
            ask(context, on: StreamNonces(acceptor: nonce, opener: StreamNonces.draw()))
            bytes = acceptorNonce
        }
        do {
            guard let frame = try reader?.read(&bytes) else { return }
            finish(with: frame)
        } catch {
            finish(with: nil)
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        finish(with: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func finish(with reply: [UInt8]?) {
        guard !isFinished else { return }
        isFinished = true
        engine.streamEnded(id, reply: reply, on: nonces)
    }
}
