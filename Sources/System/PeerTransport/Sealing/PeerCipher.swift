package import ClusterModel

/// Seals and opens datagrams and parts of streams between sidecars; the keys and the algorithm are the daemon's affair.
///
/// Both are called on event loops and must not block.
package protocol PeerCipher: Sendable {
    /// - Parameters:
    ///   - sender: authenticated with the message, like the part that it is and the stream that it is on.
    /// - Returns: the sealed bytes, at most 64 longer than `plaintext`.
    func seal(_ plaintext: [UInt8], by sender: MemberID, as part: SealedPart, on stream: StreamNonces) throws -> [UInt8]

    /// - Returns: the plaintext and who sealed it.
    /// - Throws: `SealFailure` if the bytes were not sealed with a key of ours, as another part, or on another stream.
    func open(_ sealed: [UInt8], as part: SealedPart, on stream: StreamNonces) throws -> OpenedMessage
}

/// What a sealed message is for: one cannot be replayed as another.
package enum SealedPart: UInt8, Sendable, CaseIterable {
    case datagram = 1
    /// The length of a frame.
    case frameLength = 2
    case request = 3
    case reply = 4
    /// The length of a message on a stream of many.
    case messageLength = 5
    case message = 6
}

/// Why a sealed message cannot be opened.
package enum SealFailure: Error, Sendable, CaseIterable {
    /// It is not sealed at all, or in a format that is not known.
    case notSealed
    case unknownKey
    /// With a key of ours, but damaged, or for another cluster, part or stream.
    case notAuthentic
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
