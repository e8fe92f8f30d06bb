internal import Cryptography
internal import MySQLWire

/// The sidecar's RSA key for passwords on connections without TLS. Made at each start and kept in memory alone.
struct PasswordKeys: PasswordCipher, Sendable {
    private let keys: RSAKeyPair

    /// - Throws: `CryptographyError` if OpenSSL cannot make a key.
    init() throws(CryptographyError) {
        keys = try RSAKeyPair.generate(bits: 2_048)
    }

    var publicKey: [UInt8] { keys.publicKeyPEM }

    func decrypt(_ ciphertext: [UInt8], scramble: [UInt8]) -> [UInt8]? {
        try? keys.decryptPassword(ciphertext, scramble: scramble)
    }

    func encrypt(password: [UInt8], scramble: [UInt8], publicKey: [UInt8]) -> [UInt8]? {
        guard let key = try? RSAPublicKey(pem: publicKey) else { return nil }
        return try? key.encrypt(password: password, scramble: scramble)
    }
}
