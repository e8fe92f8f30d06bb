import MySQLWire
import QueryRouting
import Testing
import TextConversion

/// Statements whose bytes are in another set than UTF-8.
@Suite struct CharacterSetTests {
    private static let classifier = StatementClassifier(
        schema: VirtualSchema(tables: ["CLUSTER", "MEMBERS", "STATUS"])
    )

    /// Bytes of a statement: `<95 5c>` stands for those two.
    private static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "<"), let end = rest.firstIndex(of: UInt8(ascii: ">")) else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest[..<end], as: UTF8.self)
            bytes += digits.split(separator: " ").compactMap { UInt8($0, radix: 16) }
            rest = rest[(end + 1)...]
        }
        return bytes
    }

    private func route(_ statement: String, _ set: ClientCharacterSet) -> Route {
        Self.classifier.route(Self.bytes(statement), in: SessionContext(characterSet: set))
    }

    private func isMixed(_ route: Route) -> Bool {
        if case .mixed = route { true } else { false }
    }

    @Test(
        "a text whose last byte looks like a backslash hides the names behind it",
        arguments: [ClientCharacterSet.gbk, .sjis, .cp932, .gb18030, .big5]
    )
    func trailingBackslash(set: ClientCharacterSet) {
        for character in set == .big5 ? ["<b3 5c>"] : ["<95 5c>", "<e4 5c>"] {
            for statement in [
                "insert into t.g select '\(character)' union select ' , epoch from cluster_schema.cluster -- '",
                "select '\(character)', ' from cluster_schema.cluster -- ' from real_table",
                "select \"\(character)\", \" from cluster_schema.cluster -- \" from real_table",
            ] {
                #expect(route(statement, set) == .server, "\(statement)")
                // In a set of one byte a character the backslash is one.
                #expect(route(statement, .latin1) != .server, "\(statement)")
            }
        }
    }

    @Test("a quoted name whose last byte looks like a backtick goes on", arguments: [ClientCharacterSet.gbk, .sjis])
    func trailingBacktick(set: ClientCharacterSet) {
        #expect(route("select `<95 60>`, ` from cluster_schema.cluster -- ` from t", set) == .server)
        #expect(route("set @`<95 60>, (select 1 from cluster_schema.cluster, ` = 1", set) == .server)
        #expect(isMixed(route("select `<95 60>` from t, cluster_schema.cluster", set)))
    }

    @Test(
        "a statement with bytes that are no character is the server's, unless it cannot be",
        arguments: [ClientCharacterSet.gbk, .big5, .sjis, .cp932, .gb18030]
    )
    func illFormed(set: ClientCharacterSet) {
        let statement = "insert into t select '<81 20>', epoch from cluster_schema.cluster"
        #expect(route(statement, set) == .server)
        let context = SessionContext(isVirtualSchemaSelected: true, characterSet: set)
        guard case .refuse(let error) = Self.classifier.route(Self.bytes(statement), in: context) else {
            Issue.record("not refused")
            return
        }
        #expect(error.errno == 1300)
    }

    @Test(
        "bytes outside of quotes that may be blanks or marks leave the statement to the server",
        arguments: [
            ("select 1<a0>from t, cluster_schema.cluster", ClientCharacterSet.latin1),
            ("select 1 --<a0> ' \n from t, cluster_schema.cluster -- '", .latin1),
            ("select 1 <ff> from t, cluster_schema.cluster <ff>", .armscii8),
            ("select 1 [ from t, cluster_schema.cluster", .swe7),
            ("select 1 <a1> from t, cluster_schema.cluster", .sjis),
        ]
    )
    func marks(statement: String, set: ClientCharacterSet) {
        #expect(route(statement, set) == .server)
    }

    @Test("letters of the set are names")
    func letters() {
        #expect(isMixed(route("select a as gr<f6 df>e from t, cluster_schema.cluster", .latin1)))
        #expect(isMixed(route("select a <ed cc> from t, cluster_schema.cluster", .koi8r)))
        #expect(isMixed(route("select a <d6 d0> from t, cluster_schema.cluster", .gbk)))
    }

    @Test("a comment begins behind -- with any control character")
    func deleteCharacter() {
        #expect(route("select 1 --<7f> '\n union select ' from cluster_schema.cluster, t -- '", .utf8mb4) == .server)
    }

    @Test("what only some servers read as a comment is read by none of them in part")
    func conditionalComments() {
        #expect(route("select /*!99999 ' */ 'a from cluster_schema.cluster, t -- '", .utf8mb4) == .server)
        #expect(route("select /*!99999 # */ 1 \n, ' */ from cluster_schema.cluster, t -- '", .utf8mb4) == .server)
        #expect(isMixed(route("select /*!99999 'a', */ 1 from cluster_schema.cluster, t", .utf8mb4)))
    }

    @Test("the bytes of a mixed statement stay as they are")
    func untouched() throws {
        let statement = Self.bytes("insert into t select '<95 5c>', `<95 60>`, 1 from cluster_schema.cluster x, u")
        let context = SessionContext(characterSet: .gbk)
        guard case .mixed(let mixed) = Self.classifier.route(statement, in: context) else {
            Issue.record("not mixed")
            return
        }
        let column = ColumnDefinition(name: "A", type: .longLong, flags: .notNull)
        let rewritten = try mixed.rewritten(with: ["CLUSTER": ResultSet(columns: [column], rows: [])])
        let head = Self.bytes("insert into t select '<95 5c>', `<95 60>`, 1 from ")
        #expect(Array(rewritten.prefix(head.count)) == head)
        #expect(String(decoding: rewritten.suffix(5), as: UTF8.self) == " x, u")
    }

    // MARK: - Transcripts

    @Test(
        "a transcript says the same in UTF-8",
        arguments: [
            ("select '<e9>'", ClientCharacterSet.latin1, "select 'é'"),
            ("select '<80 27 27 5c 27>'", .latin1, "select '€'''''"),
            ("select \"a<5c>n<e9>\" /* <e9> */", .latin1, "select 'a\né' /* ? */"),
            ("select '<95 5c>', \"<95 60>\"", .gbk, "select '昞', '昤'"),
            ("select '<95 5c 5c 27>'", .cp932, "select '表'''"),
            ("select `<81 5f>`", .sjis, "select `\\`"),
            ("select `<ff>`", .armscii8, "select `'`"),
            ("select '|[', a from `x`", .swe7, "select 'öÄ', a from `x`"),
            ("select a as gr<f6>sse, `<f6>``` from t", .latin1, "select a as grösse, `ö``` from t"),
            ("select _latin1'<c3 a9>', _utf8mb4'<c3 a9>'", .utf8mb4, "select 'Ã©', _utf8mb4'é'"),
            (
                "select _latin1'<e9>', _latin1 x'e9', _utf16 0x00e9, _koi8r b'11000001'", .utf8mb4,
                "select 'é', 'é', 'é', 'а'"
            ),
            ("select _utf8mb4'<c3 a9>', _binary'<e9>', _binary'e'", .latin1, "select 'é', _binary x'e9', _binary'e'"),
            ("select N'<e9>', x'e9', 'e'", .latin1, "select N'é', x'e9', 'e'"),
            ("select _nosuch'e', member_name", .latin1, "select _nosuch'e', member_name"),
        ]
    )
    func transcripts(statement: String, set: ClientCharacterSet, expected: String) {
        let bytes = Self.bytes(statement)
        let converter = IconvConverter()
        #expect(StatementTranscript.mayBeNeeded(bytes, in: set))
        let text = StatementTranscript.of(bytes, in: SessionContext(characterSet: set)) { TextCoder($0, converter) }
        #expect(text.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(
        "nothing is transcribed that is not known, or would not come back as it was",
        arguments: [
            ("select '<98>'", ClientCharacterSet.cp1251), ("select @<e9>", .cp1251), ("select '<d0 98>'", .cp1251),
            ("select '<ff>'", .armscii8), ("select '<81 5f>'", .sjis), ("select '<a1 5a>'", .big5),
        ]
    )
    func unknown(statement: String, set: ClientCharacterSet) {
        let converter = IconvConverter()
        let context = SessionContext(characterSet: set)
        #expect(StatementTranscript.of(Self.bytes(statement), in: context) { TextCoder($0, converter) } == nil)
    }

    @Test(
        "SET tells the sets of a session that no server stands behind",
        arguments: [
            ("SET NAMES gbk", CharacterSetChange(client: .gbk, results: .set(.gbk))),
            ("set names 'latin1' collate latin1_bin", CharacterSetChange(client: .latin1, results: .set(.latin1))),
            ("SET CHARACTER SET utf8", CharacterSetChange(client: .utf8mb3, results: .set(.utf8mb3))),
            ("SET autocommit=1, character_set_results = NULL", CharacterSetChange(results: .unconverted)),
            ("SET @@session.character_set_client = 'sjis'", CharacterSetChange(client: .sjis)),
            ("SET SESSION character_set_results := utf16", CharacterSetChange(results: .set(.utf16))),
            ("SET NAMES utf16", nil), ("SET NAMES nosuch", nil), ("SET autocommit=0", nil),
        ] as [(String, CharacterSetChange?)]
    )
    func changes(statement: String, expected: CharacterSetChange?) {
        #expect(CharacterSetChange.of(Array(statement.utf8), in: SessionContext()) == expected)
    }
}
