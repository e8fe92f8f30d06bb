internal import ClusterModel
internal import NIOCore
internal import NIOEmbedded
internal import PeerTransport

/// Streams of messages between sidecars: what was said is heard, however its bytes are cut. Where streams are sealed, nothing
/// else is heard whatever is changed, and nothing of another stream.
struct PeerStreamTarget: FuzzTarget {
    private let mutator = Mutator()

    private static let sender = MemberID(high: 1, low: 2)
    private static let recipient = MemberID(high: 1, low: 3)

    /// Lengths of messages, in two bytes each.
    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        let lengths = (0..<random.below(6)).map { _ in random.once(in: 8) ? random.below(8_000) : random.below(60) }
        return FuzzInput.encode(lengths.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }, using: &random)
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let input = FuzzInput(input)
        var random = input.random
        let messages = stride(from: 0, to: input.payload.count - 1, by: 2).prefix(8).map { place in
            random.bytes(Int(input.payload[place]) | Int(input.payload[place + 1] & 0x1f) << 8)
        }
        let cipher = random.once(in: 3) ? nil : SummingCipher()
        let nonces = Self.nonces(using: &random)
        let good = Self.written(messages, on: nonces, cipher)
        let all = Heard(sender: Self.sender, messages: messages)
        try require(
            Self.heard(PacketsTarget.pieces(good, using: &random), on: nonces, cipher) == all,
            "not all is heard"
        )

        var broken = good
        mutator.mutate(&broken, others: [good], using: &random)
        let whole = Self.heard([broken[...]], on: nonces, cipher)
        let pieces = Self.heard(PacketsTarget.pieces(broken, using: &random), on: nonces, cipher)
        try require(whole == pieces, "\(whole.messages.count) heard whole, \(pieces.messages.count) in pieces")
        try require(whole.refusals <= 1, "refused \(whole.refusals) times")
        guard cipher != nil else { return }
        try require(messages.starts(with: whole.messages), "something is heard that was not said")
        let replayed = Self.heard([good[...]], on: Self.nonces(using: &random), cipher)
        try require(replayed == Heard(refusals: 1), "what was recorded is heard on another stream")
    }

    private struct Heard: Equatable {
        var sender: MemberID?
        var messages: [[UInt8]] = []
        var refusals = 0
    }

    private static func nonces(using random: inout FuzzRandom) -> StreamNonces {
        let acceptor = random.bytes(StreamNonces.byteCount)
        return StreamNonces(acceptor: acceptor, opener: random.bytes(StreamNonces.byteCount))
    }

    private static func written(
        _ messages: [[UInt8]],
        on nonces: StreamNonces,
        _ cipher: SummingCipher?
    ) -> [UInt8] {
        let handler = MessageSender(from: sender, to: recipient, on: nonces, cipher) { sender in
            for message in messages { _ = sender.send(message) }
            sender.flush()
        }
        let channel = EmbeddedChannel(handler: handler)
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        var bytes: [UInt8] = []
        while let next = try? channel.readOutbound(as: ByteBuffer.self) { bytes += next.readableBytesView }
        return bytes
    }

    private static func heard(
        _ pieces: [ArraySlice<UInt8>],
        on nonces: StreamNonces,
        _ cipher: SummingCipher?
    ) -> Heard {
        var heard = Heard()
        let handler = MessageReceiver(for: recipient, on: nonces, cipher) { sender in
            heard.sender = sender
            return true
        } take: { message, _ in
            heard.messages.append(message)
        } refused: {
            heard.refusals += 1
        }
        let channel = EmbeddedChannel(handler: handler)
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        for piece in pieces { _ = try? channel.writeInbound(ByteBuffer(bytes: piece)) }
        return heard
    }
}
