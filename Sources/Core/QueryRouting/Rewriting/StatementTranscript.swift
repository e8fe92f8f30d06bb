package import MySQLWire

/// A statement in UTF-8 that says what one in another character set says.
///
/// Its texts and names are decoded, each from its own set; all else stays. The bytes are never read as UTF-8 before they
/// are tokens: in some sets a byte of a text decodes to a quote, which the servers do not take for one.
package struct StatementTranscript {
    private let statement: TokenizedStatement
    private let coder: (ClientCharacterSet) -> TextCoder
    private let set: ClientCharacterSet
    private var result: [UInt8] = []

    /// Whether a statement may have to be transcribed at all.
    ///
    /// - Complexity: linear, without allocation.
    package static func mayBeNeeded(_ bytes: [UInt8], in set: ClientCharacterSet) -> Bool {
        if !set.holdsASCII { return true }
        var previous: UInt8 = 0x20
        for byte in bytes {
            // The underscore that begins a word may be an introducer's.
            if byte >= 0x80 && !set.isUTF8 || byte == UInt8(ascii: "_") && !ASCII.isNamePart(previous) { return true }
            previous = byte
        }
        return false
    }

    /// - Parameters:
    ///   - bytes: a statement in the context's set.
    ///   - coder: for the texts in a set.
    /// - Returns: nil if it holds something whose meaning is not known here.
    package static func of(
        _ bytes: [UInt8],
        in context: SessionContext,
        coder: @escaping (ClientCharacterSet) -> TextCoder
    ) -> [UInt8]? {
        let statement = SQLTokenizer.tokenize(bytes, mode: LexicalMode(context))
        guard statement.defect == nil else { return nil }
        var transcript = StatementTranscript(statement: statement, coder: coder, set: context.characterSet)
        return transcript.write() ? transcript.result : nil
    }

    private init(
        statement: TokenizedStatement,
        coder: @escaping (ClientCharacterSet) -> TextCoder,
        set: ClientCharacterSet
    ) {
        self.statement = statement
        self.coder = coder
        self.set = set
    }

    private mutating func write() -> Bool {
        var position = 0
        var index = 0
        while index < statement.tokens.count {
            let token = statement.tokens[index]
            appendMeaningless(position..<token.start)
            if let introduced = introduced(at: index) {
                guard writeIntroduced(token, statement.tokens[index + 1], introduced) else { return false }
                index += 1
            } else {
                guard write(token) else { return false }
            }
            position = statement.tokens[index].end
            index += 1
        }
        appendMeaningless(position..<statement.bytes.count)
        return true
    }

    /// Blanks and comments.
    private mutating func appendMeaningless(_ range: Range<Int>) {
        for byte in statement.bytes[range] { result.append(byte < 0x80 ? byte : UInt8(ascii: "?")) }
    }

    private mutating func write(_ token: SQLToken) -> Bool {
        let source = statement.bytes[token.start..<token.end]
        guard !set.isUTF8, !set.holdsASCII || source.contains(where: { $0 >= 0x80 }) else {
            result += source
            return true
        }
        switch token.kind {
        case .string:
            guard let content = statement.content(token), let text = coder(set).decode(content),
                // Some characters are there twice: in an answer it would be the other one.
                coder(set).encode(text) == content
            else { return false }
            writeText(text)
        case .quotedName:
            guard let name = coder(set).decode(statement.unquoted(token)) else { return false }
            SQLName.append(name, to: &result)
        case .word:
            // Decoded to what is no part of a name, it would become another token.
            guard let name = coder(set).decode(Array(source)), name.utf8.allSatisfy(ASCII.isNamePart) else {
                return false
            }
            result += name.utf8
        default:
            guard source.allSatisfy({ $0 < 0x80 }) else { return false }
            result += source
        }
        return true
    }

    private mutating func writeText(_ text: String) {
        result.append(ASCII.singleQuote)
        for byte in text.utf8 {
            let isDoubled =
                byte == ASCII.singleQuote || byte == ASCII.backslash && !statement.mode.hasNoBackslashEscapes
            if isDoubled { result.append(byte) }
            result.append(byte)
        }
        result.append(ASCII.singleQuote)
    }

    // MARK: Introducers

    /// The set that a word before a literal gives to it, if it means something else than without.
    private func introduced(at index: Int) -> ClientCharacterSet? {
        guard index + 1 < statement.tokens.count, statement.tokens[index].kind == .word,
            statement.bytes[statement.tokens[index].start] == UInt8(ascii: "_"),
            let introduced = ClientCharacterSet(named: String(statement.word(statement.tokens[index]).dropFirst()))
        else { return nil }
        let literal = statement.tokens[index + 1]
        switch literal.kind {
        case .string:
            let isPlain = statement.bytes[literal.start..<literal.end].allSatisfy { $0 < 0x80 }
            if introduced.isUTF8, isPlain || set.isUTF8 && introduced != .binary { return nil }
            return introduced
        case .hexadecimalString, .hexadecimalNumber, .bitString, .bitNumber:
            return introduced.isUTF8 ? nil : introduced
        default: return nil
        }
    }

    /// The bytes of such a literal are those of its own set, whatever the statement's is.
    private mutating func writeIntroduced(
        _ word: SQLToken,
        _ literal: SQLToken,
        _ introduced: ClientCharacterSet
    ) -> Bool {
        guard let bytes = statement.content(literal) ?? literalBytes(literal) else { return false }
        if introduced == .binary {
            result += statement.bytes[word.start..<word.end]
            result += " x'".utf8
            for byte in bytes {
                let digits = String(byte, radix: 16)
                result += (digits.utf8.count == 1 ? "0" + digits : digits).utf8
            }
            result.append(ASCII.singleQuote)
            return true
        }
        guard let text = coder(introduced).decode(bytes) else { return false }
        writeText(text)
        return true
    }

    /// The bytes of hexadecimal and bit literals.
    private func literalBytes(_ token: SQLToken) -> [UInt8]? {
        let digits = statement.bytes[token.start..<token.end].dropFirst(2).filter { $0 != ASCII.singleQuote }
        let isBits = token.kind == .bitString || token.kind == .bitNumber
        let width = isBits ? 8 : 2
        let missing = (width - digits.count % width) % width
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        for (place, digit) in (Array(repeating: UInt8(ascii: "0"), count: missing) + digits).enumerated() {
            guard let value = ASCII.hexadecimalValue(digit) else { return nil }
            byte = byte << (isBits ? 1 : 4) | value
            if place % width == width - 1 {
                bytes.append(byte)
                byte = 0
            }
        }
        return bytes
    }
}
