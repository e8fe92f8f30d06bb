internal import ClusterModel
internal import MySQLWire
internal import QueryRouting
internal import VirtualTables

/// Queries on the virtual tables: each is answered or refused, in bounded time and memory, with MySQL's errors, and no
/// literal is another one in the answer.
final class SQLTarget: FuzzTarget {
    private let statements: [[UInt8]]
    private let mutator = Mutator()
    private let engine: VirtualTableEngine

    /// What an event loop may be held up for, in nanoseconds of processor time: far more than it is meant to be, since
    /// this may run without optimisation.
    private static let longestBrief: UInt64 = 100_000_000

    init(_ corpus: Corpus) throws {
        statements = corpus.statements
        engine = try VirtualTableEngine(
            sources: VirtualTableSources(
                view: StillView(),
                status: { (0..<40).map { (name: "VARIABLE_\($0)", value: "\($0)") } },
                settings: { [] },
                now: {
                    (
                        MonotonicTime(nanoseconds: FuzzClock.nanoseconds),
                        WallTime(microsecondsSince1970: 1_700_000_000_123_456)
                    )
                }
            ),
            limits: ExecutionLimits(timeMilliseconds: 300)
        )
    }

    /// A cluster of three.
    private struct StillView: ClusterViewSource {
        let generation: UInt64 = 1
        let current = ClusterView(
            clusterName: "fuzz",
            localID: MemberID(high: 0, low: 1),
            topologyVersion: TopologyVersion(rawValue: 3),
            members: (1...3).map { number in
                ClusterView.Member(
                    id: MemberID(high: 0, low: UInt64(number)),
                    role: number == 1 ? .primary : .replica,
                    state: .online,
                    stateSince: WallTime(microsecondsSince1970: 1_600_000_000_000_000),
                    record: MemberRecord(
                        name: "db\(number)",
                        sqlAddress: HostPort(host: "10.0.0.\(number)", port: 6306)
                    )
                )
            },
            events: []
        )
    }

    private enum Kind: UInt8 {
        /// As the grammar makes it: its literals are known.
        case grammar
        case changed
    }

    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        var kind = Kind.grammar
        var statement: [UInt8]
        if random.once(in: 10), !statements.isEmpty {
            kind = .changed
            statement = statements[random.below(statements.count)]
            mutator.mutate(&statement, others: statements, using: &random)
        } else {
            var grammar = SQLGrammar(FuzzRandom(seed: random.next()), budget: 10 + random.below(120))
            statement = Array(grammar.statement().utf8)
            if random.once(in: 4) {
                kind = .changed
                changeTokens(&statement, using: &random)
                if random.once(in: 3) { mutator.mutate(&statement, others: statements, using: &random) }
            }
        }
        return FuzzInput.encode([kind.rawValue] + statement, using: &random)
    }

    /// Tokens are left out, doubled, and put elsewhere.
    private func changeTokens(_ statement: inout [UInt8], using random: inout FuzzRandom) {
        var tokens = SQLTokenizer.tokenize(statement).tokens.map { Array(statement[$0.start..<$0.end]) }
        guard !tokens.isEmpty else { return }
        for _ in 0...random.below(5) where !tokens.isEmpty {
            let at = random.below(tokens.count)
            switch random.below(4) {
            case 0: tokens.remove(at: at)
            case 1: tokens.insert(tokens[at], at: random.below(tokens.count))
            case 2: tokens.swapAt(at, random.below(tokens.count))
            default:
                let end = min(tokens.count, at + 1 + random.below(20))
                tokens.insert(contentsOf: tokens[at..<end], at: random.below(tokens.count))
            }
        }
        statement = Array(tokens.joined(separator: [UInt8(ascii: " ")]))
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let input = FuzzInput(input)
        var random = input.random
        let isChanged = input.payload.first != Kind.grammar.rawValue
        let text = Array(input.payload.dropFirst())
        let context = SessionContext(
            authority: random.once(in: 2) ? .server : .sidecar,
            user: "fuzz",
            host: "localhost",
            serverVersion: random.once(in: 2) ? "10.11.19-MariaDB" : "8.0.36",
            isVirtualSchemaSelected: random.once(in: 4),
            hasANSIQuotes: isChanged && random.once(in: 4),
            hasNoBackslashEscapes: isChanged && random.once(in: 4)
        )
        switch engine.route(text, in: context) {
        case .virtual(let statement): try run(statement, in: context, isChanged: isChanged)
        case .mixed(let mixed): try rewrite(mixed, of: text, in: context)
        default: break
        }
    }

    private func run(
        _ statement: VirtualStatement,
        in context: SessionContext,
        isChanged: Bool
    ) throws(FuzzFailure) {
        var context = context
        for name in engine.variables(of: statement, in: context) { context.variables[name] = .text("v") }
        let engine = engine
        let body = { [context] () throws(SQLError) -> VirtualAnswer in
            _ = engine.readsClientSessions(statement, in: context)
            return try engine.run(statement, parameters: [], in: context)
        }
        let start = FuzzClock.processorNanoseconds
        var outcome = engine.within(.brief, body)
        let took = FuzzClock.processorNanoseconds - start
        try require(took < Self.longestBrief, "an event loop is held up for \(took / 1000) us")
        if case .usedUp = outcome { outcome = engine.within(.full(), body) }
        guard case .ended(let result) = outcome else { throw FuzzFailure("all that is allowed was not enough") }
        switch result {
        case .success(.resultSet(let rows)): try check(rows, isChanged: isChanged)
        case .success(.ok): break
        case .failure(let error):
            try require(error.errno != 1105, "error 1105: \(error.message)")
            if case .select(let text) = statement,
                let mixed = engine.serverStatement(insteadOf: Array(text.utf8), refusedWith: error, in: context)
            {
                try rewrite(mixed, of: mixed.text, in: context)
            }
        }
        if case .ended(.failure(let error)) = engine.within(
            .full(),
            {
                () throws(SQLError) in try engine.describe(statement, in: context)
            }
        ) {
            try require(error.errno != 1105, "error 1105 while it is prepared: \(error.message)")
        }
    }

    private func check(_ result: ResultSet, isChanged: Bool) throws(FuzzFailure) {
        for row in result.rows {
            try require(row.count == result.columns.count, "a row of another width")
            guard !isChanged else { continue }
            for (value, column) in zip(row, result.columns) {
                guard let text = SQLLiteralAlias.text(column.name) else { continue }
                // An outer join may leave it out.
                try require(value == .text(text) || value == .null, "\(value) instead of the literal '\(text)'")
            }
        }
    }

    /// The client's own literals stand in what mysqld gets as they were, in their order.
    private func rewrite(
        _ mixed: MixedStatement,
        of text: [UInt8],
        in context: SessionContext
    ) throws(FuzzFailure) {
        guard let rewritten = try? engine.rewrite(mixed, in: context) else { return }
        let mode = LexicalMode(context)
        var rest = literals(rewritten, mode)[...]
        for literal in literals(text, mode) {
            guard let index = rest.firstIndex(of: literal) else {
                throw FuzzFailure("mysqld does not get \(String(decoding: literal, as: UTF8.self))")
            }
            rest = rest[(index + 1)...]
        }
    }

    private func literals(_ statement: [UInt8], _ mode: LexicalMode) -> [[UInt8]] {
        let tokenized = SQLTokenizer.tokenize(statement, mode: mode)
        return tokenized.tokens.compactMap { token in
            tokenized.text(token) == nil ? nil : Array(statement[token.start..<token.end])
        }
    }
}
