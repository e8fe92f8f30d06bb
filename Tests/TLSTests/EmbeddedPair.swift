import NIOCore
import NIOEmbedded
import TLS
import TestServers
import Testing

/// What a pipeline's end has seen, in order.
final class Recorder: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    enum Event: Hashable {
        case handshake(TLSHandshakeCompleted)
        case plaintext
        case inputClosed
        case error(TLSError)
        case inactive
    }

    private(set) var events: [Event] = []
    private(set) var received = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        if events.last != .plaintext { events.append(.plaintext) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSHandshakeCompleted { events.append(.handshake(event)) }
        if case .inputClosed? = event as? ChannelEvent { events.append(.inputClosed) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? TLSError { events.append(.error(error)) } else { Issue.record(error) }
    }

    func channelInactive(context: ChannelHandlerContext) { events.append(.inactive) }

    var handshakes: [TLSHandshakeCompleted] {
        events.compactMap { if case .handshake(let event) = $0 { event } else { nil } }
    }

    var errors: [TLSError] {
        events.compactMap { if case .error(let error) = $0 { error } else { nil } }
    }
}

/// A client's and a server's channel whose ciphertext is carried between them in slices of random length.
struct EmbeddedPair {
    struct End {
        let channel: EmbeddedChannel
        let recorder = Recorder()

        init(_ handler: TLSHandler, connected: Bool = true) throws {
            channel = EmbeddedChannel()
            if connected { try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait() }
            try channel.pipeline.syncOperations.addHandlers([handler, recorder])
        }

        init(recordingFirst handler: TLSHandler) throws {
            channel = EmbeddedChannel()
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            try channel.pipeline.syncOperations.addHandler(recorder)
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }
    }

    let server: End
    let client: End
    private let longestSlice: Int

    init(
        _ server: TLSContext,
        _ client: TLSContext,
        peerName: String? = "localhost",
        longestSlice: Int = 100_000
    ) throws {
        // In the pipeline the recorder is there before the handshake begins.
        self.server = try End(recordingFirst: TLSHandler(context: server))
        self.client = try End(recordingFirst: TLSHandler(context: client, peerName: peerName))
        self.longestSlice = longestSlice
    }

    /// Carries until neither side has anything to say.
    func carry(seed: UInt64 = 3) throws {
        var random = SplitMix(seed: seed)
        var isBusy = true
        while isBusy {
            isBusy = false
            for (from, to) in [(client, server), (server, client)] {
                while var bytes = try from.channel.readOutbound(as: ByteBuffer.self) {
                    isBusy = true
                    while bytes.readableBytes > 0, to.channel.isActive {
                        let length = min(bytes.readableBytes, Int.random(in: 1...longestSlice, using: &random))
                        if let part = bytes.readSlice(length: length) { try to.channel.writeInbound(part) }
                    }
                    bytes.clear()
                }
            }
        }
    }
}

/// Bytes whose place shows in them.
func pattern(_ count: Int) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(count + 32_744)
    var word: UInt64 = 1
    // No record is as long as the part that comes again.
    var part = ByteBuffer()
    for _ in 0..<4_093 {
        word = word &* 0x9e37_79b9_7f4a_7c15 &+ 1
        part.writeInteger(word)
    }
    while buffer.readableBytes < count { buffer.writeImmutableBuffer(part) }
    return buffer.readSlice(length: count) ?? ByteBuffer()
}
