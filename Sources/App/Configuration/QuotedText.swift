/// Text of unknown origin made fit for one line of a message: short, and without control characters.
enum QuotedText {
    private static let maximumCharacterCount = 64

    /// In quotation marks.
    static func quoted(_ text: String) -> String { "\"\(escaped(text, limit: maximumCharacterCount))\"" }

    /// A key as it stands in a path.
    static func key(_ text: String) -> String { escaped(text, limit: maximumCharacterCount) }

    /// Control characters escaped, whole length (for file names, which the system bounds).
    static func escaped(_ text: String, limit: Int = 4096) -> String {
        var result = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == limit { return result + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
