import QueryRouting

/// How a column of a SELECT without an alias is named.
enum SelectItemName {
    /// Names longer than this are cut, in bytes.
    private static let maximumBytes = 256

    /// A plain column's own name, a string's text, else the text as typed.
    static func name(of statement: TokenizedStatement, _ range: Range<Int>) -> String {
        let tokens = statement.tokens[range]
        guard let first = tokens.first, let last = tokens.last else { return "" }
        if tokens.allSatisfy({ $0.kind == .string }) {
            return cut(tokens.compactMap { statement.text($0) }.joined())
        }
        if tokens.count == 2, first.kind == .word, last.kind == .string, statement.word(first).hasPrefix("_") {
            return cut(statement.text(last) ?? "")
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
        guard name.utf8.count > maximumBytes else { return name }
        var kept = name.utf8.prefix(maximumBytes)
        while let byte = kept.last, byte & 0xc0 == 0x80 { kept = kept.dropLast() }
        if let byte = kept.last, byte >= 0xc0 { kept = kept.dropLast() }
        return String(decoding: kept, as: UTF8.self)
    }
}
