/// Why a text is no YAML, or more of it than is read.
package struct YAMLError: Error, Hashable {
    package enum Problem: Hashable, Sendable {
        /// In the parser's words, in which nothing of the text is.
        case invalid(String)
        case tooDeep
        case tooManyNodes
        case tooManyAliases
        case outOfMemory
    }

    package var problem: Problem
    /// Counted from 1; nil where no line is known.
    package var line: Int?
}
