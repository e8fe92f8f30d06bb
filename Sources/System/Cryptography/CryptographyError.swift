/// Why a cryptographic operation gave no result. No case carries key material or plaintext.
package enum CryptographyError: Error, Hashable, Sendable {
    /// The tag does not match: the key, the associated data or the bytes are not those of the sender.
    case notAuthentic
    /// The message is too short or of another format version.
    case malformed
    /// No key of the ring has the id that the message names.
    case unknownKey
    /// The message is longer than one operation takes.
    case tooLong
    /// The library refused, for example for want of memory.
    case libraryFailure
}
