internal import MySQLWire
internal import QueryRouting

/// Statements made of words of other statements: tokens stay in order and in bounds, and every one has its route.
struct TokenizerTarget: FuzzTarget {
    private let statements: [[UInt8]]
    private let tokens: [[UInt8]]
    private let classifier = StatementClassifier(schema: SessionTarget.schema)
    private let mutator = Mutator()

    init(_ corpus: Corpus) {
        statements = corpus.statements
        tokens =
            Set(
                corpus.statements.flatMap { statement in
                    SQLTokenizer.tokenize(statement).tokens.map { Array(statement[$0.start..<$0.end]) }
                }
            )
            .union(Self.marks.map { Array($0.utf8) })
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static let marks = [
        "/*", "*/", "/*!", "/*M!", "--", "-- ", "#", "\n", "'", "\"", "`", "\\", "''", "``", "@", "@@", "x'", "b'",
        "0x",
        "0b", "1e", ".", ";", "(", ")", "?", "\u{0}", "\u{feff}", "é", "cluster_schema", "cluster_schema.", "CLUSTER_",
        "information_schema.cluster_members", "N'", "_utf8'", ":=", "<=>", "->>", "delimiter", "\u{a0}",
        "information_schema.SCHEMATA",
    ]

    private static let sets = ClientCharacterSet.allCases.filter(\.isForStatements)

    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        var statement: [UInt8] = []
        switch random.below(4) {
        case 0:
            statement = statements[random.below(statements.count)]
            mutator.mutate(&statement, others: statements, using: &random)
        case 1:
            for _ in 0...random.below(40) { appendToken(to: &statement, using: &random) }
        case 2:
            // One construct over and over, up to what a session of the sidecar's own may send: what is not linear
            // shows here.
            var unit: [UInt8] = []
            for _ in 0...random.below(4) { appendToken(to: &unit, using: &random) }
            let bytes = random.once(in: 100) ? 1024 * 1024 : random.below(32 * 1024)
            for _ in 0..<(bytes / unit.count) { statement += unit }
        default:
            let base = statements[random.below(statements.count)]
            for token in SQLTokenizer.tokenize(base).tokens {
                if random.once(in: 8) { appendToken(to: &statement, using: &random) }
                if random.once(in: 12) { continue }
                statement += base[token.start..<token.end]
                if !random.once(in: 10) { statement.append(UInt8(ascii: " ")) }
            }
        }
        return FuzzInput.encode(statement, using: &random)
    }

    private func appendToken(to statement: inout [UInt8], using random: inout FuzzRandom) {
        statement += tokens[random.below(tokens.count)]
        if !random.once(in: 4) { statement.append(UInt8(ascii: " ")) }
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let input = FuzzInput(input)
        var random = input.random
        var mode = LexicalMode(hasANSIQuotes: random.once(in: 2), hasNoBackslashEscapes: random.once(in: 2))
        if random.once(in: 2) { mode.characterSet = Self.sets[random.below(Self.sets.count)] }
        let maximum = random.once(in: 8) ? random.below(20) : 100_000
        let statement = SQLTokenizer.tokenize(input.payload, mode: mode, maximumTokens: maximum)
        try require(statement.tokens.count <= maximum, "more tokens than allowed")
        var end = 0
        for token in statement.tokens {
            try require(
                token.start >= end && token.end > token.start && token.end <= input.payload.count,
                "token \(token) after \(end) of \(input.payload.count) bytes"
            )
            end = token.end
            _ = statement.name(token)
            _ = statement.text(token)
            _ = statement.word(token)
        }
        for authority in [SessionContext.Authority.server, .sidecar] {
            let context = SessionContext(
                authority: authority,
                isVirtualSchemaSelected: random.once(in: 2),
                hasANSIQuotes: mode.hasANSIQuotes,
                hasNoBackslashEscapes: mode.hasNoBackslashEscapes,
                characterSet: mode.characterSet,
                allowsParameters: random.once(in: 2)
            )
            let route = classifier.route(input.payload, in: context)
            // Nobody may be kept from mysqld by a statement that does not name the sidecar's tables.
            if authority == .server, !context.isVirtualSchemaSelected, !StatementMarker.isCandidate(input.payload) {
                try require(route == .server, "routed to \(route) without a marker")
            }
            if authority == .sidecar, case .selectServerSchema = route {
                throw FuzzFailure("a session without mysqld is sent to a schema of mysqld")
            }
            if case .mixed(let mixed) = route { try check(mixed, in: context, of: input.payload) }
        }
    }

    /// mysqld gets the client's bytes in their order, and none of them twice.
    private func check(
        _ mixed: MixedStatement,
        in context: SessionContext,
        of statement: [UInt8]
    ) throws(FuzzFailure) {
        try require(context.authority == .server, "a session without mysqld is sent to it")
        try require(!context.allowsParameters, "the rows of a preparation would be kept")
        try require(
            !mixed.tables.isEmpty || mixed.listsSchemata,
            "nothing to put in"
        )
        try require(mixed.text == statement, "another text")
        var end = 0
        for edit in mixed.edits {
            try require(
                edit.bytes.lowerBound >= end && edit.bytes.upperBound <= statement.count,
                "edit of \(edit.bytes) after \(end) of \(statement.count) bytes"
            )
            end = edit.bytes.upperBound
        }
        let rows = mixed.tables.map { ($0, ResultSet(columns: [], rows: [])) }
        let rewritten = try? mixed.rewritten(with: Dictionary(uniqueKeysWithValues: rows))
        try require(rewritten != nil || mixed.edits.count > 1000, "it could not be rewritten")
    }
}
