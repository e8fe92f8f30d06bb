internal import Gossip
internal import NIOCore
internal import PeerTransport

/// A stream of this member's: sends one frame, waits for one, and is closed. The end without one is told by its channel.
final class OutboundStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let engine: GossipEngine
    private let id: StreamID
    private let request: [UInt8]
    private let nonces: StreamNonces
    private var reader: FrameReader?

    init(engine: GossipEngine, id: StreamID, request: [UInt8], nonces: StreamNonces) {
        self.engine = engine
        self.id = id
        self.request = request
        self.nonces = nonces
    }

    func handlerAdded(context: ChannelHandlerContext) {
        reader = engine.frameReader(on: nonces, from: context.remoteAddress?.ipAddress)
        guard let frame = engine.frame(request, as: .request, on: nonces) else { return context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        do {
            guard let frame = try reader?.read(&bytes) else { return }
            engine.streamEnded(id, reply: frame, on: nonces)
        } catch {
            engine.streamEnded(id, reply: nil, on: nonces)
        }
        reader = nil
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
