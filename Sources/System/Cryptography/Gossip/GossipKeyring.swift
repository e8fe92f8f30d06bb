/// The keys that gossip is encrypted with: the first one encrypts, all of them decrypt. So a key is exchanged without
/// a gap by adding the new one at the end everywhere, then moving it to the front everywhere, then removing the old.
///
/// A sealed message is
/// ```
/// version (1 byte) | key id (4) | sender (16) | nonce (12) | ciphertext | tag (16)
/// ```
/// where the key id is the beginning of the SHA-256 of the key, and the sender a member's identity: addresses may be
/// translated on the way, so they bind nothing. Version, key id and sender are authenticated too. (Version 1 had no
/// sender and is not read.)
package struct GossipKeyring: Sendable {
    /// How many bytes a sealed message is longer than its plaintext.
    package static let overheadByteCount = headerByteCount + AEAD.nonceByteCount + AEAD.tagByteCount
    /// A ring is as long as a rotation needs; many more keys are a mistake.
    package static let maximumKeyCount = 16

    private static let formatVersion: UInt8 = 2
    private static let headerByteCount = 1 + KeyID.byteCount + GossipSender.byteCount

    private struct Entry: Sendable {
        let id: KeyID
        let key: AEAD.Key
    }

    /// The first 4 bytes of the key's SHA-256: tells keys apart and gives none away.
    private struct KeyID: Hashable, Sendable {
        static let byteCount = 4
        let bytes: [UInt8]

        init(of key: AEAD.Key) { bytes = Array(SHA256.digest(key.bytes).prefix(Self.byteCount)) }
        init(_ bytes: ArraySlice<UInt8>) { self.bytes = Array(bytes) }
    }

    private let first: Entry
    private let others: [Entry]

    /// How many keys the ring holds; at least one.
    package var keyCount: Int { 1 + others.count }

    /// Reads a key file: one base64 key of 32 bytes a line; empty lines and what follows a `#` do not count.
    ///
    /// - Parameters:
    ///   - text: the file's contents.
    ///   - fileName: for the error's text.
    /// - Throws: `KeyFileError`, which names the line and never shows the key.
    package init(text: [UInt8], fileName: String) throws(KeyFileError) {
        var entries: [(entry: Entry, line: Int)] = []
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let line = index + 1
            let content = bytes.prefix { $0 != UInt8(ascii: "#") }.filter { !Self.isBlank($0) }
            if content.isEmpty { continue }
            guard let decoded = Base64.decode(content), let key = AEAD.Key(decoded) else {
                throw KeyFileError(file: fileName, line: line, problem: .notAKey)
            }
            let entry = Entry(id: KeyID(of: key), key: key)
            if let earlier = entries.first(where: { $0.entry.id == entry.id }) {
                throw KeyFileError(file: fileName, line: line, problem: .repeated(firstLine: earlier.line))
            }
            guard entries.count < Self.maximumKeyCount else {
                throw KeyFileError(file: fileName, line: line, problem: .tooMany)
            }
            entries.append((entry, line))
        }
        guard let first = entries.first else { throw KeyFileError(file: fileName, line: nil, problem: .noKey) }
        self.first = first.entry
        self.others = entries.dropFirst().map(\.entry)
    }

    /// A line for a key file: a fresh random key in base64.
    package static func generateKey() -> String {
        Base64.encode(AEAD.Key.random().bytes)
    }

    /// Encrypts with the ring's first key.
    ///
    /// - Parameters:
    ///   - sender: authenticated, and sent in the clear.
    ///   - associatedData: authenticated, not sent; `open` must be given the same.
    /// - Throws: `tooLong`, `libraryFailure`.
    package func seal(
        _ plaintext: [UInt8],
        sender: GossipSender,
        associatedData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        let header = [Self.formatVersion] + first.id.bytes + sender.bytes
        return header + (try AEAD.seal(plaintext, key: first.key, associatedData: header + associatedData))
    }

    /// Decrypts with the key that the message names.
    ///
    /// - Returns: who sealed it, and what.
    /// - Throws: `malformed`, `unknownKey`, `notAuthentic`, `tooLong`, `libraryFailure`.
    package func open(
        _ message: [UInt8],
        associatedData: [UInt8]
    ) throws(CryptographyError) -> (sender: GossipSender, plaintext: [UInt8]) {
        guard message.count >= Self.overheadByteCount, message.first == Self.formatVersion else { throw .malformed }
        let header = message.prefix(Self.headerByteCount)
        let id = KeyID(header.dropFirst().prefix(KeyID.byteCount))
        guard let sender = GossipSender(header.suffix(GossipSender.byteCount)) else { throw .malformed }
        guard let entry = id == first.id ? first : others.first(where: { $0.id == id }) else { throw .unknownKey }
        let sealed = message.dropFirst(Self.headerByteCount)
        return (sender, try AEAD.open(sealed, key: entry.key, associatedData: header + associatedData))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
