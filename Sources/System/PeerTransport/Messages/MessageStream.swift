internal import ClusterModel
internal import NIOCore

/// The frames of a stream that carries messages one way for as long as it lasts.
///
/// Each is sealed for its place in this one stream: what is recorded cannot be played again, neither here nor on another,
/// nor left out or moved without the stream's end. The sender is bound to each; keys may be exchanged between any two.
/// Without keys nothing is sealed, and nobody is vouched for. The first message is a `StreamHello`.
struct MessageStream {
    private let cipher: (any PeerCipher)?
    private let nonces: StreamNonces
    /// Frames so far.
    private(set) var count: UInt64 = 0

    /// A longer message is neither sent nor taken.
    static let maximumBytes = 1024 * 1024

    init(_ nonces: StreamNonces, _ cipher: (any PeerCipher)?) {
        self.nonces = nonces
        self.cipher = cipher
    }

    private var place: StreamNonces { nonces.frame(count) }

    /// - Returns: nil if it is too long or cannot be sealed.
    mutating func seal(_ message: [UInt8], by sender: MemberID) -> ByteBuffer? {
        guard message.count <= Self.maximumBytes else { return nil }
        let place = place
        guard let sealed = seal(message, by: sender, as: .message, at: place),
            let frame = FrameReader.frame(sealed, seal: { seal($0, by: sender, as: .messageLength, at: place) })
        else { return nil }
        count += 1
        return frame
    }

    private func seal(_ bytes: [UInt8], by sender: MemberID, as part: SealedPart, at place: StreamNonces) -> [UInt8]? {
        guard let cipher else { return bytes }
        return try? cipher.seal(bytes, by: sender, as: part, on: place)
    }

    func openLength(_ sealed: [UInt8]) -> [UInt8]? {
        guard let cipher else { return sealed }
        return try? cipher.open(sealed, as: .messageLength, on: place).bytes
    }

    /// - Returns: nil if it was not sealed for this place in this stream.
    mutating func open(_ sealed: [UInt8]) -> OpenedMessage? {
        guard let cipher else {
            count += 1
            return OpenedMessage(sender: nil, bytes: sealed)
        }
        guard let message = try? cipher.open(sealed, as: .message, on: place) else { return nil }
        count += 1
        return message
    }
}
