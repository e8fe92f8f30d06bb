internal import NIOCore

/// The end of a connection's pipeline: passes on to the connection's own handler.
final class ConnectionTail: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let handler: any ConnectionHandler

    init(_ handler: any ConnectionHandler) {
        self.handler = handler
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { handler.received(unwrapInboundIn(data)) }

    func channelReadComplete(context: ChannelHandlerContext) { handler.readCompleted() }

    func channelWritabilityChanged(context: ChannelHandlerContext) { handler.writabilityChanged() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { handler.inputEnded() }
    }

    func channelInactive(context: ChannelHandlerContext) { handler.closed() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { handler.failed(error) }
}
