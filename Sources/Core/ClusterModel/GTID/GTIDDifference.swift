/// The transactions that one server has and another lacks.
package struct GTIDDifference: Hashable, Sendable {
    /// MySQL: the set of them. MariaDB: the last one of each domain, and how many before it, such as
    /// `0-1-15 and 4 before it`. Empty if there are none.
    package let text: String
    /// Not above 2⁶⁴ − 1. MariaDB: by their numbers, so that it is too great where numbers were left out, and too small where
    /// a domain has split: at least one is missing then.
    package let count: UInt64

    package var isEmpty: Bool { text.isEmpty }
}
