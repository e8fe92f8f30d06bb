/// Why bytes are not what they should be.
package enum DecodingFailure: Error, Equatable, Sendable {
    /// They end before their own lengths say so.
    case truncated
    /// A kind, a count or a number that has no meaning, or bytes behind the end.
    case malformed
    /// Written in a version that this one cannot read.
    case unknownVersion(UInt8)
}
