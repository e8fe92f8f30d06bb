package import ClusterModel
package import NIOCore

/// The end of a message stream that receives. On the channel's event loop.
///
/// All messages of a stream are of one sender. What is not sealed for its place, of another sender or too long ends the
/// stream; of a message that is not complete no more is kept than has come.
package final class MessageReceiver: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    /// - Parameter sender: nil where streams are not sealed.
    package typealias Taker = (_ sender: MemberID?, _ message: [UInt8]) -> Void

    private final class Place {
        var stream: MessageStream
        init(_ stream: MessageStream) { self.stream = stream }
    }

    private let place: Place
    private let take: Taker
    private let refused: () -> Void
    private var reader: FrameReader
    private var sender: MemberID??
    private var isOver = false

    /// - Parameter refused: the stream is ended for what came on it.
    package init(
        on nonces: StreamNonces,
        _ cipher: (any PeerCipher)?,
        take: @escaping Taker,
        refused: @escaping () -> Void
    ) {
        let place = Place(MessageStream(nonces, cipher))
        self.place = place
        self.take = take
        self.refused = refused
        reader = FrameReader(maximumBytes: MessageStream.maximumBytes + 128) { place.stream.openLength($0) }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        var bytes = unwrapInboundIn(data)
        do {
            while let frame = try reader.read(&bytes) {
                guard let message = place.stream.open(frame), sender == nil || sender == message.sender else {
                    return refuse(context)
                }
                sender = message.sender
                take(message.sender, message.bytes)
            }
        } catch {
            refuse(context)
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func refuse(_ context: ChannelHandlerContext) {
        isOver = true
        refused()
        context.close(promise: nil)
    }
}
