internal import NIOCore

/// A connection as SwiftNIO's channel handlers see it, for one that has some: TLS, compression.
///
/// It is active from its beginning to the end of the connection, is never read by itself, and either half of it may be
/// closed before the other.
///
/// `@unchecked Sendable`: everything but the constants is touched on the loop's thread alone, as the calls of `Channel`
/// that may come from others (`closeFuture`, `eventLoop`) touch nothing else.
final class ConnectionChannel: @unchecked Sendable {
    let eventLoop: any EventLoop
    let allocator = ByteBufferAllocator()
    let tail: ConnectionTail
    private let closePromise: EventLoopPromise<Void>
    /// Nil after the end: the two hold each other until then.
    private var connection: Connection?
    private var ownPipeline: ChannelPipeline?
    /// Promises of writes, each with the number of bytes written up to its end.
    private var promises = CircularBuffer<(end: Int, promise: EventLoopPromise<Void>)>()
    private var appendedCount = 0

    init(_ connection: Connection, handler: any ConnectionHandler) {
        eventLoop = connection.loop
        tail = ConnectionTail(handler)
        closePromise = connection.loop.makePromise()
        self.connection = connection
    }

    func open() throws {
        try pipeline.syncOperations.addHandler(tail)
    }

    /// The socket has brought these.
    func received(_ buffer: ByteBuffer) {
        pipeline.syncOperations.fireChannelRead(NIOAny(buffer))
        pipeline.syncOperations.fireChannelReadComplete()
    }

    /// The peer sends no more.
    func inputEnded() {
        pipeline.syncOperations.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    /// The kernel has taken all but `waiting` bytes of what was written.
    func wrote(waiting: Int) {
        let writtenCount = appendedCount - waiting
        while let first = promises.first, first.end <= writtenCount {
            promises.removeFirst()
            first.promise.succeed()
        }
    }

    /// Nothing of what waits will be written.
    func outputFailed() {
        let failed = promises
        promises.removeAll()
        for (_, promise) in failed { promise.fail(ChannelError.ioOnClosedChannel) }
    }

    /// The connection is closed: everyone hears of it.
    func closed() {
        connection = nil
        outputFailed()
        pipeline.syncOperations.fireChannelInactive()
        closePromise.succeed()
        // The handlers may be on the stack.
        eventLoop.assumeIsolated().execute { self.removeHandlers(pipeline: self.pipeline) }
    }
}

extension ConnectionChannel: Channel {
    var pipeline: ChannelPipeline {
        if let ownPipeline { return ownPipeline }
        let pipeline = ChannelPipeline(channel: self)
        ownPipeline = pipeline
        return pipeline
    }

    var closeFuture: EventLoopFuture<Void> { closePromise.futureResult }
    var localAddress: SocketAddress? { connection?.localAddress }
    var remoteAddress: SocketAddress? { connection?.remoteAddress }
    var parent: (any Channel)? { nil }
    var isWritable: Bool { connection?.isWritable ?? false }
    var isActive: Bool { connection?.isOpen ?? false }
    var _channelCore: any ChannelCore { self }
    var syncOptions: (any NIOSynchronousChannelOptions)? { self }

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
}

extension ConnectionChannel: NIOSynchronousChannelOptions {
    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) throws {
        throw ChannelError.operationUnsupported
    }

    /// What handlers ask about: whether the channel reads by itself, and whether half of it may be closed.
    func getOption<Option: ChannelOption>(_ option: Option) throws -> Option.Value {
        switch option {
        case is ChannelOptions.Types.AutoReadOption:
            guard let no = false as? Option.Value else { throw ChannelError.operationUnsupported }
            return no
        case is ChannelOptions.Types.AllowRemoteHalfClosureOption:
            guard let yes = true as? Option.Value else { throw ChannelError.operationUnsupported }
            return yes
        default:
            throw ChannelError.operationUnsupported
        }
    }
}

extension ConnectionChannel: ChannelCore {
    func localAddress0() throws -> SocketAddress {
        guard let localAddress else { throw ChannelError.ioOnClosedChannel }
        return localAddress
    }

    func remoteAddress0() throws -> SocketAddress {
        guard let remoteAddress else { throw ChannelError.ioOnClosedChannel }
        return remoteAddress
    }

    func register0(promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }
    func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) { register0(promise: promise) }
    func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) { register0(promise: promise) }
    func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) { register0(promise: promise) }

    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let connection, connection.isOpen else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let buffer = unwrapData(data, as: ByteBuffer.self)
        appendedCount += buffer.readableBytes
        if let promise { promises.append((appendedCount, promise)) }
        connection.append(buffer)
    }

    func flush0() { connection?.flushOutgoing() }

    func read0() { connection?.requestRead() }

    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .all: connection?.closeSocket()
        case .output: connection?.endSocketOutput()
        case .input:
            promise?.fail(ChannelError.operationUnsupported)
            return
        }
        promise?.succeed()
    }

    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func channelRead0(_ data: NIOAny) {}

    func errorCaught0(error: any Error) {}
}
