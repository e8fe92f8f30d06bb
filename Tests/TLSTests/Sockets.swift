import NIOCore
import NIOPosix
import Synchronization
import TLS
import TestServers
import Testing

/// What one end of a connection has seen, readable from the test's task.
final class Progress: Sendable {
    struct State {
        var channel: (any Channel)?
        var handshake: TLSHandshakeCompleted?
        var received = ByteBuffer()
        var errors: [String] = []
        var isInactive = false
        var writabilityChanges = 0
    }

    private let state = Mutex(State())

    var now: State { state.withLock { $0 } }

    func update(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    func waitFor(_ what: String, deadline: Duration = .seconds(20), _ condition: (State) -> Bool) async throws {
        do {
            try await waitUntil(what, deadline: deadline) { condition(now) }
        } catch {
            let state = now
            throw TestServerError("\(error); \(state.received.readableBytes) bytes, errors \(state.errors)")
        }
    }
}

/// Reads as the proxy's sessions do: only after all that came was passed on, and while the other end takes it.
final class SocketEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Behaviour {
        /// Keeps what comes.
        case collect
        /// Sends back what comes; closes after a line "quit".
        case echo
        /// Never reads by itself.
        case stay
    }

    private let progress: Progress
    private let behaviour: Behaviour

    init(_ progress: Progress, _ behaviour: Behaviour) {
        self.progress = progress
        self.behaviour = behaviour
    }

    func handlerAdded(context: ChannelHandlerContext) {
        progress.update { $0.channel = context.channel }
        if context.channel.isActive { readIfWanted(context) }
    }

    func channelActive(context: ChannelHandlerContext) { readIfWanted(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        switch behaviour {
        case .collect, .stay:
            progress.update { $0.received.writeImmutableBuffer(bytes) }
        case .echo:
            context.write(wrapOutboundOut(bytes), promise: nil)
            if bytes.readableBytesView.suffix(5).elementsEqual("quit\n".utf8) {
                context.flush()
                context.close(promise: nil)
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
        readIfWanted(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        progress.update { $0.writabilityChanges += 1 }
        readIfWanted(context)
    }

    private func readIfWanted(_ context: ChannelHandlerContext) {
        if behaviour != .stay, context.channel.isWritable { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSHandshakeCompleted { progress.update { $0.handshake = event } }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        progress.update { $0.errors.append("\(error)") }
    }

    func channelInactive(context: ChannelHandlerContext) { progress.update { $0.isInactive = true } }
}

/// Four plain bytes, then TLS: what MySQL's SSLRequest is in short.
final class UpgradingHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    static let request = "SSL?"

    private let context: TLSContext
    private var received = ByteBuffer()

    init(_ context: TLSContext) { self.context = context }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { context.read() }
    }

    func channelActive(context: ChannelHandlerContext) {
        context.read()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        guard received.readString(length: Self.request.utf8.count) == Self.request else {
            context.read()
            return
        }
        do {
            let handler = try TLSHandler(context: self.context, alreadyRead: received)
            try context.pipeline.syncOperations.addHandler(handler, position: .first)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            context.fireErrorCaught(error)
        }
    }
}

enum Sockets {
    static func listen(
        _ progress: Progress,
        _ behaviour: SocketEnd.Behaviour,
        before handler: @escaping @Sendable () throws -> any ChannelHandler
    ) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([handler(), SocketEnd(progress, behaviour)])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    static func connect(
        _ address: SocketAddress,
        _ progress: Progress,
        _ behaviour: SocketEnd.Behaviour,
        handler: (@Sendable () throws -> any ChannelHandler)? = nil
    ) async throws -> any Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let handler { try channel.pipeline.syncOperations.addHandler(handler()) }
                    try channel.pipeline.syncOperations.addHandler(SocketEnd(progress, behaviour))
                }
            }
            .connect(to: address).get()
    }
}
