internal import Gossip
internal import NIOCore
internal import PeerTransport

/// A stream that another member opened: one frame in, one frame out, closed.
final class InboundStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let engine: GossipEngine
    private let id: InboundStreamID
    private let nonces: StreamNonces
    private var reader: FrameReader
    private var isOver = false
    /// What this stream has booked of the bytes that all inbound streams may keep.
    private var bookedBytes = 0

    init(engine: GossipEngine, id: InboundStreamID, nonces: StreamNonces) {
        self.engine = engine
        self.id = id
        self.nonces = nonces
        reader = engine.frameReader(on: nonces, from: engine.host(of: id))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        var bytes = unwrapInboundIn(data)
        do {
            let frame = try reader.read(&bytes)
            guard book(frame == nil ? reader.pendingBytes : 0) else { return refuse(context) }
            guard let frame else { return }
            isOver = true
            engine.received(request: frame, on: id, nonces: nonces)
        } catch .notAuthentic {
            // Counted where it could not be decrypted.
            isOver = true
            context.close(promise: nil)
        } catch {
            refuse(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isOver = true
        _ = book(0)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Bytes that are no request of ours.
    private func refuse(_ context: ChannelHandlerContext) {
        isOver = true
        engine.refusedStream()
        context.close(promise: nil)
    }

    private func book(_ bytes: Int) -> Bool {
        defer { bookedBytes = bytes }
        return engine.bookInbound(bytes - bookedBytes)
    }
}
