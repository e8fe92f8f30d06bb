/// The authentication methods whose packets mean something to the sidecar; all others are relayed unread.
package enum AuthenticationMethod: String, Hashable, Sendable {
    case nativePassword = "mysql_native_password"
    case cachingSHA2 = "caching_sha2_password"
    case sha256 = "sha256_password"

    /// The byte by which a client without a secure channel asks for the server's public key.
    package var keyRequest: UInt8? {
        switch self {
        case .nativePassword: nil
        case .cachingSHA2: 0x02
        case .sha256: 0x01
        }
    }
}
