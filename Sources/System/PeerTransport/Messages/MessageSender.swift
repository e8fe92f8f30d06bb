package import ClusterModel
package import NIOCore

/// The end of a message stream that sends. On the channel's event loop.
///
/// What the other end does not take is bounded by the channel's water mark: beyond it messages are dropped, for those who
/// send them expect losses, and old ones would only keep newer ones waiting.
package final class MessageSender: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let sender: MemberID
    private var stream: MessageStream
    private let isReady: (MessageSender) -> Void
    private var context: ChannelHandlerContext?
    /// Messages that were not sent, for the other end did not take those before them, or they were too long.
    package private(set) var dropped = 0

    /// - Parameters:
    ///   - sender: this member.
    ///   - cipher: nil where streams are not sealed.
    ///   - isReady: messages are taken from now on.
    package init(
        _ sender: MemberID,
        on nonces: StreamNonces,
        _ cipher: (any PeerCipher)?,
        isReady: @escaping (MessageSender) -> Void
    ) {
        self.sender = sender
        self.isReady = isReady
        stream = MessageStream(nonces, cipher)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        isReady(self)
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    package func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        context.fireChannelInactive()
    }

    /// To be followed by `flush`.
    package func send(_ message: [UInt8]) {
        guard let context, context.channel.isWritable, let frame = stream.seal(message, by: sender) else {
            dropped += 1
            return
        }
        context.write(wrapOutboundOut(frame), promise: nil)
    }

    package func flush() { context?.flush() }

    /// Nothing is said to this end.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.close(promise: nil) }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
