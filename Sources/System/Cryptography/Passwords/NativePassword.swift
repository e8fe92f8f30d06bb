/// The authentication method mysql_native_password.
///
/// The server stores SHA1(SHA1(password)). A client proves that it knows SHA1(password) by sending it masked with
/// SHA1(scramble + SHA1(SHA1(password))).
package enum NativePassword {
    /// The scramble's and the response's length in bytes.
    package static let scrambleByteCount = 20

    /// What a server stores for a password: `*` and 40 upper-case hexadecimal digits; empty for an empty password.
    package static func storedHash(_ password: [UInt8]) -> String {
        guard !password.isEmpty else { return "" }
        return "*" + Hexadecimal.upperCase(SHA1.digest(SHA1.digest(password)))
    }

    /// What a server stores for a password, taken as UTF-8.
    package static func storedHash(_ password: String) -> String {
        storedHash(Array(password.utf8))
    }

    /// Whether a text has the form of a stored hash: `*` and 40 hexadecimal digits in either case.
    package static func isStoredHash(_ text: String) -> Bool {
        decode(text) != nil
    }

    /// A client's answer to a scramble; empty for an empty password.
    package static func response(password: [UInt8], scramble: [UInt8]) -> [UInt8] {
        guard !password.isEmpty else { return [] }
        let inner = SHA1.digest(password)
        let mask = SHA1.digest(scramble + SHA1.digest(inner))
        return zip(inner, mask).map { $0 ^ $1 }
    }

    /// Whether a client that sent `response` knows the password behind `storedHash`.
    ///
    /// - Parameters:
    ///   - response: 20 bytes, or none for an empty password. Other lengths are refused.
    ///   - scramble: the 20 bytes that the client was greeted with, without the closing NUL.
    ///   - storedHash: as `storedHash(_:)` gives it; a malformed one is matched by nobody.
    package static func verify(response: [UInt8], scramble: [UInt8], storedHash: String) -> Bool {
        if storedHash.isEmpty { return response.isEmpty }
        guard response.count == SHA1.byteCount, scramble.count == scrambleByteCount, let stored = decode(storedHash)
        else { return false }
        let mask = SHA1.digest(scramble + stored)
        let inner = zip(response, mask).map { $0 ^ $1 }
        return constantTimeEquals(SHA1.digest(inner), stored)
    }

    private static func decode(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard bytes.count == 1 + 2 * SHA1.byteCount, bytes.first == UInt8(ascii: "*") else { return nil }
        return Hexadecimal.decode(bytes.dropFirst())
    }
}
