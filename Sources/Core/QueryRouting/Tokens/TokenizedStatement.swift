import MySQLWire

/// A statement with its tokens.
package struct TokenizedStatement: Sendable {
    /// Why the tokens do not cover the whole statement.
    package enum Defect: Hashable, Sendable {
        /// A string, quoted name or comment does not end.
        case unterminated
        case tooManyTokens
        /// Servers may read it in another way than is done here.
        case ambiguous
    }

    package let bytes: [UInt8]
    package let tokens: [SQLToken]
    package let mode: LexicalMode
    package let defect: Defect?

    init(bytes: [UInt8], tokens: [SQLToken], mode: LexicalMode, defect: Defect?) {
        self.bytes = bytes
        self.tokens = tokens
        self.mode = mode
        self.defect = defect
    }

    /// The bytes of a token as typed, quotes included; bytes that are not UTF-8 are replaced.
    package func source(_ token: SQLToken) -> String {
        String(decoding: bytes[token.start..<token.end], as: UTF8.self)
    }

    /// Whether the token is this unquoted word, in any case. `word` is in lower case.
    package func isWord(_ token: SQLToken, _ word: String) -> Bool {
        token.kind == .word && equals(token.start..<token.end, word)
    }

    /// Whether the token is this name, unquoted or quoted, in any case. `name` is in lower case and holds no quotes.
    package func isName(_ token: SQLToken, _ name: String) -> Bool {
        nameBytes(token).map { equals($0, name) } ?? false
    }

    /// Whether the token is a name that begins with these letters, likewise.
    package func isName(_ token: SQLToken, beginningWith prefix: String) -> Bool {
        guard let bytes = nameBytes(token), bytes.count >= prefix.utf8.count else { return false }
        return equals(bytes.prefix(prefix.utf8.count), prefix)
    }

    private func nameBytes(_ token: SQLToken) -> Range<Int>? {
        switch token.kind {
        case .word: token.start..<token.end
        case .quotedName: token.start + 1..<token.end - 1
        default: nil
        }
    }

    /// Whether a string may be this text, in any case and with backslashes anywhere in it.
    func mayBe(_ token: SQLToken, _ text: String) -> Bool {
        guard token.kind == .string else { return false }
        var rest = text.utf8[...]
        for byte in bytes[token.start + 1..<token.end - 1] where byte != ASCII.backslash {
            guard rest.popFirst() == ASCII.lowercase(byte) else { return false }
        }
        return rest.isEmpty
    }

    package func isSymbol(_ token: SQLToken, _ symbol: String) -> Bool {
        token.kind == .symbol && equals(token.start..<token.end, symbol)
    }

    /// The word in lower case; empty for any other token.
    package func word(_ token: SQLToken) -> String {
        token.kind == .word ? source(token).asciiLowercased : ""
    }

    /// The name that a word or quoted name stands for; nil for other tokens.
    package func name(_ token: SQLToken) -> String? {
        switch token.kind {
        case .word: source(token)
        case .quotedName: String(decoding: unquoted(token), as: UTF8.self)
        default: nil
        }
    }

    /// The text between the quotes of a string, escapes resolved; nil for other tokens.
    ///
    /// `\%` and `\_` keep their backslash, as the servers do: they mean something to LIKE alone.
    package func text(_ token: SQLToken) -> String? {
        content(token).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same as bytes of the statement's character set.
    package func content(_ token: SQLToken) -> [UInt8]? {
        guard token.kind == .string else { return nil }
        guard !mode.hasNoBackslashEscapes, bytes[token.start..<token.end].contains(ASCII.backslash) else {
            return unquoted(token)
        }
        let quote = bytes[token.start]
        var result: [UInt8] = []
        var index = token.start + 1
        while index < token.end - 1 {
            let byte = bytes[index]
            let next = index + 1 < token.end - 1 ? bytes[index + 1] : nil
            if byte == ASCII.backslash, let next {
                let length = characterLength(at: index + 1)
                result += length == 1 ? Self.meaning(ofEscaped: next) : Array(bytes[index + 1..<index + 1 + length])
                index += 1 + length
            } else {
                let length = characterLength(at: index)
                result += bytes[index..<index + length]
                index += byte == quote && next == quote ? 2 : length
            }
        }
        return result
    }

    /// Of a character within a token, in bytes.
    private func characterLength(at index: Int) -> Int {
        bytes[index] < 0x80 ? 1 : mode.characterSet.form.length(of: bytes, at: index) ?? 1
    }

    private static func meaning(ofEscaped byte: UInt8) -> [UInt8] {
        switch byte {
        case UInt8(ascii: "0"): [0x00]
        case UInt8(ascii: "b"): [0x08]
        case UInt8(ascii: "n"): [0x0a]
        case UInt8(ascii: "r"): [0x0d]
        case UInt8(ascii: "t"): [0x09]
        case UInt8(ascii: "Z"): [0x1a]
        case UInt8(ascii: "%"), UInt8(ascii: "_"): [ASCII.backslash, byte]
        default: [byte]
        }
    }

    /// Without the outer quotes, doubled ones made single.
    package func unquoted(_ token: SQLToken) -> [UInt8] {
        let (end, quote) = (token.end - 1, bytes[token.start])
        guard bytes[token.start + 1..<max(token.start + 1, end)].contains(quote) else {
            return Array(bytes[token.start..<token.end].dropFirst().dropLast())
        }
        var result: [UInt8] = []
        var index = token.start + 1
        while index < end {
            let length = characterLength(at: index)
            result += bytes[index..<index + length]
            index += length == 1 && bytes[index] == quote ? 2 : length
        }
        return result
    }

    private func equals(_ range: Range<Int>, _ text: String) -> Bool {
        guard range.count == text.utf8.count else { return false }
        var index = range.lowerBound
        for byte in text.utf8 {
            if ASCII.lowercase(bytes[index]) != byte { return false }
            index += 1
        }
        return true
    }
}
