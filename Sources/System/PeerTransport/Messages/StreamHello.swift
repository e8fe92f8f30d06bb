internal import ClusterModel

/// The first message of a stream: whom it is from and whom it is for.
/// ```
/// sender's MEMBER_ID (16) | recipient's MEMBER_ID (16)
/// ```
/// Sealed like every other, so that who has opened a stream is known at once, and a stranger as one, however long the first
/// message of the others is in coming. A stream that was led to another member than it was opened for ends with it, where
/// an address has changed hands or somebody passes its bytes on.
struct StreamHello: Equatable {
    static let byteCount = 32

    var sender: MemberID
    var recipient: MemberID
}

extension StreamHello {
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, let sender = MemberID(bytes: bytes.prefix(16)),
            let recipient = MemberID(bytes: bytes.suffix(16))
        else { return nil }
        self.init(sender: sender, recipient: recipient)
    }

    var bytes: [UInt8] { sender.bytes + recipient.bytes }
}
