/// The authentication methods whose packets mean something to the sidecar; all others are relayed unread.
package enum AuthenticationMethod: String, Hashable, Sendable {
    case nativePassword = "mysql_native_password"
    case cachingSHA2 = "caching_sha2_password"
    case sha256 = "sha256_password"

    /// The byte by which a client without a secure channel asks for the server's public key.
    var keyRequest: UInt8? {
        switch self {
        case .nativePassword: nil
        case .cachingSHA2: 0x02
        case .sha256: 0x01
        }
    }
}

/// Which of a session's two connections nobody can listen in on, in the eyes of client and server.
package struct ConnectionLegs: Hashable, Sendable {
    /// The client is connected by TLS.
    package var isClientSecure: Bool
    /// mysqld is connected by TLS or by its unix socket.
    package var isServerSecure: Bool
    /// mysqld is connected by TLS: sha256_password, other than caching_sha2_password, wants a password encrypted over
    /// its unix socket as well.
    package var isServerEncrypted: Bool
    /// The client is on this host: some clients (libmariadb 3.3) send a password in clear where TLS was only wished
    /// for, and there it does no harm.
    package var isClientLocal: Bool

    package init(
        isClientSecure: Bool,
        isServerSecure: Bool,
        isServerEncrypted: Bool? = nil,
        isClientLocal: Bool = false
    ) {
        self.isClientSecure = isClientSecure
        self.isServerSecure = isServerSecure
        self.isServerEncrypted = isServerEncrypted ?? isServerSecure
        self.isClientLocal = isClientLocal
    }
}

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
