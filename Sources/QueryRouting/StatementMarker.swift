/// The first sieve: whether a statement's bytes hold `cluster_` at all, in any case.
///
/// It runs over every forwarded statement, so it allocates nothing and looks at little more than one byte in each
/// possible place. What passes is a *candidate*; only `StatementClassifier` knows whether it is about our tables.
package enum StatementMarker {
    /// - Complexity: linear, without allocation.
    package static func isCandidate(_ statement: UnsafeRawBufferPointer) -> Bool {
        let prefixCount = 7  // "cluster"
        guard statement.count > prefixCount else { return false }
        var index = prefixCount
        while index < statement.count {
            // The underscore is rarer in statements than any letter, and the two cases of it are one.
            if statement[index] == UInt8(ascii: "_"), isCluster(statement, before: index) { return true }
            index += 1
        }
        return false
    }

    /// The same for bytes in an array, as `route` is given them.
    package static func isCandidate(_ statement: [UInt8]) -> Bool {
        statement.withUnsafeBytes { isCandidate($0) }
    }

    private static func isCluster(_ bytes: UnsafeRawBufferPointer, before end: Int) -> Bool {
        // Setting bit 5 turns upper case into lower case and no other byte into one of these letters.
        bytes[end - 1] | 0x20 == UInt8(ascii: "r")
            && bytes[end - 2] | 0x20 == UInt8(ascii: "e")
            && bytes[end - 3] | 0x20 == UInt8(ascii: "t")
            && bytes[end - 4] | 0x20 == UInt8(ascii: "s")
            && bytes[end - 5] | 0x20 == UInt8(ascii: "u")
            && bytes[end - 6] | 0x20 == UInt8(ascii: "l")
            && bytes[end - 7] | 0x20 == UInt8(ascii: "c")
    }
}
