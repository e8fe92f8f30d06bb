/// Why a session cannot be made or cannot go on. The reasons are OpenSSL's words; no case carries payload.
package enum TLSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The other side's certificate is missing, expired, for another name or not signed by whom it should be.
    case peerNotTrusted(reason: String)
    case handshakeFailed(reason: String)
    /// After the handshake: a record that is not authentic, or an alert of the other side.
    case sessionFailed(reason: String)
    /// The connection ended without the other side's close_notify (RFC 8446, section 6.1): what was received may not
    /// be all that was sent. Most MySQL clients end so; their protocol's own lengths tell whether anything is missing.
    case truncated
    /// The connection ended before the handshake did.
    case closedInHandshake
    /// The client's context verifies names, and no name was given for this session.
    case peerNameMissing
    /// The name cannot be that of a host.
    case invalidPeerName
    /// More was written before the end of the handshake than is kept.
    case tooMuchBeforeHandshake
    /// Something was written after this side had said that it would write no more.
    case outputClosed
    /// The library refused, for example for want of memory.
    case library(reason: String)

    package var description: String {
        switch self {
        case .peerNotTrusted(let reason): "the peer's certificate is refused: \(reason)"
        case .handshakeFailed(let reason): "the TLS handshake failed: \(reason)"
        case .sessionFailed(let reason): "the TLS session failed: \(reason)"
        case .truncated: "the connection ended without the end of the TLS session"
        case .closedInHandshake: "the connection ended during the TLS handshake"
        case .peerNameMissing: "no server name was given to compare the certificate with"
        case .invalidPeerName: "the server name is not one that a certificate can hold"
        case .tooMuchBeforeHandshake: "too much was written before the end of the TLS handshake"
        case .outputClosed: "the TLS session's output is closed"
        case .library(let reason): "OpenSSL: \(reason)"
        }
    }
}
