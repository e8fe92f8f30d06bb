internal import COpenSSL

/// The RSA key that a server sends to clients which would tell it their password without TLS.
package struct RSAPublicKey: Sendable {
    /// A PEM text of a 16,384-bit key has under 3,000 bytes.
    private static let maximumPEMByteCount = 16_384
    private static let bits: ClosedRange<Int32> = 1_024...16_384

    private let key: RSAKey

    /// Reads a SubjectPublicKeyInfo in PEM (RFC 7468, section 13).
    ///
    /// - Throws: `malformed` if it is no such text, or a key of another kind or of a length not between 1,024 and 16,384
    ///   bits; `tooLong`.
    package init(pem: [UInt8]) throws(CryptographyError) {
        defer { ERR_clear_error() }
        guard pem.count <= Self.maximumPEMByteCount else { throw .tooLong }
        guard let source = BIO_new(BIO_s_mem()) else { throw .libraryFailure }
        defer { BIO_free(source) }
        guard BIO_write(source, pem, Int32(pem.count)) == Int32(pem.count),
            let pointer = PEM_read_bio_PUBKEY(source, nil, nil, nil)
        else { throw .malformed }
        key = RSAKey(owning: pointer)
        guard EVP_PKEY_get_base_id(pointer) == EVP_PKEY_RSA, Self.bits.contains(EVP_PKEY_get_bits(pointer)) else {
            throw .malformed
        }
    }

    /// The longest plaintext in bytes (RFC 8017, section 7.1.1).
    package var maximumPlaintextByteCount: Int { key.byteCount - 2 * SHA1.byteCount - 2 }

    /// Encrypts by RSAES-OAEP with SHA-1, as MySQL prescribes.
    ///
    /// - Throws: `tooLong`, `libraryFailure`.
    package func encrypt(_ plaintext: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard plaintext.count <= maximumPlaintextByteCount else { throw .tooLong }
        return try key.apply(.encrypt, to: plaintext)
    }

    /// What a client of caching_sha2_password or sha256_password sends in full authentication without TLS.
    ///
    /// - Throws: `tooLong` if the key is too short for the password, `libraryFailure`.
    package func encrypt(password: [UInt8], scramble: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try encrypt(PasswordObfuscation.obfuscate(password: password, scramble: scramble))
    }
}
