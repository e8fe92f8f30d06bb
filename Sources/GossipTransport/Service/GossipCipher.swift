package import ClusterModel

/// Seals and opens datagrams and parts of streams; the keys and the algorithm are the daemon's affair.
///
/// Both are called on the gossip event loop and must not block.
package protocol GossipCipher: Sendable {
    /// - Parameters:
    ///   - sender: authenticated with the message, like the part that it is.
    /// - Returns: the sealed bytes, at most `GossipSettings.sealingOverheadBytes` longer than `plaintext`.
    func seal(_ plaintext: [UInt8], by sender: MemberID, as part: SealedPart) throws -> [UInt8]

    /// - Returns: the plaintext and who sealed it.
    /// - Throws: if the bytes were not sealed with a key of ours, or as another part.
    func open(_ sealed: [UInt8], as part: SealedPart) throws -> OpenedMessage
}

/// What a sealed message is for: one cannot be replayed as another.
package enum SealedPart: UInt8, Sendable, CaseIterable {
    case datagram = 1
    /// The length of a frame.
    case frameLength = 2
    case request = 3
    case reply = 4
}

package struct OpenedMessage: Equatable, Sendable {
    /// Nil where nothing is encrypted.
    package var sender: MemberID?
    package var bytes: [UInt8]

    package init(sender: MemberID?, bytes: [UInt8]) {
        self.sender = sender
        self.bytes = bytes
    }
}
