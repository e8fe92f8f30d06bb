/// Routes SHOW VARIABLES that asks for a variable of the compatibility views.
///
/// The answer holds our variables alone, so that only a pattern which no variable of mysqld can match comes here.
struct CompatibilityClassifier {
    let names: CompatibilityNames

    /// - Parameter start: at SHOW.
    /// - Returns: nil for a statement that is none of these.
    func routeShow(_ start: TokenCursor) -> Route? {
        guard !names.shownVariables.isEmpty else { return nil }
        var cursor = start
        guard cursor.takeWord("show") else { return nil }
        _ = cursor.takeWord(of: ["global", "session", "local"])
        guard cursor.takeWord("variables"), cursor.takeWord("like"), let text = cursor.takeString(), cursor.isAtEnd,
            isOursAlone(text), let pattern = LikePattern(text),
            names.shownVariables.contains(where: { pattern.matches($0) })
        else { return nil }
        return .virtual(.showCompatibilityVariables(like: text))
    }

    /// Whether the text may ask for one of our variables; a look at one string, so that few statements go further.
    static func mayConcern(_ statement: TokenizedStatement, _ names: CompatibilityNames) -> Bool {
        guard !names.shownVariables.isEmpty, let first = statement.tokens.first else { return false }
        return statement.isWord(first, "show") && statement.tokens.contains { $0.kind == .string }
    }

    /// With `%` a pattern may match more than one name; none of mysqld's begins with `aurora`.
    private func isOursAlone(_ pattern: String) -> Bool {
        !pattern.contains("%") || pattern.asciiLowercased.hasPrefix("aurora")
    }
}
