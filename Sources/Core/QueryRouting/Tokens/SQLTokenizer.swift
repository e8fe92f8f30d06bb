import MySQLWire

/// Splits a statement into tokens by the lexical rules of MySQL and MariaDB. Any bytes are accepted.
///
/// It reads bytes in the set that the server reads them in, character by character: in some sets a backslash or a
/// backtick is a part of one. Where servers may read them in another way it stops (`Defect.ambiguous`).
///
/// Spaces and comments are left out. What stands in `/*! … */` and `/*M! … */` is code, whatever version number
/// follows: a word there may reach the server, so it must be seen here.
///
/// - Complexity: linear in the statement's length.
package struct SQLTokenizer {
    private let bytes: [UInt8]
    private let mode: LexicalMode
    private let maximumTokens: Int
    private let form: CharacterForm

    private var index = 0
    private var tokens: [SQLToken] = []
    private var isInsideConditionalComment = false
    /// It is code for some servers and a comment for others.
    private var isOfSomeServers = false
    private var defect: TokenizedStatement.Defect?

    /// - Parameter maximumTokens: the statement is cut after so many.
    package static func tokenize(
        _ statement: [UInt8],
        mode: LexicalMode = LexicalMode(),
        maximumTokens: Int = 100_000
    ) -> TokenizedStatement {
        var tokenizer = SQLTokenizer(bytes: statement, mode: mode, maximumTokens: maximumTokens)
        tokenizer.run()
        return TokenizedStatement(
            bytes: statement,
            tokens: tokenizer.tokens,
            mode: mode,
            defect: tokenizer.defect
        )
    }

    private init(bytes: [UInt8], mode: LexicalMode, maximumTokens: Int) {
        self.bytes = bytes
        self.mode = mode
        self.maximumTokens = maximumTokens
        self.form = mode.characterSet.form
    }

    private mutating func run() {
        while defect == nil {
            skipSpacesAndComments()
            guard defect == nil, index < bytes.count else { break }
            guard tokens.count < maximumTokens else {
                defect = .tooManyTokens
                break
            }
            scanToken()
        }
        if isInsideConditionalComment, defect == nil { defect = .unterminated }
    }

    /// The byte so far ahead; 0 beyond the end, which no rule below takes for anything.
    private func peek(_ offset: Int = 0) -> UInt8 {
        index + offset < bytes.count ? bytes[index + offset] : 0
    }

    private mutating func append(_ kind: SQLToken.Kind, from start: Int) {
        tokens.append(SQLToken(kind: kind, start: start, end: index))
    }

    // MARK: Spaces and comments

    private mutating func skipSpacesAndComments() {
        while index < bytes.count {
            let byte = bytes[index]
            if ASCII.isSpace(byte) {
                index += 1
            } else if byte == UInt8(ascii: "#") {
                skipLine()
                if defect != nil { return }
            } else if byte == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-"),
                index + 2 >= bytes.count || peek(2) <= 0x20 || peek(2) >= 0x7f
            {
                // A byte beyond ASCII may be a blank in its set; DEL is a control character and so begins a comment.
                guard peek(2) <= 0x7f || mode.characterSet.isUTF8 else {
                    defect = .ambiguous
                    return
                }
                guard peek(2) <= 0x7f else { return }
                skipLine()
                if defect != nil { return }
            } else if byte == ASCII.slash, peek(1) == ASCII.star {
                skipBlockComment()
                if defect != nil { return }
            } else if isInsideConditionalComment, byte == ASCII.star, peek(1) == ASCII.slash {
                isInsideConditionalComment = false
                index += 2
            } else {
                return
            }
        }
    }

    private mutating func skipLine() {
        let start = index
        while index < bytes.count, bytes[index] != ASCII.newline { index += 1 }
        noteEndOfComment(from: start)
    }

    /// Where a conditional comment is code for some servers only, it ends for others at the first `*/`, even if that is
    /// within a text.
    private mutating func noteEndOfComment(from start: Int) {
        guard isInsideConditionalComment, isOfSomeServers, index - start > 1 else { return }
        for place in start..<min(index, bytes.count) - 1
        where bytes[place] == ASCII.star && bytes[place + 1] == ASCII.slash {
            defect = .ambiguous
            return
        }
    }

    // MARK: Characters

    /// Behind the character at hand, within quotes. Bytes that are none are one each, if that is certain.
    private mutating func skipCharacter() {
        guard bytes[index] >= 0x80, form != .utf8, form != .singleByte else {
            index += 1
            return
        }
        if let length = form.length(of: bytes, at: index) {
            index += length
        } else {
            if form.hidesMarks { defect = .ambiguous }
            index += 1
        }
    }

    /// Behind all that a name may hold, outside of quotes.
    private mutating func skipNameParts() {
        while index < bytes.count, ASCII.isNamePart(bytes[index]) {
            guard bytes[index] >= 0x80, form != .utf8 else {
                index += 1
                continue
            }
            let length = form.length(of: bytes, at: index)
            if length == nil || length == 1 && !mode.characterSet.isNamePart(bytes[index]) { defect = .ambiguous }
            index += length ?? 1
        }
    }

    private mutating func skipBlockComment() {
        let isMariaDBForm = peek(2) | 0x20 == UInt8(ascii: "m") && peek(3) == UInt8(ascii: "!")
        if !isInsideConditionalComment, isMariaDBForm || peek(2) == UInt8(ascii: "!") {
            index += isMariaDBForm ? 4 : 3
            var digits = 0
            while digits < 6, ASCII.isDigit(peek()) {
                index += 1
                digits += 1
            }
            isInsideConditionalComment = true
            isOfSomeServers = isMariaDBForm || digits > 0
            return
        }
        index += 2
        while index < bytes.count {
            if bytes[index] == ASCII.star, peek(1) == ASCII.slash {
                index += 2
                return
            }
            index += 1
        }
        defect = .unterminated
    }

    // MARK: Tokens

    private mutating func scanToken() {
        let start = index
        let byte = bytes[index]
        switch byte {
        case ASCII.singleQuote: scanQuoted(byte, as: .string, from: start)
        case ASCII.doubleQuote: scanQuoted(byte, as: mode.hasANSIQuotes ? .quotedName : .string, from: start)
        case ASCII.backtick: scanQuoted(byte, as: .quotedName, from: start)
        case ASCII.at: scanVariable()
        case UInt8(ascii: "?"):
            index += 1
            append(.parameter, from: start)
        default:
            if ASCII.isDigit(byte) {
                isAfterNameAndDot ? scanWord() : scanNumber()
            } else if byte == ASCII.dot, ASCII.isDigit(peek(1)), !isLastTokenName {
                scanNumber()
            } else if ASCII.isNamePart(byte) {
                scanWordOrPrefixedString()
            } else {
                scanSymbol()
            }
        }
    }

    private var isLastTokenName: Bool {
        tokens.last.map { $0.kind == .word || $0.kind == .quotedName } ?? false
    }

    /// After `name.` digits begin a name too: `t.1st`.
    private var isAfterNameAndDot: Bool {
        guard tokens.count >= 2, let last = tokens.last, last.kind == .symbol, bytes[last.start] == ASCII.dot,
            last.end == index
        else { return false }
        let before = tokens[tokens.count - 2].kind
        return before == .word || before == .quotedName
    }

    /// From the opening quote to the closing one; a doubled quote stands for one, and so does an escaped one.
    private mutating func scanQuoted(_ quote: UInt8, as kind: SQLToken.Kind, from start: Int) {
        let hasEscapes = kind == .string && !mode.hasNoBackslashEscapes
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            if byte == ASCII.backslash, hasEscapes {
                index += 1
                if index < bytes.count { skipCharacter() }
            } else if byte == quote {
                index += 1
                if peek() != quote || index >= bytes.count {
                    append(kind, from: start)
                    noteEndOfComment(from: start)
                    return
                }
                index += 1
            } else {
                skipCharacter()
            }
        }
        index = bytes.count
        defect = defect ?? .unterminated
    }

    private mutating func scanWord() {
        let start = index
        skipNameParts()
        append(.word, from: start)
    }

    private mutating func scanWordOrPrefixedString() {
        let start = index
        if peek(1) == ASCII.singleQuote {
            switch bytes[index] | 0x20 {
            case UInt8(ascii: "x"): return scanPrefixed(as: .hexadecimalString, from: start)
            case UInt8(ascii: "b"): return scanPrefixed(as: .bitString, from: start)
            case UInt8(ascii: "n"): return scanPrefixed(as: .string, from: start)
            default: break
            }
        }
        scanWord()
    }

    private mutating func scanPrefixed(as kind: SQLToken.Kind, from start: Int) {
        index += 1
        // A national string is the string that follows; the digits of the others hold no escapes.
        scanQuoted(ASCII.singleQuote, as: kind, from: kind == .string ? index : start)
    }

    private mutating func scanNumber() {
        let start = index
        if peek() == UInt8(ascii: "0"), peek(1) == UInt8(ascii: "x"), ASCII.isHexadecimal(peek(2)) {
            return scanDigits(as: .hexadecimalNumber, ASCII.isHexadecimal)
        }
        if peek() == UInt8(ascii: "0"), peek(1) == UInt8(ascii: "b"), peek(2) & 0xfe == 0x30 {
            return scanDigits(as: .bitNumber) { $0 & 0xfe == 0x30 }
        }
        while ASCII.isDigit(peek()) { index += 1 }
        var isWhole = true
        if peek() == ASCII.dot {
            isWhole = false
            index += 1
            while ASCII.isDigit(peek()) { index += 1 }
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            let signs = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 1 : 0
            if ASCII.isDigit(peek(1 + signs)) {
                isWhole = false
                index += 1 + signs
                while ASCII.isDigit(peek()) { index += 1 }
            }
        }
        if isWhole, ASCII.isNamePart(peek()), index < bytes.count {
            // A name may begin with digits: `2fa`.
            index = start
            return scanWord()
        }
        append(.number, from: start)
    }

    /// `0x…` and `0b…`; with anything else of a name behind the digits, the whole is a name.
    private mutating func scanDigits(as kind: SQLToken.Kind, _ isDigit: (UInt8) -> Bool) {
        let start = index
        index += 2
        while index < bytes.count, isDigit(bytes[index]) { index += 1 }
        if index < bytes.count, ASCII.isNamePart(bytes[index]) {
            index = start
            return scanWord()
        }
        append(kind, from: start)
    }

    private mutating func scanVariable() {
        let start = index
        if peek(1) == ASCII.at {
            index += 2
            while true {
                if peek() == ASCII.backtick {
                    guard skipQuotedPart() else { return }
                } else {
                    skipNameParts()
                }
                guard peek() == ASCII.dot else { break }
                index += 1
            }
            append(.systemVariable, from: start)
            return
        }
        index += 1
        switch peek() {
        case ASCII.singleQuote, ASCII.doubleQuote, ASCII.backtick:
            guard skipQuotedPart() else { return }
        default:
            while index < bytes.count, ASCII.isNamePart(bytes[index]) || bytes[index] == ASCII.dot {
                if bytes[index] == ASCII.dot { index += 1 } else { skipNameParts() }
            }
        }
        append(.userVariable, from: start)
    }

    /// Skips a quoted name of a variable; false and a defect if it does not end.
    private mutating func skipQuotedPart() -> Bool {
        let (start, quote) = (index, peek())
        index += 1
        while index < bytes.count {
            if bytes[index] == quote {
                index += 1
                noteEndOfComment(from: start)
                return true
            }
            skipCharacter()
        }
        defect = defect ?? .unterminated
        return false
    }

    private mutating func scanSymbol() {
        guard mode.characterSet.isNamePart(bytes[index]) else {
            // A letter in this set.
            defect = .ambiguous
            return
        }
        let start = index
        let (first, second, third) = (peek(), peek(1), peek(2))
        switch (first, second) {
        case (UInt8(ascii: "<"), UInt8(ascii: "=")):
            index += third == UInt8(ascii: ">") ? 3 : 2
        case (UInt8(ascii: "-"), UInt8(ascii: ">")):
            index += third == UInt8(ascii: ">") ? 3 : 2
        case (UInt8(ascii: "<"), UInt8(ascii: ">")), (UInt8(ascii: "<"), UInt8(ascii: "<")),
            (UInt8(ascii: ">"), UInt8(ascii: ">")), (UInt8(ascii: ">"), UInt8(ascii: "=")),
            (UInt8(ascii: "!"), UInt8(ascii: "=")), (UInt8(ascii: ":"), UInt8(ascii: "=")),
            (UInt8(ascii: "&"), UInt8(ascii: "&")), (UInt8(ascii: "|"), UInt8(ascii: "|")):
            index += 2
        default:
            index += 1
        }
        append(.symbol, from: start)
    }
}
