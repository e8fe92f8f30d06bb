internal import COpenSSL

/// AES-256-GCM (NIST SP 800-38D) with a 12-byte nonce and a 16-byte tag.
package enum AEAD {
    package static let nonceByteCount = 12
    package static let tagByteCount = 16
    /// One message's limit: packets are far shorter, and the library counts in Int32.
    package static let maximumByteCount = 1 << 30

    /// A 256-bit key. It shows itself in no log: its description is a constant.
    package struct Key: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
        package static let byteCount = 32
        let bytes: [UInt8]

        /// - Parameter bytes: 32 of them; nil for any other count.
        package init?(_ bytes: [UInt8]) {
            guard bytes.count == Self.byteCount else { return nil }
            self.bytes = bytes
        }

        package static func random() -> Key { Key(unchecked: SecureRandom.bytes(byteCount)) }

        private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

        package var description: String { "key" }
        package var customMirror: Mirror { Mirror(self, children: [:]) }
    }

    /// Encrypts under a fresh random nonce.
    ///
    /// - Returns: nonce, ciphertext (as long as the plaintext), tag.
    /// - Throws: `tooLong`, `libraryFailure`.
    package static func seal(
        _ plaintext: [UInt8],
        key: Key,
        associatedData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        let nonce = SecureRandom.bytes(nonceByteCount)
        return nonce + (try encrypt(plaintext, key: key, nonce: nonce, associatedData: associatedData))
    }

    /// Decrypts what `seal` made.
    ///
    /// - Throws: `malformed` if it is shorter than a nonce and a tag, `notAuthentic`, `tooLong`, `libraryFailure`.
    package static func open(
        _ sealed: ArraySlice<UInt8>,
        key: Key,
        associatedData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= nonceByteCount + tagByteCount else { throw .malformed }
        return try decrypt(
            Array(sealed.dropFirst(nonceByteCount)),
            key: key,
            nonce: Array(sealed.prefix(nonceByteCount)),
            associatedData: associatedData
        )
    }

    /// - Parameter nonce: 12 bytes, never used twice under one key.
    /// - Returns: ciphertext and tag.
    static func encrypt(
        _ plaintext: [UInt8],
        key: Key,
        nonce: [UInt8],
        associatedData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        let cipher = try GCMContext(key: key, nonce: nonce, direction: .encrypt)
        try cipher.authenticate(associatedData)
        let ciphertext = try cipher.update(plaintext)
        try cipher.finish()
        return ciphertext + (try cipher.tag())
    }

    /// - Parameter message: ciphertext and tag; at least a tag.
    static func decrypt(
        _ message: [UInt8],
        key: Key,
        nonce: [UInt8],
        associatedData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard message.count >= tagByteCount else { throw .malformed }
        let cipher = try GCMContext(key: key, nonce: nonce, direction: .decrypt)
        try cipher.expect(tag: Array(message.suffix(tagByteCount)))
        try cipher.authenticate(associatedData)
        let plaintext = try cipher.update(Array(message.dropLast(tagByteCount)))
        // The plaintext leaves this function only once the tag has been checked.
        try cipher.finish()
        return plaintext
    }
}
