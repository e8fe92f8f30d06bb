internal import ClusterModel
internal import PeerTransport

/// Binds what is sealed to its part, stream, place and sender by a sum, and hides nothing.
struct SummingCipher: PeerCipher {
    private func sum(_ part: SealedPart, _ stream: StreamNonces, _ rest: some Sequence<UInt8>) -> [UInt8] {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        add(part.rawValue)
        for byte in stream.acceptor { add(byte) }
        for byte in stream.opener { add(byte) }
        withUnsafeBytes(of: stream.place ?? .max) { $0.forEach(add) }
        for byte in rest { add(byte) }
        return withUnsafeBytes(of: value) { [UInt8]($0) }
    }

    func seal(_ plaintext: [UInt8], by sender: MemberID, as part: SealedPart, on stream: StreamNonces) -> [UInt8] {
        let rest = sender.bytes + plaintext
        return sum(part, stream, rest) + rest
    }

    func open(_ sealed: [UInt8], as part: SealedPart, on stream: StreamNonces) throws -> OpenedMessage {
        let rest = sealed.dropFirst(8)
        guard sum(part, stream, rest) == Array(sealed.prefix(8)), let sender = MemberID(bytes: rest.prefix(16)) else {
            throw SealFailure.notAuthentic
        }
        return OpenedMessage(sender: sender, bytes: Array(rest.dropFirst(16)))
    }
}
