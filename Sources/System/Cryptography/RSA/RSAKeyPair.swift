internal import COpenSSL

/// An RSA key of our own, for clients that would tell their password without TLS.
package struct RSAKeyPair: Sendable {
    private static let bits: ClosedRange<Int> = 2_048...8_192

    private let key: RSAKey
    /// The public half as SubjectPublicKeyInfo in PEM (RFC 7468, section 13), as mysqld sends it.
    package let publicKeyPEM: [UInt8]

    /// Makes a fresh one. Takes tenths of a second: once at the start, not on an event loop.
    ///
    /// - Parameter bits: the modulus's length, 2,048 (as mysqld's own) to 8,192.
    /// - Throws: `malformed` for another length, `libraryFailure`.
    package static func generate(bits: Int = 2_048) throws(CryptographyError) -> RSAKeyPair {
        defer { ERR_clear_error() }
        guard Self.bits.contains(bits) else { throw .malformed }
        guard let pointer = COpenSSL_EVP_RSA_gen(UInt32(bits)) else { throw .libraryFailure }
        return try RSAKeyPair(key: RSAKey(owning: pointer))
    }

    private init(key: RSAKey) throws(CryptographyError) {
        guard let sink = BIO_new(BIO_s_mem()) else { throw .libraryFailure }
        defer { BIO_free(sink) }
        guard PEM_write_bio_PUBKEY(sink, key.pointer) == 1 else { throw .libraryFailure }
        var pem = [UInt8](repeating: 0, count: BIO_ctrl_pending(sink))
        guard BIO_read(sink, &pem, Int32(pem.count)) == Int32(pem.count) else { throw .libraryFailure }
        self.key = key
        self.publicKeyPEM = pem
    }

    /// Decrypts RSAES-OAEP with SHA-1.
    ///
    /// - Throws: `malformed` if the ciphertext is not as long as the modulus, `notAuthentic` if it was not made with
    ///   this key, `libraryFailure`.
    package func decrypt(_ ciphertext: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard ciphertext.count == key.byteCount else { throw .malformed }
        return try key.apply(.decrypt, to: ciphertext)
    }

    /// The password in what a client of caching_sha2_password or sha256_password has sent.
    ///
    /// - Throws: as `decrypt(_:)`; `malformed` too if what was encrypted is no password masked with this scramble.
    package func decryptPassword(_ ciphertext: [UInt8], scramble: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard
            let password = PasswordObfuscation.password(inObfuscated: try decrypt(ciphertext), scramble: scramble)
        else { throw .malformed }
        return password
    }
}
