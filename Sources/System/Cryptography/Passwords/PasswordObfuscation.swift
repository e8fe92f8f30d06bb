/// The masking of a password with the scramble before it is encrypted by RSA, as caching_sha2_password and
/// sha256_password do it in full authentication.
///
/// The client sends RSA-OAEP(password and a NUL, XOR the 20-byte scramble repeated). Source: MySQL source
/// documentation, "Caching_sha2_password information" (RSA encrypted password); MariaDB, "sha256_password plugin".
package enum PasswordObfuscation {
    /// MySQL's longest password of these methods in bytes, without the NUL.
    package static let maximumPasswordByteCount = 256

    /// What is to be encrypted: the password, a NUL at its end, masked.
    ///
    /// - Parameter scramble: 20 bytes; an empty one masks nothing.
    package static func obfuscate(password: [UInt8], scramble: [UInt8]) -> [UInt8] {
        mask(password + [0], with: scramble)
    }

    /// The password in what a client has sent, after decryption.
    ///
    /// - Returns: the bytes before the NUL at the end; nil if the NUL is missing, if there is another one, or if the
    ///   password is longer than `maximumPasswordByteCount`.
    package static func password(inObfuscated bytes: [UInt8], scramble: [UInt8]) -> [UInt8]? {
        guard bytes.count <= maximumPasswordByteCount + 1 else { return nil }
        let clear = mask(bytes, with: scramble)
        guard clear.last == 0 else { return nil }
        let password = clear.dropLast()
        return password.contains(0) ? nil : Array(password)
    }

    private static func mask(_ bytes: [UInt8], with scramble: [UInt8]) -> [UInt8] {
        guard !scramble.isEmpty else { return bytes }
        return bytes.enumerated().map { $0.element ^ scramble[$0.offset % scramble.count] }
    }
}
