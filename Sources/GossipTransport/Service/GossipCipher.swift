/// Seals and opens datagrams and stream frames; the keys and the algorithm are the daemon's affair.
///
/// Both are called on the gossip event loop and must not block.
package protocol GossipCipher: Sendable {
    /// - Returns: the sealed bytes, at most `GossipSettings.sealingOverheadBytes` longer than `plaintext`.
    func seal(_ plaintext: [UInt8]) throws -> [UInt8]

    /// - Throws: if the bytes were not sealed with a key of ours.
    func open(_ sealed: [UInt8]) throws -> [UInt8]
}
