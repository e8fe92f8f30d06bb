import QueryRouting

/// How a column of a SELECT is named: by its alias, or as MySQL names a column without one.
enum SelectItemName {
    /// Words that may follow the list of columns.
    static let wordsBehindList: Set<String> = [
        "from", "where", "group", "having", "order", "limit", "union", "except", "intersect", "for", "lock", "into",
        "window", "procedure",
    ]

    /// Names longer than this are cut, in bytes.
    private static let maximumBytes = 256

    /// The name of a column without an alias: a plain column's own, a string's text, else the text as typed.
    static func name(of statement: TokenizedStatement, _ range: Range<Int>) -> String {
        let tokens = statement.tokens[range]
        guard let first = tokens.first, let last = tokens.last else { return "" }
        if tokens.allSatisfy({ $0.kind == .string }) {
            return cut(tokens.compactMap { statement.text($0) }.joined())
        }
        let isColumn = tokens.enumerated().allSatisfy { offset, token in
            offset.isMultiple(of: 2) ? statement.name(token) != nil : statement.isSymbol(token, ".")
        }
        if isColumn, let name = statement.name(last) {
            return tokens.count == 1 && name.asciiLowercased == "null" ? "NULL" : cut(name)
        }
        return cut(String(decoding: statement.bytes[first.start..<last.end], as: UTF8.self))
    }

    private static func cut(_ name: String) -> String {
        name.utf8.count <= maximumBytes ? name : String(decoding: name.utf8.prefix(maximumBytes), as: UTF8.self)
    }

    /// Whether the token is the alias of the column that begins at `itemStart`, with AS or without.
    static func isAlias(in statement: TokenizedStatement, at index: Int, itemStart: Int) -> Bool {
        let tokens = statement.tokens
        guard index > itemStart, tokens.indices.contains(index) else { return false }
        let token = tokens[index]
        let before = tokens[index - 1]
        switch token.kind {
        case .word, .quotedName, .string: break
        default: return false
        }
        if statement.isWord(before, "as") { return true }
        if token.kind == .word {
            let word = statement.word(token)
            if Dialect.keywords.contains(word), !Dialect.keywordsBehindOver.contains(word) { return false }
        }
        // `INTERVAL 1 DAY`
        if index - 2 >= itemStart, statement.isWord(tokens[index - 2], "interval") { return false }

        switch before.kind {
        case .symbol: return statement.isSymbol(before, ")")
        case .string: return token.kind != .string
        case .word:
            let word = statement.word(before)
            if token.kind == .string, word.hasPrefix("_") || ["date", "time", "timestamp"].contains(word) {
                return false
            }
            if ["collate", "div", "mod", "xor", "binary", "interval", "regexp", "rlike", "separator"].contains(word) {
                return false
            }
            return !Dialect.keywords.contains(word) || Dialect.operandWords.contains(word)
        default: return true
        }
    }
}
