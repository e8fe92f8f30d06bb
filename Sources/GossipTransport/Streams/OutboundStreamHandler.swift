internal import Gossip
internal import NIOCore

/// A stream of this member's: sends one frame, waits for one, and reports exactly one result.
final class OutboundStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let engine: GossipEngine
    private let id: StreamID
    private let request: ByteBuffer
    private var reader: FrameReader
    private var timeout: Scheduled<Void>?
    private var isFinished = false

    init(engine: GossipEngine, id: StreamID, request: ByteBuffer) {
        self.engine = engine
        self.id = id
        self.request = request
        self.reader = FrameReader(maximumBytes: engine.limits.maximumFrameBytes) { [engine] in
            engine.open($0, as: .frameLength)?.bytes
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: .milliseconds(Int64(engine.limits.timeoutMilliseconds))) {
            channel.close(promise: nil)
        }
        context.write(wrapOutboundOut(ByteBuffer(bytes: [StreamPreamble.gossip])), promise: nil)
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isFinished else { return }
        var bytes = unwrapInboundIn(data)
        do {
            guard let frame = try reader.read(&bytes) else { return }
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
        engine.streamEnded(id, reply: reply)
    }
}
