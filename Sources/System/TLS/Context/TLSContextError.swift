/// Why certificates and keys could not be loaded. One line for the operator, which shows nothing of a key.
package enum TLSContextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The operating system's reason.
    case unreadable(file: String, reason: String)
    /// The library's reason.
    case notACertificate(file: String, reason: String)
    case notAnAuthority(file: String, reason: String)
    case notAKey(file: String, reason: String)
    case encryptedKey(file: String)
    case keyMismatch(certificateFile: String, keyFile: String)
    /// `at` as OpenSSL writes a time, for example "Nov 21 08:00:00 2026 GMT".
    case expired(file: String, at: String)
    case notYetValid(file: String, from: String)
    case invalidVersions(TLSVersionRange)
    /// The library refused, for example for want of memory.
    case library(reason: String)

    package var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
        case .notACertificate(let file, let reason): "\(file): no certificate in PEM that can be used: \(reason)"
        case .notAnAuthority(let file, let reason): "\(file): no authorities' certificates in PEM: \(reason)"
        case .notAKey(let file, let reason): "\(file): no private key in PEM that can be used: \(reason)"
        case .encryptedKey(let file): "\(file): the private key is encrypted; store it without a passphrase"
        case .keyMismatch(let certificate, let key): "\(key): is not the key of the certificate in \(certificate)"
        case .expired(let file, let time): "\(file): the certificate expired at \(time)"
        case .notYetValid(let file, let time): "\(file): the certificate is not valid before \(time)"
        case .invalidVersions(let range): "no version of TLS lies between \(range.least) and \(range.most)"
        case .library(let reason): "OpenSSL: \(reason)"
        }
    }
}
