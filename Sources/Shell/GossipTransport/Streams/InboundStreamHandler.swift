internal import Gossip
internal import NIOCore

/// A stream that another member opened: one frame in, one frame out, closed. All of it has a time limit.
///
/// Where gossip is encrypted, each end first sends a nonce in the clear, to which all that is sealed on the stream is
/// bound: a request that somebody has recorded is none on any other.
final class InboundStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case awaitingPreamble
        case awaitingNonce
        case awaitingFrame
        case answering
        case closed
    }

    private let engine: GossipEngine
    private let id: InboundStreamID
    private let nonce: [UInt8]
    private var nonces = StreamNonces.none
    private var reader: FrameReader?
    /// What has come of the opener's nonce.
    private var openerNonce = ByteBuffer()
    private var state = State.awaitingPreamble
    private var timeout: Scheduled<Void>?
    /// What this stream has booked of the bytes that all inbound streams may keep.
    private var bookedBytes = 0

    init(engine: GossipEngine) {
        self.engine = engine
        self.id = engine.nextInboundStreamID()
        self.nonce = engine.isEncrypted ? StreamNonces.draw() : []
    }

    func channelActive(context: ChannelHandlerContext) {
        guard engine.admit(id, channel: context.channel) else {
            state = .closed
            context.close(promise: nil)
            return
        }
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: .milliseconds(Int64(engine.limits.timeoutMilliseconds))) {
            channel.close(promise: nil)
        }
        if !nonce.isEmpty { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: nonce)), promise: nil) }
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext, on nonces: StreamNonces) {
        self.nonces = nonces
        let host = context.remoteAddress?.ipAddress
        reader = FrameReader(maximumBytes: engine.limits.maximumFrameBytes) { [engine] in
            engine.open($0, as: .frameLength, on: nonces, from: host)?.bytes
        }
        state = .awaitingFrame
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if case .awaitingPreamble = state, let first: UInt8 = bytes.readInteger() {
            guard first == StreamPreamble.gossip else { return refuse(context) }
            if nonce.isEmpty { begin(context, on: .none) } else { state = .awaitingNonce }
        }
        if case .awaitingNonce = state {
            openerNonce.writeBuffer(&bytes)
            guard let opener = openerNonce.readBytes(length: StreamNonces.byteCount) else { return }
            begin(context, on: StreamNonces(acceptor: nonce, opener: opener))
            bytes = openerNonce
        }
        guard case .awaitingFrame = state else { return }
        do {
            let frame = try reader?.read(&bytes)
            guard book(frame == nil ? reader?.pendingBytes ?? 0 : 0) else { return refuse(context) }
            guard let frame else { return }
            state = .answering
            engine.received(request: frame, on: id, nonces: nonces)
        } catch .notAuthentic {
            // Counted where it could not be decrypted.
            state = .closed
            context.close(promise: nil)
        } catch {
            refuse(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        state = .closed
        timeout?.cancel()
        _ = book(0)
        engine.inboundStreamClosed(id)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Bytes that are no request of ours.
    private func refuse(_ context: ChannelHandlerContext) {
        state = .closed
        engine.refusedStream()
        context.close(promise: nil)
    }

    private func book(_ bytes: Int) -> Bool {
        defer { bookedBytes = bytes }
        return engine.bookInbound(bytes - bookedBytes)
    }
}
