/// Reads a statement's tokens from left to right. All reading beyond the end gives nothing.
struct TokenCursor {
    let statement: TokenizedStatement
    private let end: Int
    private(set) var index: Int

    init(_ statement: TokenizedStatement, _ range: Range<Int>) {
        self.statement = statement
        self.index = range.lowerBound
        self.end = range.upperBound
    }

    var isAtEnd: Bool { index >= end }

    /// The token so far ahead; nil beyond the end.
    func peek(_ offset: Int = 0) -> SQLToken? {
        index + offset < end ? statement.tokens[index + offset] : nil
    }

    func isWord(_ word: String, at offset: Int = 0) -> Bool {
        peek(offset).map { statement.isWord($0, word) } ?? false
    }

    func isSymbol(_ symbol: String, at offset: Int = 0) -> Bool {
        peek(offset).map { statement.isSymbol($0, symbol) } ?? false
    }

    /// The mark of one byte so far ahead; nil for anything else.
    func mark(at offset: Int = 0) -> UInt8? {
        guard let token = peek(offset), token.kind == .symbol, token.end == token.start + 1 else { return nil }
        return statement.bytes[token.start]
    }

    /// The unquoted word here in lower case; empty if there is none.
    var word: String { peek().map { statement.word($0) } ?? "" }

    /// The text from here to the end.
    var rest: String {
        guard let first = peek(), end > index else { return "" }
        let bytes = statement.bytes[first.start..<statement.tokens[end - 1].end]
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func skip(_ count: Int = 1) { index = min(end, index + count) }

    mutating func takeWord(_ word: String) -> Bool {
        guard isWord(word) else { return false }
        index += 1
        return true
    }

    /// Takes whichever of the words stands here.
    mutating func takeWord(of words: [String]) -> String? {
        for word in words where takeWord(word) { return word }
        return nil
    }

    mutating func takeSymbol(_ symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        index += 1
        return true
    }

    mutating func takeString() -> String? {
        guard let text = peek().flatMap({ statement.text($0) }) else { return nil }
        index += 1
        return text
    }

    /// The same as bytes of the statement's character set.
    mutating func takeContent() -> [UInt8]? {
        guard let content = peek().flatMap({ statement.content($0) }) else { return nil }
        index += 1
        return content
    }

    mutating func takeName() -> String? {
        guard let name = peek().flatMap({ statement.name($0) }) else { return nil }
        index += 1
        return name
    }

    /// `table` or `schema.table`.
    mutating func takeTableName() -> TableName? {
        guard let first = takeName() else { return nil }
        guard isSymbol("."), let second = peek(1).flatMap({ statement.name($0) }) else {
            return TableName(table: first)
        }
        index += 2
        return TableName(schema: first, table: second)
    }

    /// From an opening parenthesis to behind its closing one; does nothing elsewhere.
    mutating func skipParentheses() {
        guard isSymbol("(") else { return }
        var depth = 0
        while !isAtEnd {
            if isSymbol("(") { depth += 1 }
            if isSymbol(")") { depth -= 1 }
            index += 1
            if depth == 0 { return }
        }
    }
}
