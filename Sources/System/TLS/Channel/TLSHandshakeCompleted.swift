/// The inbound user event that `TLSHandler` fires when the handshake is done, before any plaintext.
package struct TLSHandshakeCompleted: Hashable, Sendable {
    package let version: TLSVersion
    /// OpenSSL's name of the cipher suite.
    package let cipher: String
    /// The subject of the other side's certificate (RFC 2253); nil if it sent none.
    package let peerSubject: String?
}
