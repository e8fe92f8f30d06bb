internal import COpenSSL

/// One AES-256-GCM operation in an EVP_CIPHER_CTX.
///
/// Invariants: the context is owned by this object and freed with it; the key and the nonce have the lengths that the
/// cipher reads; GCM is a stream mode, so an update writes exactly as many bytes as it reads, and the final step none.
final class GCMContext {
    enum Direction {
        case encrypt
        case decrypt
    }

    private let context: OpaquePointer
    private let direction: Direction

    init(key: AEAD.Key, nonce: [UInt8], direction: Direction) throws(CryptographyError) {
        guard nonce.count == AEAD.nonceByteCount else { throw .malformed }
        guard let context = EVP_CIPHER_CTX_new() else { throw .libraryFailure }
        self.context = context
        self.direction = direction
        // The cipher's default nonce length is 12, and key.bytes are 32 by AEAD.Key's initializer.
        let status =
            switch direction {
            case .encrypt: EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key.bytes, nonce)
            case .decrypt: EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key.bytes, nonce)
            }
        guard status == 1 else { throw .libraryFailure }
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
        // A refused message leaves entries in this thread's error queue; nobody reads them.
        ERR_clear_error()
    }

    /// Takes data that is authenticated but not encrypted.
    func authenticate(_ data: [UInt8]) throws(CryptographyError) {
        guard !data.isEmpty else { return }
        guard data.count <= AEAD.maximumByteCount else { throw .tooLong }
        var written: Int32 = 0
        // Without an output buffer the bytes count as associated data.
        let status =
            switch direction {
            case .encrypt: EVP_EncryptUpdate(context, nil, &written, data, Int32(data.count))
            case .decrypt: EVP_DecryptUpdate(context, nil, &written, data, Int32(data.count))
            }
        guard status == 1 else { throw .libraryFailure }
    }

    /// - Returns: as many bytes as `input` has.
    func update(_ input: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard !input.isEmpty else { return [] }
        guard input.count <= AEAD.maximumByteCount else { throw .tooLong }
        var output = [UInt8](repeating: 0, count: input.count)
        var written: Int32 = 0
        let status =
            switch direction {
            case .encrypt: EVP_EncryptUpdate(context, &output, &written, input, Int32(input.count))
            case .decrypt: EVP_DecryptUpdate(context, &output, &written, input, Int32(input.count))
            }
        guard status == 1, Int(written) == input.count else { throw .libraryFailure }
        return output
    }

    /// Sets the tag that a decryption must end with.
    func expect(tag: [UInt8]) throws(CryptographyError) {
        var tag = tag
        guard tag.count == AEAD.tagByteCount,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(AEAD.tagByteCount), &tag) == 1
        else { throw .libraryFailure }
    }

    /// Ends the operation; a decryption checks its tag here.
    func finish() throws(CryptographyError) {
        // GCM writes nothing here; the buffer of one block is for the library's contract.
        var block = [UInt8](repeating: 0, count: Int(EVP_MAX_BLOCK_LENGTH))
        var written: Int32 = 0
        switch direction {
        case .encrypt:
            guard EVP_EncryptFinal_ex(context, &block, &written) == 1 else { throw .libraryFailure }
        case .decrypt:
            guard EVP_DecryptFinal_ex(context, &block, &written) == 1 else { throw .notAuthentic }
        }
    }

    /// The tag of a finished encryption.
    func tag() throws(CryptographyError) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: AEAD.tagByteCount)
        guard EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(AEAD.tagByteCount), &tag) == 1 else {
            throw .libraryFailure
        }
        return tag
    }
}
