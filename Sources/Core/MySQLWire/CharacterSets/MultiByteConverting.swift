/// Knows the characters of the sets of several bytes a character that are not Unicode's: their tables are not ours.
///
/// Used by one thread.
package protocol MultiByteConverting: AnyObject {
    /// - Parameter character: the bytes of one well-formed character, the first of them highest.
    /// - Returns: nil for a character that Unicode does not have, or whose meaning the servers do not share.
    func scalar(of character: UInt32, in set: ClientCharacterSet) -> Unicode.Scalar?

    /// - Returns: the character's bytes, the first of them highest; nil if the set does not have it.
    func character(of scalar: Unicode.Scalar, in set: ClientCharacterSet) -> UInt32?
}
