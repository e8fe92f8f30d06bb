internal import ClusterModel
internal import NIOCore
internal import NIOPosix

/// Opens a session's connection to mysqld on the session's own event loop.
enum BackendConnector {
    static func connect(
        _ session: ProxySession,
        to address: ServerAddress,
        context: LoopContext
    ) -> EventLoopFuture<any Channel> {
        let bound = NIOLoopBound(session, eventLoop: context.eventLoop)
        let bootstrap = ClientBootstrap(group: context.eventLoop)
            .connectTimeout(.milliseconds(Int64(context.limits.greetingTimeoutMilliseconds)))
            .channelOption(.autoRead, value: false)
            .channelOption(.writeBufferWaterMark, value: SessionBuffers.waterMark)
            .channelOption(.recvAllocator, value: SessionBuffers.receiveAllocator)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(BackendHandler(session: bound.value))
                }
            }
        switch address {
        case .unixSocket(let path):
            return bootstrap.connect(unixDomainSocketPath: path)
        case .tcp(let address):
            return bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: address.host, port: Int(address.port))
        }
    }
}

/// How much a session keeps of what its two ends send.
enum SessionBuffers {
    /// Reading from one end pauses while more than the high mark waits to be written to the other, in bytes.
    static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 32 * 1024, high: 128 * 1024)
    static let receiveAllocator = AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2048, maximum: 64 * 1024)
}
