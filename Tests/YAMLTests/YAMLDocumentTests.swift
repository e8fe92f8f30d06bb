import Testing

@testable import YAML

@Suite struct YAMLDocumentTests {
    private func parse(_ text: String, _ limits: YAMLDocument.Limits = .init()) throws(YAMLError) -> YAMLNode? {
        try YAMLDocument.parse(Array(text.utf8), limits: limits)
    }

    /// The tree on one line: `text@line`, in quotes where the text had some, with `!` before what carries a tag.
    private func spoken(_ node: YAMLNode) -> String {
        let text =
            switch node.content {
            case .scalar(let text, isPlain: true): text
            case .scalar(let text, isPlain: false): "\"\(text)\""
            case .sequence(let items): "[\(items.map(spoken).joined(separator: " "))]"
            case .mapping(let entries): "{\(entries.map { "\(spoken($0)): \(spoken($1))" }.joined(separator: " "))}"
            }
        return "\(node.hasForeignTag ? "!" : "")\(text)@\(node.line)"
    }

    @Test(arguments: [
        ("a: 1\nb:\n  - x\n  - 'y'\n", "{a@1: 1@1 b@2: [x@3 \"y\"@4]@3}@1"),
        ("# first\n\n{a: {b: c}}", "{a@3: {b@3: c@3}@3}@3"),
        ("a: |\n  x\n  y\nb: z", "{a@1: \"x\ny\n\"@1 b@4: z@4}@1"),
        ("a: 1\r\nb: 2\r\n", "{a@1: 1@1 b@2: 2@2}@1"),
        ("\u{feff}a: 1", "{a@1: 1@1}@1"),
        ("a: \"\\0\\u263A\"", "{a@1: \"\u{0}☺\"@1}@1"),
        ("---\na:\n...\n", "{a@2: @2}@2"),
    ])
    func `values come with their lines`(text: String, tree: String) throws {
        #expect(try parse(text).map(spoken) == tree)
    }

    @Test func `a key stands in the tree as often as in the text`() throws {
        #expect(try parse("a: 1\na: 2\n'a': 3").map(spoken) == "{a@1: 1@1 a@2: 2@2 \"a\"@3: 3@3}@1")
    }

    @Test func `an alias is what its anchor last stood for, with that line; a merge key is a key`() throws {
        let text = "a: &x 1\nb: &x [2]\nc: *x\n<<: *x"
        #expect(try parse(text).map(spoken) == "{a@1: 1@1 b@2: [2@2]@2 c@3: [2@2]@2 <<@4: [2@2]@2}@1")
    }

    @Test(arguments: [
        ("!!binary x", "!x@1"), ("!mine [a]", "![a@1]@1"), ("!!set {a}", "!{a@1: @1}@1"), ("!!int 1", "!1@1"),
        ("!!str x", "x@1"), ("!!seq [a]", "[a@1]@1"), ("!!map {a: b}", "{a@1: b@1}@1"), ("! x", "x@1"),
    ])
    func `a tag is told unless such a value has it anyway`(text: String, tree: String) throws {
        #expect(try parse(text).map(spoken) == tree)
    }

    @Test(arguments: [
        ("", true), ("~", true), ("null", true), ("Null", true), ("'null'", false), ("''", false), ("no", false),
    ])
    func `null is what is not there, not what is in quotes`(value: String, isNull: Bool) throws {
        guard case .mapping(let entries) = try parse("a: \(value)")?.content else {
            Issue.record("no mapping")
            return
        }
        #expect(entries.first?.value.isNull == isNull)
    }

    @Test(arguments: ["", "\n\n", "# nothing\n", "\u{feff}"])
    func `a text without a value is no document`(text: String) throws {
        #expect(try parse(text) == nil)
    }

