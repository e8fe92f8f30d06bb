internal import COpenSSL

/// Owner of an SSL_CTX.
///
/// `@unchecked Sendable`: a context is configured by `ContextLoader` before anybody else sees it and never changed
/// afterwards. OpenSSL allows SSL_new from several threads on such a context (openssl-threads(7)); its reference count
/// is atomic, and sessions hold a reference of their own.
final class ContextHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// - Parameter pointer: its reference is taken over.
    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { SSL_CTX_free(pointer) }
}
