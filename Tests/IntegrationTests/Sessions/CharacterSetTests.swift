import TestServers
import Testing

/// Sessions in all character sets that a client can have, beside the same sessions with the server directly.
@Suite struct CharacterSetTests {
    /// What is asked of both, with the literal in `'…'` put in; the sidecar's gets its virtual table for `app.one`.
    private static func literals(of set: String) -> [[UInt8]] {
        let doubleBytes: [UInt8] = [0x5c, 0x60, 0x7c, 0x40]
        switch set {
        case "utf8mb4", "utf8mb3", "utf8", "binary": return [Array("é日".utf8), Array("''\\'".utf8)]
        case "gbk", "gb18030", "sjis", "cp932", "big5":
            let lead: UInt8 = set == "big5" ? 0xb3 : 0x95
            let plain = doubleBytes.map { [lead, $0] } + [[lead, 0x5c, 0x27, 0x27, lead, 0x60]]
            // sjis has a backslash of its own, and a wide one that texts of other sets get.
            return set == "sjis" ? plain : plain + [[lead, 0x5c, 0x5c, 0x27, lead, 0x60]]
        case "euckr", "gb2312": return [[0xb0, 0xa1], [0xb0, 0xa1, 0x5c, 0x27]]
        case "ujis", "eucjpms": return [[0xb0, 0xa1], [0x8e, 0xb1], [0x8f, 0xb0, 0xa1, 0x27, 0x27]]
        default:
            let low: [[UInt8]] = [Array("''\\\\``[|]~^{}@".utf8)]
            return low + stride(from: 0x80, to: 0x100, by: 16).map { start in (start..<start + 16).map { UInt8($0) } }
        }
    }

    private static func statement(_ text: String, _ literal: [UInt8], table: String) -> [UInt8] {
        let parts = text.replacing("TABLE", with: table).split(separator: "…", omittingEmptySubsequences: false)
        return Array(parts.map { Array($0.utf8) }.joined(separator: literal))
    }

    private static let forBoth = [
        "INSERT INTO app.ROWS SELECT 1, '…', '…', 'cluster_schema'",
        "INSERT INTO app.ROWS SELECT 2, '…', '…', COUNT(*) FROM TABLE, app.one x",
        "INSERT INTO app.ROWS SELECT 3, '…', '…', 1 UNION SELECT 4, 'a', ' , 1 FROM cluster_schema.cluster -- ', 2",
        "INSERT INTO app.ROWS (n, b, s) SELECT 5, `…`.one, '…' FROM TABLE `…`, app.one",
        "SELECT '…' AS x, ' FROM cluster_schema.cluster -- ' AS y FROM app.one",
        "SELECT '…' AS x FROM TABLE",
        "SELECT '…' AS `…` FROM TABLE WHERE '…' = '…'",
        "SELECT CONCAT('a', '…') AS x, 1 AS z FROM TABLE",
        "SELECT _latin1'…' AS x, _utf8mb4 0xC3A9 AS y FROM TABLE",
    ]
    /// Where a text of another set is no longer what it was: binary does not convert it.
    private static let ownTextsOnly: Set = ["sjis", "binary"]

    private func compare(_ set: String, _ direct: RawSession, _ through: RawSession) throws {
        for literal in Self.literals(of: set) {
            for text in Self.forBoth where !text.contains("_latin1") || !Self.ownTextsOnly.contains(set) {
                let isInsert = text.hasPrefix("INSERT")
                let mine = Self.statement(text.replacing("ROWS", with: "direct"), literal, table: "app.one")
                let other = Self.statement(
                    text.replacing("ROWS", with: "through"),
                    literal,
                    table: isInsert && text.contains("`…`") ? "app.one" : "cluster_schema.cluster"
                )
                let expected = try direct.answer(to: mine)
                let answer = try through.answer(to: other)
                let comment = "\(set) \(literal.map { String($0, radix: 16) }) \(text)"
                #expect(answer.errno == expected.errno, "\(comment)")
                #expect(answer.rows == expected.rows, "\(comment)")
                #expect(answer.columns.map(\.name) == expected.columns.map(\.name), "\(comment)")
                #expect(answer.columns.map(\.collation) == expected.columns.map(\.collation), "\(comment)")
            }
        }
    }

    private func prepare(_ cluster: TestCluster) async throws {
        for table in ["direct", "through"] {
            try await cluster.servers[0].execute(
                "CREATE TABLE app.\(table) (n INT, b VARBINARY(60), s VARCHAR(60), x VARCHAR(60)) CHARSET utf8mb4"
            )
        }
        try await cluster.servers[0].execute("CREATE TABLE app.one (one INT)", "INSERT INTO app.one VALUES (1)")
    }

