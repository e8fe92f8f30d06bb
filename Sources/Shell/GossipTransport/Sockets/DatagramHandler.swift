internal import ClusterModel
internal import NIOCore

/// Hands datagrams to the engine. An error of one datagram (such as a port that nobody listens on) ends nothing.
final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let engine: GossipEngine

    init(engine: GossipEngine) {
        self.engine = engine
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let host = envelope.remoteAddress.ipAddress, let port = envelope.remoteAddress.port,
            let port = UInt16(exactly: port)
        else { return }
        engine.received(Array(envelope.data.readableBytesView), from: HostPort(host: host, port: port))
    }

    func channelInactive(context: ChannelHandlerContext) {
        engine.datagramsEnded()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        engine.socketFailed(error)
    }
}
