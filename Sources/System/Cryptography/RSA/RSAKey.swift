internal import COpenSSL

/// Owner of an EVP_PKEY that holds an RSA key.
///
/// `@unchecked Sendable`: the key is complete when it gets here and is only read afterwards; OpenSSL guards what it
/// caches inside with locks of its own, and each operation below makes its own EVP_PKEY_CTX.
final class RSAKey: @unchecked Sendable {
    enum Direction {
        case encrypt
        case decrypt
    }

    let pointer: OpaquePointer

    /// - Parameter pointer: its reference is taken over.
    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }

    /// The modulus's length in bytes, which is that of every ciphertext.
    var byteCount: Int { Int(EVP_PKEY_get_size(pointer)) }

    /// RSAES-OAEP with SHA-1 and an empty label (RFC 8017, section 7.1), as MySQL's RSA_PKCS1_OAEP_PADDING.
    ///
    /// - Throws: `libraryFailure`; `notAuthentic` for a ciphertext that this key does not decrypt.
    func apply(_ direction: Direction, to input: [UInt8]) throws(CryptographyError) -> [UInt8] {
        defer { ERR_clear_error() }
        guard let context = EVP_PKEY_CTX_new(pointer, nil) else { throw .libraryFailure }
        defer { EVP_PKEY_CTX_free(context) }
        let isReady =
            switch direction {
            case .encrypt: EVP_PKEY_encrypt_init(context)
            case .decrypt: EVP_PKEY_decrypt_init(context)
            }
        guard isReady == 1, EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1,
            EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha1()) == 1
        else { throw .libraryFailure }
        // No result is longer than the modulus; the library is told the buffer's length and stays within it.
        var output = [UInt8](repeating: 0, count: byteCount)
        var written = output.count
        let status =
            switch direction {
            case .encrypt: EVP_PKEY_encrypt(context, &output, &written, input, input.count)
            case .decrypt: EVP_PKEY_decrypt(context, &output, &written, input, input.count)
            }
        guard status == 1, written <= output.count else {
            throw direction == .decrypt ? .notAuthentic : .libraryFailure
        }
        output.removeLast(output.count - written)
        return output
    }
}