    @Test(arguments: [
        ("a: 1\n b: 2", 2, "mapping values are not allowed in this context"),
        ("a:\n\tb: 1", 2, "found character that cannot start any token"),
        ("a: 'x\nb: 1", 3, "found unexpected end of stream"),
        ("a: 1\nb: *none", 2, "found undefined alias"),
        ("a: &a [*a]", 1, "found undefined alias"),
        ("a: 1\n---\nb: 1", 2, "but found another document"),
        ("a: ä\nb: \u{1}", 2, "control characters are not allowed"),
        ("a: \"\\uD800\"", 1, "found invalid Unicode character escape code"),
    ])
    func `an error has its line`(text: String, line: Int, words: String) {
        #expect(throws: YAMLError(problem: .invalid(words), line: line)) { try parse(text) }
    }

    @Test func `bytes that are no UTF-8 are an error with a line`() {
        for bytes: [UInt8] in [[0xff], [0x61, 0x3a, 0x20, 0xc3], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]] {
            let text = Array("a: 1\n# ".utf8) + bytes
            let error = #expect(throws: YAMLError.self) { try YAMLDocument.parse(text) }
            #expect(error?.line == 2)
        }
    }

    @Test(arguments: ["[", "{a: ", "- ", "? "])
    func `depth has a limit`(opening: String) throws {
        var limits = YAMLDocument.Limits()
        limits.depth = 4
        #expect(try parse(String(repeating: opening, count: 3), limits: limits, closing: opening) != nil)
        #expect(throws: YAMLError(problem: .tooDeep, line: 1)) {
            try parse(String(repeating: opening, count: 100_000), limits)
        }
    }

    private func parse(_ text: String, limits: YAMLDocument.Limits, closing opening: String) throws -> YAMLNode? {
        let closing = ["[": "]", "{a: ": "}"][opening] ?? ""
        return try parse(text + "x" + String(repeating: closing, count: 3), limits)
    }

    @Test func `what aliases stand for counts as often as they do`() {
        var limits = YAMLDocument.Limits()
        limits.nodes = 1000
        limits.aliases = 1000
        let laughs =
            "a: &a [x, x, x, x, x, x, x, x, x]\n"
            + (1..<9).map { level in
                let earlier = level == 1 ? "a" : "b\(level - 1)"
                return "b\(level): &b\(level) [\((0..<9).map { _ in "*\(earlier)" }.joined(separator: ", "))]\n"
            }.joined()
        #expect(throws: YAMLError(problem: .tooManyNodes, line: 4)) { try parse(laughs, limits) }
        limits.aliases = 10
        #expect(throws: YAMLError(problem: .tooManyAliases, line: 3)) { try parse(laughs, limits) }
        limits.nodes = 9
        #expect(throws: YAMLError(problem: .tooManyNodes, line: 5)) {
            try parse("- a\n- b\n- {c: d,\n e: f,\n g: h}", limits)
        }
    }

    /// A generator with a seed, so that a failure can be repeated (xorshift).
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    @Test(arguments: 1...8)
    func `no bytes end the process`(seed: UInt64) {
        let parts: [String] = [
            "a", ": ", "- ", "[", "]", "{", "}", "&x ", "*x", "<<: ", "!!str ", "!<%00> ", "%TAG ! x\n", "? ", "|2\n",
            ">\n",
            "\"", "'", "\\u", "\n", "\n  ", "\t", "#", "---\n", "...\n", ",", "ä", "\u{0}", "\u{2028}", "\u{feff}",
            "\r",
        ]
        var generator = Seeded(state: seed &* 0x9e37_79b9_7f4a_7c15)
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...60, using: &generator) {
                bytes += Array((parts.randomElement(using: &generator) ?? "").utf8)
                if Int.random(in: 0..<20, using: &generator) == 0 {
                    bytes.append(UInt8.random(in: 0...255, using: &generator))
                }
            }
            do {
                _ = try YAMLDocument.parse(bytes)
            } catch {
                #expect(error.problem != .outOfMemory && (error.line ?? 0) >= 1)
            }
        }
    }
}
