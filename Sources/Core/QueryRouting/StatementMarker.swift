/// The first sieve: whether a statement's bytes hold `cluster_` at all, in any case, also as `cluster\_` of a pattern; or
/// a name of the compatibility views that are on; or it is SHOW DATABASES, which lists our schema too, or reads
/// `information_schema.SCHEMATA`.
///
/// It runs over every forwarded statement, so it allocates nothing and looks at little more than one byte in each
/// possible place. What passes is a *candidate*; only `StatementClassifier` knows whether it is about our tables.
package struct StatementMarker: Hashable, Sendable {
    private let looksForAurora: Bool
    private let looksForISIS2: Bool

    /// - Parameter views: those that are on. The names of `router` hold `cluster_` themselves.
    package init(_ views: Set<CompatibilityView> = []) {
        looksForAurora = views.contains(.aurora)
        looksForISIS2 = views.contains(.isis2)
    }

    /// - Complexity: linear, without allocation.
    package func isCandidate(_ statement: UnsafeRawBufferPointer) -> Bool {
        if Self.isCandidate(statement) { return true }
        return (looksForAurora && Self.holdsAurora(statement)) || (looksForISIS2 && Self.holdsISIS2(statement))
    }

    /// The same for bytes in an array, as `route` is given them.
    package func isCandidate(_ statement: [UInt8]) -> Bool {
        statement.withUnsafeBytes { isCandidate($0) }
    }

    /// What a proxy asks of each statement that it forwards: is it a candidate, or a KILL of a session that may be ours?
    package func isCandidate(_ statement: Span<UInt8>) -> Bool {
        statement.withUnsafeBytes { KillStatement.isCandidate($0) || isCandidate($0) }
    }

    // MARK: cluster_

    /// Without the names of compatibility views.
    ///
    /// - Complexity: linear, without allocation.
    package static func isCandidate(_ statement: UnsafeRawBufferPointer) -> Bool {
        let prefixCount = 7  // "cluster"
        guard statement.count > prefixCount else { return false }
        var index = prefixCount
        while index < statement.count {
            // The underscore is rarer in statements than any letter, and the two cases of it are one.
            if statement[index] == UInt8(ascii: "_"),
                isCluster(statement, before: index) || namesSchemata(statement, around: index)
            {
                return true
            }
            index += 1
        }
        return listsSchemas(statement)
    }

    /// `information_schema.SCHEMATA`, with blanks and quotes around the names, if any.
    private static func namesSchemata(_ bytes: UnsafeRawBufferPointer, around underscore: Int) -> Bool {
        guard bytes[underscore - 1] | 0x20 == UInt8(ascii: "n"), holds(bytes, "information", before: underscore),
            holds(bytes, "schema", at: underscore + 1)
        else { return false }
        var index = underscore + 7
        let end = min(bytes.count, index + 8)
        while index < end, !ASCII.isNamePart(bytes[index]) { index += 1 }
        return holds(bytes, "schemata", at: index)
    }

    /// The same for bytes in an array.
    package static func isCandidate(_ statement: [UInt8]) -> Bool {
        statement.withUnsafeBytes { isCandidate($0) }
    }

    /// Whether the statement begins with SHOW DATABASES or SHOW SCHEMAS, comments before and between the words aside.
    private static func listsSchemas(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = skipSpace(bytes, from: 0)
        guard holds(bytes, "show", at: index) else { return false }
        index = skipSpace(bytes, from: index + 4)
        return holds(bytes, "databases", at: index) || holds(bytes, "schemas", at: index)
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

    // MARK: Compatibility views

    /// `replica_host…`, `aurora_…`, `innodb_read…`; an underscore may be escaped, as in a pattern of LIKE.
    private static func holdsAurora(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 6
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "_") {
                let end = bytes[index - 1] == UInt8(ascii: "\\") ? index - 1 : index
                switch bytes[end - 1] | 0x20 {
                case UInt8(ascii: "a"):
                    if holds(bytes, "aurora", before: end) { return true }
                    if holds(bytes, "replica", before: end), holds(bytes, "host", at: index + 1) { return true }
                case UInt8(ascii: "b"):
                    if holds(bytes, "innodb", before: end), holds(bytes, "read", at: index + 1) { return true }
                default: break
                }
            }
            index += 1
        }
        return false
    }

    private static func holdsISIS2(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 4
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "2"), holds(bytes, "isis", before: index), holds(bytes, "is", at: index + 1)
            {
                return true
            }
            index += 1
        }
        return false
    }

    private static func holds(_ bytes: UnsafeRawBufferPointer, _ word: StaticString, before end: Int) -> Bool {
        holds(bytes, word, at: end - word.utf8CodeUnitCount)
    }

    /// - Parameter word: letters in lower case.
    private static func holds(_ bytes: UnsafeRawBufferPointer, _ word: StaticString, at start: Int) -> Bool {
        let count = word.utf8CodeUnitCount
        guard start >= 0, count <= bytes.count - start else { return false }
        for offset in 0..<count where bytes[start + offset] | 0x20 != word.utf8Start[offset] { return false }
        return true
    }
}
