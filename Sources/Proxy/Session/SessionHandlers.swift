internal import NIOCore

// The channels' handlers only pass events on: everything that is decided is decided in `ProxySession` and in the
// machines of MySQLWire.

/// The client's side of a session.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let session: ProxySession

    init(session: ProxySession) {
        self.session = session
    }

    func channelActive(context: ChannelHandlerContext) {
        session.clientConnected(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        session.clientSent(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        session.clientReadCompleted()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        session.clientWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        session.clientDisconnected()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        session.transportFailed(error, side: "client")
    }
}

/// mysqld's side of a session.
final class BackendHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let session: ProxySession

    init(session: ProxySession) {
        self.session = session
    }

    func handlerAdded(context: ChannelHandlerContext) {
        session.backendAdded(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        session.backendSent(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        session.backendReadCompleted()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        session.backendWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        session.backendDisconnected()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        session.transportFailed(error, side: "mysqld")
    }
}
