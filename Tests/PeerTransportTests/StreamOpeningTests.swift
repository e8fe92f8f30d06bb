import NIOCore
import NIOEmbedded
import Testing

@testable import PeerTransport

@Suite("The opening of a stream between sidecars")
struct StreamOpeningTests {
    /// What goes on with a stream: keeps what comes.
    private final class Rest: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var bytes: [UInt8] = []

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += Array(unwrapInboundIn(data).readableBytesView)
        }
    }

    private final class Opened {
        var kind: StreamKind?
        var nonces: StreamNonces?
        var refusals = 0
        let rest = Rest()
    }

    private func acceptor(isSealed: Bool, _ opened: Opened, accepts: Bool = true) throws -> EmbeddedChannel {
        let opening = InboundOpening(isSealed: isSealed) { kind, nonces in
            opened.kind = kind
            opened.nonces = nonces
            return accepts ? opened.rest : nil
        } refused: {
            opened.refusals += 1
        }
        let channel = EmbeddedChannel(handler: opening)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 6307)).wait()
        return channel
    }

    private func opener(isSealed: Bool, _ opened: Opened) throws -> EmbeddedChannel {
        let opening = OutboundOpening(.gossip, isSealed: isSealed) { nonces in
            opened.nonces = nonces
            return opened.rest
        }
        let channel = EmbeddedChannel(handler: opening)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 6307)).wait()
        return channel
    }

    /// What one end has written, to the other end, in pieces of so many bytes.
    private func carry(from: EmbeddedChannel, to: EmbeddedChannel, piece: Int) throws {
        while let bytes = try from.readOutbound(as: ByteBuffer.self) {
            var bytes = bytes
            while let part = bytes.readSlice(length: min(piece, bytes.readableBytes)), part.readableBytes > 0 {
                try to.writeInbound(part)
            }
        }
    }

    @Test(arguments: [true, false], [1, 7, 1_000])
    func `both ends know the stream's kind and its nonces, however its bytes come`(isSealed: Bool, piece: Int) throws {
        let (near, far) = (Opened(), Opened())
        let opener = try opener(isSealed: isSealed, near)
        let acceptor = try acceptor(isSealed: isSealed, far)
        try carry(from: acceptor, to: opener, piece: piece)
        try opener.writeOutbound(ByteBuffer(string: "request"))
        try carry(from: opener, to: acceptor, piece: piece)
        try acceptor.writeOutbound(ByteBuffer(string: "reply"))
        try carry(from: acceptor, to: opener, piece: piece)
        #expect(far.kind == .gossip)
        #expect(near.nonces == far.nonces)
        #expect(near.nonces?.acceptor.count == (isSealed ? StreamNonces.byteCount : 0))
        #expect(near.nonces?.opener.count == (isSealed ? StreamNonces.byteCount : 0))
        #expect(String(decoding: far.rest.bytes, as: UTF8.self) == "request")
        #expect(String(decoding: near.rest.bytes, as: UTF8.self) == "reply")
    }

    @Test func `a kind that nobody knows, or nobody takes, closes the stream`() throws {
        let unknown = Opened()
        let first = try acceptor(isSealed: true, unknown)
        try first.writeInbound(ByteBuffer(bytes: [0x16, 0x03, 0x01]))
        #expect(!first.isActive && unknown.refusals == 1 && unknown.kind == nil)

        let unwanted = Opened()
        let second = try acceptor(isSealed: false, unwanted, accepts: false)
        try second.writeInbound(ByteBuffer(bytes: [StreamKind.gossip.rawValue]))
        #expect(!second.isActive && unwanted.refusals == 1)
    }
}
