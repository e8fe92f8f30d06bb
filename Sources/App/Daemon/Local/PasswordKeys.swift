internal import Cryptography
internal import MySQLSession
internal import MySQLWire
internal import Synchronization

/// The sidecar's RSA key for passwords on connections without TLS. Made when a client first asks for it, since that takes
/// longer than all else at a start, and kept in memory alone.
final class PasswordKeys: PasswordCipher, Sendable {
    private let made = Mutex<RSAKeyPair?>(nil)

    var publicKey: [UInt8]? {
        // Whoever asks meanwhile waits for this key.
        try? made.withLock { made in
            let keys = try made ?? RSAKeyPair.generate(bits: 2_048)
            made = keys
            return keys.publicKeyPEM
        }
    }

    func decrypt(_ ciphertext: [UInt8], scramble: [UInt8]) -> [UInt8]? {
        // Without a key nobody has encrypted by it.
        try? made.withLock(\.self)?.decryptPassword(ciphertext, scramble: scramble)
    }

    func encrypt(password: [UInt8], scramble: [UInt8], publicKey: [UInt8]) -> [UInt8]? {
        guard let key = try? RSAPublicKey(pem: publicKey) else { return nil }
        return try? key.encrypt(password: password, scramble: scramble)
    }
}
