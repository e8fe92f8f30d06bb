internal import COpenSSL
internal import Glibc

/// Owner of a fresh P-256 key.
///
/// `@unchecked Sendable`: only read after it has been made.
final class SigningKey: @unchecked Sendable {
    let pointer: OpaquePointer

    init() throws {
        guard let key = COpenSSL_EVP_EC_gen("P-256") else { throw TestServerError("OpenSSL makes no P-256 key") }
        pointer = key
    }

    deinit { EVP_PKEY_free(pointer) }

    /// Writes it unencrypted; only the owner can read the file.
    func write(to file: String) throws {
        guard let sink = BIO_new_file(file, "w") else { throw TestServerError("cannot write \(file)") }
        defer { BIO_free(sink) }
        guard PEM_write_bio_PrivateKey(sink, pointer, nil, nil, 0, nil, nil) == 1, chmod(file, 0o600) == 0 else {
            throw TestServerError("cannot write the key to \(file)")
        }
    }
}
