/// The authentication method caching_sha2_password.
///
/// The server stores a salted, slow digest of the password (SHA-256 crypt) and keeps SHA256(SHA256(password)) in memory
/// once it has seen the password itself. A client proves that it knows SHA256(password) by sending it masked with
/// SHA256(SHA256(SHA256(password)) + scramble); a server whose memory has no entry asks for the password by TLS or RSA.
///
/// Sources: MySQL source documentation, "Caching_sha2_password information"; MariaDB, "caching_sha2_password
/// Authentication Plugin".
package enum CachingSHA2Password {
    /// The scramble's length in bytes.
    package static let scrambleByteCount = 20
    /// A client's response and a cache entry have this length in bytes.
    package static let responseByteCount = SHA256.byteCount

    /// What a server sends after it has looked at the response (in an AuthMoreData packet).
    package enum ServerReply: UInt8, Sendable {
        /// The response matched the cache; an OK packet follows.
        case fastAuthenticationSucceeded = 3
        /// The server wants the password itself.
        case fullAuthenticationNeeded = 4
    }

    /// What a client sends to be given the server's RSA key in PEM.
    package static let publicKeyRequest: UInt8 = 2

    /// A client's answer to a scramble; empty for an empty password.
    package static func response(password: [UInt8], scramble: [UInt8]) -> [UInt8] {
        guard !password.isEmpty else { return [] }
        let inner = SHA256.digest(password)
        return masked(inner, with: SHA256.digest(SHA256.digest(inner) + scramble))
    }

    /// SHA256(SHA256(password)): enough to verify a response, not enough to make one.
    package static func cacheEntry(password: [UInt8]) -> [UInt8] {
        SHA256.digest(SHA256.digest(password))
    }

    /// Whether `cacheEntry` was made of this password.
    package static func isEntry(_ cacheEntry: [UInt8], of password: [UInt8]) -> Bool {
        constantTimeEquals(self.cacheEntry(password: password), cacheEntry)
    }

    /// Whether a client that sent `response` knows the password behind `cacheEntry`.
    ///
    /// - Parameters:
    ///   - response: 32 bytes; other lengths are refused, so an empty password needs a case of its own.
    ///   - scramble: the 20 bytes that the client was greeted with, without the closing NUL.
    package static func verify(response: [UInt8], scramble: [UInt8], cacheEntry: [UInt8]) -> Bool {
        guard response.count == responseByteCount, scramble.count == scrambleByteCount,
            cacheEntry.count == SHA256.byteCount
        else { return false }
        let inner = masked(response, with: SHA256.digest(cacheEntry + scramble))
        return constantTimeEquals(SHA256.digest(inner), cacheEntry)
    }

    private static func masked(_ bytes: [UInt8], with mask: [UInt8]) -> [UInt8] {
        zip(bytes, mask).map { $0 ^ $1 }
    }
}
