package import ClusterModel
package import NIOCore

/// The end of a message stream that sends. On the channel's event loop.
///
/// What the other end does not take is bounded by the channel's water mark: beyond it messages are dropped, for those who
/// send them expect losses, and old ones would only keep newer ones waiting.
package final class MessageSender: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let hello: StreamHello
    private var stream: MessageStream
    private let isReady: (MessageSender) -> Void
    private var context: ChannelHandlerContext?

    /// - Parameters:
    ///   - sender: this member.
    ///   - recipient: the member that the stream is for.
    ///   - cipher: nil where streams are not sealed.
    ///   - isReady: messages are taken from now on.
    package init(
        from sender: MemberID,
        to recipient: MemberID,
        on nonces: StreamNonces,
        _ cipher: (any PeerCipher)?,
        isReady: @escaping (MessageSender) -> Void
    ) {
        hello = StreamHello(sender: sender, recipient: recipient)
        self.isReady = isReady
        stream = MessageStream(nonces, cipher)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard send(hello.bytes) else { return context.close(promise: nil) }
        flush()
        isReady(self)
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    package func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        context.fireChannelInactive()
    }

    /// To be followed by `flush`.
    ///
    /// - Returns: false if the message is dropped: the other end has not taken those before it, it is too long or cannot
    ///   be sealed, or the stream has ended.
    package func send(_ message: [UInt8]) -> Bool {
        guard let context, context.channel.isWritable, let frame = stream.seal(message, by: hello.sender) else {
            return false
        }
        context.write(wrapOutboundOut(frame), promise: nil)
        return true
    }

    package func flush() { context?.flush() }

    /// Nothing is said to this end.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.close(promise: nil) }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
