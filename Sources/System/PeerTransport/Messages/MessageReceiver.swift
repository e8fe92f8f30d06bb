package import ClusterModel
package import NIOCore

/// The end of a message stream that receives. On the channel's event loop.
///
/// All messages of a stream are of one sender, which its first one names (`StreamHello`). What is not sealed for its place,
/// of another sender, for another member, this member's own or too long ends the stream. Of a message that is not complete
/// no more is kept than has come, and until the sender is known only what may be a `StreamHello`.
package final class MessageReceiver: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer

    private final class Place {
        var stream: MessageStream
        init(_ stream: MessageStream) { self.stream = stream }
    }

    /// By how much sealing makes a message longer.
    private static let sealBytes = 64

    private let own: MemberID
    private let place: Place
    private let begin: (_ sender: MemberID) -> Bool
    private let take: (_ message: [UInt8], _ sender: MemberID) -> Void
    private let refused: () -> Void
    private var reader: FrameReader
    /// Nil until the first message has come. Nobody vouches for it where streams are not sealed.
    private var sender: MemberID?
    private var isOver = false

    /// - Parameters:
    ///   - own: this member.
    ///   - begin: the stream's sender is known; false refuses it.
    ///   - refused: the stream is ended for what came on it, or `begin` has refused it.
    package init(
        for own: MemberID,
        on nonces: StreamNonces,
        _ cipher: (any PeerCipher)?,
        begin: @escaping (_ sender: MemberID) -> Bool,
        take: @escaping (_ message: [UInt8], _ sender: MemberID) -> Void,
        refused: @escaping () -> Void
    ) {
        let place = Place(MessageStream(nonces, cipher))
        self.own = own
        self.place = place
        self.begin = begin
        self.take = take
        self.refused = refused
        reader = FrameReader(maximumBytes: StreamHello.byteCount + Self.sealBytes) { place.stream.openLength($0) }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        do {
            while !isOver, let frame = try reader.read(&bytes) {
                guard let message = place.stream.open(frame), accept(message) else { return refuse(context) }
            }
        } catch {
            refuse(context)
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        isOver = true
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func accept(_ message: OpenedMessage) -> Bool {
        if let sender {
            guard message.sender == nil || message.sender == sender else { return false }
            take(message.bytes, sender)
            return true
        }
        guard let hello = StreamHello(message.bytes), hello.recipient == own, hello.sender != own,
            message.sender == nil || message.sender == hello.sender, begin(hello.sender)
        else { return false }
        sender = hello.sender
        reader.maximumBytes = MessageStream.maximumBytes + Self.sealBytes
        return true
    }

    private func refuse(_ context: ChannelHandlerContext) {
        isOver = true
        refused()
        context.close(promise: nil)
    }
}
