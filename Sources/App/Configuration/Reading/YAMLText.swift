internal import YAML

/// A configuration's text as a tree, and what is wrong with it as an issue.
enum YAMLText {
    /// - Returns: nil for an empty document.
    /// - Throws: the one error of a text that is no YAML. Nothing of the text is in it, which may hold secrets.
    static func parse(_ text: String, fileName: String) throws(ConfigurationIssue) -> YAMLNode? {
        let limits = YAMLDocument.Limits()
        do {
            return try YAMLDocument.parse(Array(text.utf8), limits: limits)
        } catch {
            let message =
                switch error.problem {
                case .invalid(let words): "not valid YAML: \(words)\(hint(line: error.line, text: text))"
                case .tooDeep: "not valid YAML: nested too deeply"
                case .tooManyNodes: "more than \(limits.nodes) values"
                case .tooManyAliases:
                    "more than \(limits.aliases) YAML aliases; write values out, and put one that begins with * in quotes"
                case .outOfMemory: "there is no memory to read it"
                }
            throw ConfigurationIssue(.error, at: .file(fileName, line: error.line), message)
        }
    }

    /// What the writer probably did not know.
    private static func hint(line: Int?, text: String) -> String {
        guard let line, line >= 1 else { return "" }
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), maxSplits: line, omittingEmptySubsequences: false)
        guard line <= lines.count else { return "" }
        let content = Array(lines[line - 1])
        if content.first(where: { $0 != UInt8(ascii: " ") }) == UInt8(ascii: "\t") {
            return "; indent with spaces, not with tabs"
        }
        for (byte, next) in zip(content, content.dropFirst()) where " :,-[".utf8.contains(byte) {
            if next == UInt8(ascii: "*") { return "; a value that begins with * needs quotes" }
            // An IPv6 address such as ::1 in a list of the form [a, b].
            if next == UInt8(ascii: ":"), byte != UInt8(ascii: ":") {
                return "; a value that begins with : needs quotes"
            }
        }
        return ""
    }
}

extension ConfigurationIssue: Error {}