    @Test func `in each set the same bytes are stored and the same answers come`() async throws {
        try await withCluster(nodes: 1) { cluster in
            try await prepare(cluster)
            let (server, sidecar) = (cluster.servers[0].port, cluster.sidecars[0].sqlPort)
            try await onThread {
                let (direct, through) = (try RawSession(port: server), try RawSession(port: sidecar))
                try direct.logIn()
                try through.logIn()
                guard case .rows(let rows) = try direct.query("SHOW CHARACTER SET") else { return }
                let sets = rows.compactMap { $0[0] }
                    .filter { !["ucs2", "utf16", "utf16le", "utf32"].contains($0) }
                #expect(sets.count > 30)
                for set in sets {
                    for session in [direct, through] {
                        #expect(try session.answer(to: "SET NAMES \(set)").errno == 0)
                    }
                    try compare(set, direct, through)
                }
                let stored = "SELECT n, HEX(b), HEX(s), x FROM app.ROWS"
                let expected = try direct.answer(to: stored.replacing("ROWS", with: "direct"))
                #expect(expected.rows.count > 100)
                #expect(try direct.answer(to: stored.replacing("ROWS", with: "through")).rows == expected.rows)
            }
        }
    }

    @Test func `answers come in character_set_results, however it was chosen`() async throws {
        try await withCluster(nodes: 1) { cluster in
            try await prepare(cluster)
            try await cluster.servers[0].execute(
                "CREATE PROCEDURE app.change_results() SET character_set_results = cp1251",
                "CREATE FUNCTION app.change_results_too() RETURNS INT NO SQL BEGIN SET character_set_results = koi8r; RETURN 1; END"
            )
            let (server, sidecar) = (cluster.servers[0].port, cluster.sidecars[0].sqlPort)
            try await onThread {
                let (direct, through) = (try RawSession(port: server), try RawSession(port: sidecar))
                try direct.logIn()
                try through.logIn()
                for change in [
                    "SELECT 1", "SET character_set_results = cp1251", "SET character_set_results = utf16",
                    "SET character_set_results = NULL", "SET character_set_results = binary",
                    "SET CHARACTER SET koi8r", "SET NAMES utf8mb4", "CALL app.change_results()", "SET NAMES utf8mb4",
                    "SELECT app.change_results_too()", "SET NAMES latin1 COLLATE latin1_bin",
                    "PREPARE s FROM 'SET character_set_results = cp866'", "EXECUTE s",
                    "/*!40101 SET NAMES utf8mb3 */", "SET STATEMENT max_statement_time = 9 FOR SELECT 1",
                ] {
                    for session in [direct, through] { #expect(try session.answer(to: change).errno == 0, "\(change)") }
                    // Я, in whatever set the statement is.
                    let text = "SELECT _cp1251 0xDF AS x FROM "
                    let expected = try direct.answer(to: text + "app.one")
                    let answer = try through.answer(to: text + "cluster_schema.cluster")
                    #expect(answer.columns.map(\.name) == expected.columns.map(\.name), "\(change)")
                    if change.contains("NULL") || change.contains("binary") {
                        // Unconverted, a text is in its own set: cp1251 there, utf8mb4 here.
                        #expect(answer.rows == [[2] + Array("Я".utf8)], "\(change)")
                    } else {
                        #expect(answer.rows == expected.rows, "\(change)")
                        #expect(answer.columns == expected.columns, "\(change)")
                    }
                }
            }
        }
    }

    @Test func `the set of a session is that of its login, and of a change of user`() async throws {
        try await withCluster(nodes: 1, configure: { try $1.addTopologyAccount() }) { cluster in
            let sidecar = cluster.sidecars[0].sqlPort
            try await onThread {
                for login in [Login.application, .topology] {
                    let session = try RawSession(port: sidecar)
                    try session.logIn(login, collation: 8)
                    let statement = Array("SELECT '".utf8) + [0xe9] + Array("' AS x FROM cluster_schema.cluster".utf8)
                    let answer = try session.answer(to: statement)
                    #expect(answer.rows == [[1, 0xe9]])
                    #expect(answer.columns.map(\.collation) == [8])
                    #expect(try session.answer(to: "SET NAMES cp1251").errno == 0)
                    #expect(try session.answer(to: statement).columns.map(\.collation) == [51])
                    #expect(try session.changeUser(to: login) == .ok)
                    #expect(try session.answer(to: statement).errno == 1300)
                }
            }
        }
    }
}
