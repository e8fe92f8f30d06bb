/// The first sieve: whether a statement's bytes hold `cluster_` at all, in any case, also as `cluster\_` of a pattern;
/// or it is SHOW DATABASES, which lists our schema too.
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
        return listsSchemas(statement)
    }

    /// The same for bytes in an array, as `route` is given them.
    package static func isCandidate(_ statement: [UInt8]) -> Bool {
        statement.withUnsafeBytes { isCandidate($0) }
    }

    /// Whether the statement begins with SHOW DATABASES or SHOW SCHEMAS, comments before and between the words aside.
    private static func listsSchemas(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = skipSpace(bytes, from: 0)
        guard isWord("show", bytes, at: index) else { return false }
        index = skipSpace(bytes, from: index + 4)
        return isWord("databases", bytes, at: index) || isWord("schemas", bytes, at: index)
    }

    private static func isWord(_ word: StaticString, _ bytes: UnsafeRawBufferPointer, at index: Int) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - index >= count else { return false }
        for offset in 0..<count where bytes[index + offset] | 0x20 != word.utf8Start[offset] { return false }
        return true
    }

    /// Behind blanks and comments.
    private static func skipSpace(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            if ASCII.isSpace(bytes[index]) {
                index += 1
            } else if index + 1 < bytes.count, bytes[index] == ASCII.slash, bytes[index + 1] == ASCII.star {
                index += 2
                while index + 1 < bytes.count, bytes[index] != ASCII.star || bytes[index + 1] != ASCII.slash {
                    index += 1
                }
                index += 2
            } else {
                return index
            }
        }
        return index
    }

    private static func isCluster(_ bytes: UnsafeRawBufferPointer, before underscore: Int) -> Bool {
        let end = bytes[underscore - 1] == ASCII.backslash ? underscore - 1 : underscore
        guard end >= 7 else { return false }
        // Setting bit 5 turns upper case into lower case and no other byte into one of these letters.
        return bytes[end - 1] | 0x20 == UInt8(ascii: "r")
            && bytes[end - 2] | 0x20 == UInt8(ascii: "e")
            && bytes[end - 3] | 0x20 == UInt8(ascii: "t")
            && bytes[end - 4] | 0x20 == UInt8(ascii: "s")
            && bytes[end - 5] | 0x20 == UInt8(ascii: "u")
            && bytes[end - 6] | 0x20 == UInt8(ascii: "l")
            && bytes[end - 7] | 0x20 == UInt8(ascii: "c")
    }
}
