/// A value of a YAML document. Scalars stay text: their types are the reader's business.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        /// - Parameter isPlain: in no quotes, and no block.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        /// As written, in the order of the text: a key may stand there more than once, and `<<` is a key like others.
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    package var content: Content
    /// Where it begins, counted from 1. What an alias stands for has the line of its anchor.
    package var line: Int
    /// Carries a tag that such a value does not have anyway, for example `!!binary`.
    package var hasForeignTag: Bool

    /// Nothing, `~` or `null`, and not in quotes.
    package var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }
}
