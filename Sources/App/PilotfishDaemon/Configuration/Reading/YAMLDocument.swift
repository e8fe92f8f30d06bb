internal import Yams

/// A YAML text as a tree whose nodes know their lines.
///
/// The parser gives up at the first key that stands twice in one place, and tells neither its path nor the second
/// line. So that key's first appearance is renamed in the text, under a mark that no key of ours begins with, and the
/// text is read again: the tree then holds both, and whoever walks it takes the mark off (`YAMLKey`) and compares.
enum YAMLDocument {
    /// An alias may stand for a large value, and aliases of aliases for one that no machine holds. Configurations need
    /// few or none.
    private static let maximumAliasCount = 16
    private static let maximumRepeatedKeyCount = 8
    /// Longer texts are not read again and again.
    private static let maximumRenamingByteCount = 64 * 1024
    private static let repeatedKeyMark = "pilotfish-repeated-key:"

    /// - Returns: nil for an empty document.
    /// - Throws: the one error of a text that is no YAML.
    static func parse(_ text: String, fileName: String) throws(ConfigurationIssue) -> Node? {
        func issue(line: Int?, _ message: String) -> ConfigurationIssue {
            ConfigurationIssue(.error, at: .file(fileName, line: line), message)
        }
        if let line = lineOfExcessiveAlias(text) {
            throw issue(
                line: line,
                "more than \(maximumAliasCount) YAML aliases; write values out, and put one that begins with * in quotes"
            )
        }
        // Some text is always there, and it ends with a line: the parser keeps a pointer into it. A byte order mark is
        // no text.
        var text = (text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text) + "\n"
        for attempt in 0... {
            do {
                return try compose(text)
            } catch {
                guard case .duplicatedKeysInMapping(let keys, let context) = error else {
                    let (line, problem) = describe(error, text: text)
                    throw issue(line: line, "not valid YAML: \(problem)")
                }
                guard attempt < maximumRepeatedKeyCount, text.utf8.count <= maximumRenamingByteCount,
                    let renamed = renamingKey(at: context.mark, in: text),
                    canBeRead(renamed)
                else {
                    let names = keys.prefix(5).map { QuotedText.key(unmarked($0)) }.joined(separator: ", ")
                    throw issue(line: context.mark.line, "\(names): given twice; remove one of the two")
                }
                text = renamed
            }
        }
        return nil
    }

    /// A key without the mark.
    static func unmarked(_ key: String) -> String {
        var key = Substring(key)
        while key.hasPrefix(repeatedKeyMark) { key = key.dropFirst(repeatedKeyMark.count) }
        return String(key)
    }

    private static func compose(_ text: String) throws(YamlError) -> Node? {
        do {
            // Without a resolver's rules every plain value stays text; types are the schema's business. The encoding
            // is named because the default one can be set, noisily, from the environment.
            return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw error
        } catch {
            throw .representer(problem: "unknown error")
        }
    }

    /// Whether a text with a renamed key is still YAML, other repeated keys aside.
    private static func canBeRead(_ text: String) -> Bool {
        do {
            _ = try compose(text)
            return true
        } catch {
            if case .duplicatedKeysInMapping = error { return true }
            return false
        }
    }

    private static func renamingKey(at mark: Mark, in text: String) -> String? {
        guard let start = index(ofLine: mark.line, column: mark.column, in: text) else { return nil }
        var position = start
        let scalars = text.unicodeScalars
        if scalars[position] == "\"" || scalars[position] == "'" { position = scalars.index(after: position) }
        return String(text[..<position]) + repeatedKeyMark + String(text[position...])
    }

    private static func index(ofLine line: Int, column: Int, in text: String) -> String.Index? {
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        var currentLine = 1
        var currentColumn = 1
        while index < scalars.endIndex {
            if currentLine == line, currentColumn == column { return index }
            let scalar = scalars[index]
            index = scalars.index(after: index)
            let isHalfOfLineEnd = scalar == "\r" && index < scalars.endIndex && scalars[index] == "\n"
            if isLineEnd(scalar), !isHalfOfLineEnd {
                currentLine += 1
                currentColumn = 1
            } else {
                currentColumn += 1
            }
        }
        return nil
    }

    /// Line ends as YAML 1.1 counts them.
    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0a, 0x0d, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// The line of the first alias too many, judged by the text alone: a `*` and a letter at the beginning of a value.
    private static func lineOfExcessiveAlias(_ text: String) -> Int? {
        var line = 1
        var count = 0
        var isCommentLine = false
        var isLineBlank = true
        var previous = UInt8(ascii: "\n")
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\n") {
                line += 1
                isCommentLine = false
                isLineBlank = true
            } else if isLineBlank, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") {
                isLineBlank = false
                isCommentLine = byte == UInt8(ascii: "#")
            }
            if byte == UInt8(ascii: "*"), !isCommentLine, " \t\r\n[{,:?-".utf8.contains(previous),
                index + 1 < bytes.count, isWordByte(bytes[index + 1])
            {
                count += 1
                if count > maximumAliasCount { return line }
            }
            previous = byte
        }
        return nil
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

// MARK: - The parser's errors

extension YAMLDocument {
    /// - Returns: the line, counted from 1, and what is wrong; never anything of the text, which may hold secrets.
    private static func describe(_ error: YamlError, text: String) -> (line: Int?, problem: String) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            if problem.hasPrefix("Maximum nesting level") { return (mark.line, "nested too deeply") }
            return (mark.line, problem + hint(line: mark.line, text: text))
        case .reader(let problem, let offset, _, _):
            return (offset.map { lineNumber(ofCharacter: $0, in: text) }, problem)
        case .memory:
            return (nil, "nested too deeply")
        case .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded, .duplicatedKeysInMapping:
            return (nil, "cannot be read")
        }
    }

    /// What the writer probably did not know.
    private static func hint(line: Int, text: String) -> String {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), maxSplits: line, omittingEmptySubsequences: false)
        guard line >= 1, line <= lines.count else { return "" }
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

    private static func lineNumber(ofCharacter offset: Int, in text: String) -> Int {
        1 + text.prefix(max(0, offset)).count { $0 == "\n" || $0 == "\r\n" }
    }
}

extension ConfigurationIssue: Error {}
