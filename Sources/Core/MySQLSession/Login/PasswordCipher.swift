/// RSA for passwords on a connection without TLS (MySQL: "Caching_sha2_password information"). All of it takes from a
/// fraction of a millisecond to a second: not for an event loop.
package protocol PasswordCipher {
    /// The sidecar's own public key, in PEM; nil if none can be made.
    var publicKey: [UInt8]? { get }

    /// A password that a client encrypted by the sidecar's key.
    ///
    /// - Returns: the password without its closing NUL; nil if it was not made with this key and scramble.
    func decrypt(_ ciphertext: [UInt8], scramble: [UInt8]) -> [UInt8]?

    /// - Parameter publicKey: the server's, in PEM.
    /// - Returns: nil if the key is none, or too short.
    func encrypt(password: [UInt8], scramble: [UInt8], publicKey: [UInt8]) -> [UInt8]?
}

/// What a login waits for from a `PasswordCipher`.
package enum CipherRequest: Hashable, Sendable {
    case publicKey
    case decryption([UInt8], scramble: [UInt8])
    case encryption(password: [UInt8], scramble: [UInt8], publicKey: [UInt8])
}

extension PasswordCipher {
    package func answer(_ request: CipherRequest) -> [UInt8]? {
        switch request {
        case .publicKey: publicKey
        case .decryption(let ciphertext, let scramble): decrypt(ciphertext, scramble: scramble)
        case .encryption(let password, let scramble, let publicKey):
            encrypt(password: password, scramble: scramble, publicKey: publicKey)
        }
    }
}
