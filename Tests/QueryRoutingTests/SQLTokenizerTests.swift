import QueryRouting
import Testing

@Suite("SQLTokenizer")
struct SQLTokenizerTests {
    /// Kinds and sources as one line: `word:SELECT number:1`.
    private func line(_ statement: String, _ mode: LexicalMode = LexicalMode()) -> String {
        let tokenized = SQLTokenizer.tokenize(Array(statement.utf8), mode: mode)
        var parts = tokenized.tokens.map { "\($0.kind):\(tokenized.source($0))" }
        if let defect = tokenized.defect { parts.append("!\(defect)") }
        return parts.joined(separator: " ")
    }

    @Test(
        "splits by MySQL's rules",
        arguments: [
            ("SELECT 1", "word:SELECT number:1"),
            ("", ""),
            (" \t\r\n", ""),
            ("a--b", "word:a symbol:- symbol:- word:b"),
            ("a -- b", "word:a"),
            ("a --\nb", "word:a word:b"),
            ("a --", "word:a"),
            ("a # b\nc", "word:a word:c"),
            ("a/* b */c", "word:a word:c"),
            ("a/*+ HINT(b) */c", "word:a word:c"),
            ("a/*! b */c", "word:a word:b word:c"),
            ("a/*!50000 b */c", "word:a word:b word:c"),
            ("a/*!100100 b */c", "word:a word:b word:c"),
            ("a/*M! b */c", "word:a word:b word:c"),
            ("a/*M!100100 b */c", "word:a word:b word:c"),
            ("/*! a /* b */ c */ d", "word:a word:c word:d"),
            ("/*! a", "word:a !unterminated"),
            ("/* a", "!unterminated"),
            ("a */ b", "word:a symbol:* symbol:/ word:b"),
            ("/*!SELECT '*/' */ 1", "word:SELECT string:'*/' number:1"),
            ("'a'", "string:'a'"),
            ("'a''b'", "string:'a''b'"),
            (#"'a\'b'"#, #"string:'a\'b'"#),
            (#"'a\\' b"#, #"string:'a\\' word:b"#),
            (#"'a\"#, "!unterminated"),
            ("'a", "!unterminated"),
            (#""a""b""#, #"string:"a""b""#),
            ("`a``b`", "quotedName:`a``b`"),
            (#"`a\`b"#, #"quotedName:`a\` word:b"#),
            ("x'1F' X'00'", "hexadecimalString:x'1F' hexadecimalString:X'00'"),
            ("b'01' B'1'", "bitString:b'01' bitString:B'1'"),
            ("N'a'", "string:'a'"),
            ("_utf8'a'", "word:_utf8 string:'a'"),
            ("0x1F 0b01", "hexadecimalNumber:0x1F bitNumber:0b01"),
            ("0x 0xZ 0b2 0x1G", "word:0x word:0xZ word:0b2 word:0x1G"),
            (
                "1 1.5 .5 1. 1e3 1.5e-3 1E+3",
                "number:1 number:1.5 number:.5 number:1. number:1e3 number:1.5e-3 number:1E+3"
            ),
            ("1abc 1e 2fa", "word:1abc word:1e word:2fa"),
            ("a.1b", "word:a symbol:. word:1b"),
            ("a.5", "word:a symbol:. word:5"),
            ("`a`.5e3", "quotedName:`a` symbol:. word:5e3"),
            ("a . b", "word:a symbol:. word:b"),
            (
                "@a @'b c' @`d` @\"e\" @a.b @",
                "userVariable:@a userVariable:@'b c' userVariable:@`d` userVariable:@\"e\" userVariable:@a.b userVariable:@"
            ),
            (
                "@@x @@global.x @@session.`y`",
                "systemVariable:@@x systemVariable:@@global.x systemVariable:@@session.`y`"
            ),
            ("@'a", "!unterminated"),
            (
                "a<=>b<=c>=d<>e!=f:=g&&h||i<<j>>k->l->>m",
                "word:a symbol:<=> word:b symbol:<= word:c symbol:>= word:d symbol:<> word:e symbol:!= word:f symbol::= word:g symbol:&& word:h symbol:|| word:i symbol:<< word:j symbol:>> word:k symbol:-> word:l symbol:->> word:m"
            ),
            ("a;b", "word:a symbol:; word:b"),
            ("?", "parameter:?"),
            ("naïve $x _y", "word:naïve word:$x word:_y"),
            ("\u{0}a", "symbol:\u{0} word:a"),
        ]
    )
    func splits(statement: String, expected: String) {
        #expect(line(statement) == expected)
    }

    @Test("ANSI_QUOTES makes double quotes name identifiers")
    func ansiQuotes() {
        #expect(line("\"a\"\"b\"", LexicalMode(hasANSIQuotes: true)) == "quotedName:\"a\"\"b\"")
    }

    @Test("NO_BACKSLASH_ESCAPES makes a backslash a character")
    func noBackslashEscapes() {
        let mode = LexicalMode(hasNoBackslashEscapes: true)
        #expect(line(#"'a\' b"#, mode) == #"string:'a\' word:b"#)
    }

    @Test(
        "strings mean what MySQL takes them for",
        arguments: [
            (#"'a''b'"#, "a'b"),
            (#"'a\'b'"#, "a'b"),
            (#"'a\nb\tc\\d'"#, "a\nb\tc\\d"),
            (#"'\0\b\r\Z'"#, "\u{0}\u{8}\r\u{1a}"),
            (#"'50\% a\_b'"#, #"50\% a\_b"#),
            (#"'\q'"#, "q"),
            (#""a""b'c""#, #"a"b'c"#),
            (#"'a\'''b'"#, "a''b"),
        ]
    )
    func stringMeaning(source: String, expected: String) throws {
        let statement = SQLTokenizer.tokenize(Array(source.utf8))
        let token = try #require(statement.tokens.first)
        #expect(statement.text(token) == expected)
        #expect(statement.tokens.count == 1)
    }

    @Test("names lose their quotes")
    func names() throws {
        let statement = SQLTokenizer.tokenize(Array("`a``b` cd".utf8))
        #expect(statement.tokens.compactMap { statement.name($0) } == ["a`b", "cd"])
    }

    @Test("a statement of too many tokens is cut")
    func cut() {
        let statement = Array(String(repeating: "a ", count: 200).utf8)
        let tokenized = SQLTokenizer.tokenize(statement, maximumTokens: 100)
        #expect(tokenized.tokens.count == 100)
        #expect(tokenized.defect == .tooManyTokens)
        #expect(SQLTokenizer.tokenize(statement, maximumTokens: 200).defect == nil)
    }

    @Test("no bytes end the process, and tokens lie in order within the statement")
    func randomBytes() {
        var generator = SplitMix(state: 7)
        let pieces = [
            "'", "\"", "`", "\\", "/*", "*/", "/*!", "/*M!", "--", "-- ", "#", "\n", "@", "@@", ".", "0x", "0b", "x'",
            "n'", "1", "e", "+", "cluster_schema", "members", "select", "from", "(", ")", ",", ";", " ", "\u{0}", "é",
            "<", "=", ">", "?", ":=", "with", "join", "as", "union", "show", "columns", "like", "use", "drop", "insert",
        ]
        let classifier = StatementClassifier(schema: VirtualSchema(tables: ["MEMBERS"]))
        var context = SessionContext()
        for round in 0..<100_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int(generator.next() % 24) {
                if generator.next() % 4 == 0 {
                    bytes.append(UInt8(truncatingIfNeeded: generator.next()))
                } else {
                    bytes += pieces[Int(generator.next() % UInt64(pieces.count))].utf8
                    if generator.next() % 3 == 0 { bytes.append(0x20) }
                }
            }
            let mode = LexicalMode(hasANSIQuotes: round % 2 == 0, hasNoBackslashEscapes: round % 3 == 0)
            let statement = SQLTokenizer.tokenize(bytes, mode: mode)
            var end = 0
            for token in statement.tokens {
                guard token.start >= end, token.end > token.start, token.end <= bytes.count else {
                    Issue.record("token \(token) in \(bytes)")
                    return
                }
                end = token.end
                _ = statement.text(token)
                _ = statement.name(token)
            }
            context.hasANSIQuotes = mode.hasANSIQuotes
            context.isVirtualSchemaSelected = round % 5 == 0
            context.authority = round % 7 == 0 ? .sidecar : .server
            _ = classifier.route(bytes, in: context)
        }
    }
}

/// Numbers that look random and are the same in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
