/// A statement for the virtual tables. (The cases are completed with the classifier.)
package enum VirtualStatement: Hashable, Sendable {
    /// SELECT or WITH over virtual tables, or without any table; the text as the client sent it.
    case select(String)
}
