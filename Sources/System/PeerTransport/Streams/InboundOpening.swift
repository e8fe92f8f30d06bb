package import NIOCore

/// The opening of a stream, at the end that takes it: by its kind it goes to whoever serves that.
/// ```
/// opener:   kind (1 byte)
/// acceptor: nonce (16)        both where streams are sealed: all that is sealed on this one is bound to them, and what
/// opener:   nonce (16)        somebody has recorded is worth nothing on any other
/// ```
/// How long a stream may take, and how many there are, is the business of whoever accepts them.
package final class InboundOpening: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer
    /// - Returns: what goes on with the stream; nil refuses it.
    package typealias Acceptor = (_ kind: StreamKind, _ nonces: StreamNonces) -> (any ChannelHandler)?

    private let nonce: [UInt8]
    private let accept: Acceptor
    private let refused: () -> Void
    private var received = ByteBuffer()

    /// - Parameter refused: the stream is of no kind that is known here, and closed.
    package init(isSealed: Bool, accept: @escaping Acceptor, refused: @escaping () -> Void) {
        nonce = isSealed ? StreamNonces.draw() : []
        self.accept = accept
        self.refused = refused
    }

    package func channelActive(context: ChannelHandlerContext) {
        if !nonce.isEmpty { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: nonce)), promise: nil) }
        context.fireChannelActive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        guard let first: UInt8 = received.getInteger(at: received.readerIndex) else { return }
        guard let kind = StreamKind(rawValue: first) else { return refuse(context) }
        guard let opener = received.getBytes(at: received.readerIndex + 1, length: nonce.count) else { return }
        guard let handler = accept(kind, StreamNonces(acceptor: nonce, opener: opener)) else { return refuse(context) }
        received.moveReaderIndex(forwardBy: 1 + nonce.count)
        context.goOn(with: handler, insteadOf: self, received)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func refuse(_ context: ChannelHandlerContext) {
        refused()
        context.close(promise: nil)
    }
}

extension ChannelHandlerContext {
    /// - Parameter rest: what has come behind the opening.
    func goOn(with handler: any ChannelHandler, insteadOf opening: any RemovableChannelHandler, _ rest: ByteBuffer) {
        do {
            let operations = pipeline.syncOperations
            try operations.addHandler(handler, position: .after(opening))
            if rest.readableBytes > 0 { fireChannelRead(NIOAny(rest)) }
            operations.removeHandler(context: self, promise: nil)
        } catch {
            close(promise: nil)
        }
    }
}
