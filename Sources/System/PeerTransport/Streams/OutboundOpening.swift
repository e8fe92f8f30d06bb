package import NIOCore

/// The opening of a stream, at the end that begins it (see `InboundOpening`).
package final class OutboundOpening: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let kind: StreamKind
    private let isSealed: Bool
    private let begin: (StreamNonces) -> any ChannelHandler
    private var received = ByteBuffer()

    /// - Parameter begin: what goes on with the stream; it may write at once.
    package init(_ kind: StreamKind, isSealed: Bool, begin: @escaping (StreamNonces) -> any ChannelHandler) {
        self.kind = kind
        self.isSealed = isSealed
        self.begin = begin
    }

    package func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [kind.rawValue])), promise: nil)
        if !isSealed { context.goOn(with: begin(.none), insteadOf: self, received) }
        context.fireChannelActive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        guard let acceptor = received.readBytes(length: StreamNonces.byteCount) else { return }
        let nonces = StreamNonces(acceptor: acceptor, opener: StreamNonces.draw())
        context.write(wrapOutboundOut(ByteBuffer(bytes: nonces.opener)), promise: nil)
        context.goOn(with: begin(nonces), insteadOf: self, received)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
