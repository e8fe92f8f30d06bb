/// A table in a FROM clause.
package struct TableReference: Hashable, Sendable {
    package var name: TableName
    /// What the statement calls it; the table's own name when it gives no alias.
    package var alias: String
    /// The statement gives the alias itself.
    package var isAliased: Bool
    /// Of the name in the statement, schema included, alias not.
    package var bytes: Range<Int>
}

/// A name before a dot, outside FROM clauses: what stands before the column in `table.column`.
struct TableQualifier: Hashable, Sendable {
    var name: TableName
    /// Of the schema and its dot; empty if there is none.
    var schemaBytes: Range<Int>
    /// Of the table's name.
    var tableBytes: Range<Int>
    /// What stands behind the dot; `*` for all columns.
    var column: String
}

/// The tables that a query reads, found without parsing its expressions.
///
/// A stack of contexts, one for each open parenthesis, tells a FROM of a query from that of `EXTRACT(… FROM …)`, and
/// a comma between tables from one between columns.
package struct TableReferences: Sendable {
    /// Where the scan begins.
    enum Start {
        /// At the head of a query.
        case query
        /// Among tables, as behind UPDATE.
        case tables
    }

    private enum Context {
        /// A query, outside its FROM clause.
        case query
        /// The FROM clause of a query, or a part of it in parentheses.
        case tables
        /// Arguments, a condition, a list of values.
        case expression
    }

    /// Without the names of common table expressions.
    package private(set) var tables: [TableReference] = []
    /// What columns are qualified with.
    private(set) var qualifiers: [TableQualifier] = []
    /// Functions that are called with a schema before their name.
    package private(set) var qualifiedFunctions: [TableName] = []
    /// Functions that are called by their name alone, in lower case.
    package private(set) var calledFunctions: Set<String> = []
    /// SELECT … INTO.
    package private(set) var hasInto = false
    package private(set) var hasParameters = false
    /// Names without `@@` and scope, in lower case.
    package private(set) var systemVariables: Set<String> = []

    private var cursor: TokenCursor
    private var contexts: [Context]
    private var expectsTable: Bool
    private var expressionNames: Set<String> = []
    /// Made when the first WITH needs it.
    private var parenthesisEnds: [Int: Int]?
    /// DELETE FROM … USING lists tables behind USING.
    private let isDelete: Bool

    /// The tables of a whole statement.
    package init(_ statement: TokenizedStatement) {
        self.init(TokenCursor(statement, 0..<statement.tokens.count), from: .query)
    }

    init(_ cursor: TokenCursor, from start: Start) {
        self.cursor = cursor
        self.contexts = [start == .query ? .query : .tables]
        self.expectsTable = start == .tables
        self.isDelete = cursor.isWord("delete")
        scan()
        tables.removeAll { $0.name.schema == nil && expressionNames.contains($0.name.table.asciiLowercased) }
    }

    private var context: Context {
        get { contexts.last ?? .query }
        set { contexts[contexts.count - 1] = newValue }
    }

    private mutating func scan() {
        if start(of: "with") { readExpressionNames() }
        while let token = cursor.peek() {
            switch token.kind {
            case .symbol: readSymbol()
            case .word: readWord()
            case .quotedName: readName()
            case .parameter:
                hasParameters = true
                cursor.skip()
            case .systemVariable:
                if let name = CompatibilityNames.variableName(in: cursor.statement.source(token)) {
                    systemVariables.insert(name)
                }
                cursor.skip()
            default: cursor.skip()
            }
        }
    }

    private func start(of word: String) -> Bool {
        var ahead = 0
        while cursor.isSymbol("(", at: ahead) { ahead += 1 }
        return cursor.isWord(word, at: ahead)
    }

    // MARK: Symbols

    private mutating func readSymbol() {
        switch cursor.mark() {
        case ASCII.openingParenthesis:
            let isQuery = Self.wordsOfQueries.contains { cursor.isWord($0, at: 1) }
            let isAmongTables = context == .tables && expectsTable
            contexts.append(isQuery ? .query : isAmongTables ? .tables : .expression)
            expectsTable = !isQuery && isAmongTables
            cursor.skip()
            if isQuery, cursor.isWord("with") { readExpressionNames() }
            return
        case ASCII.closingParenthesis:
            if contexts.count > 1 { contexts.removeLast() }
            expectsTable = false
        case ASCII.comma where context == .tables: expectsTable = true
        default: break
        }
        cursor.skip()
    }

    private static let wordsOfQueries = ["select", "with", "values", "table"]

    // MARK: Words

    private mutating func readWord() {
        switch context {
        case .query:
            if cursor.takeWord("from") {
                context = .tables
                expectsTable = true
                return
            }
            if cursor.takeWord("into") {
                hasInto = true
                return
            }
        case .tables:
            switch cursor.word {
            case "join", "straight_join":
                expectsTable = true
                return cursor.skip()
            case "lateral":
                return cursor.skip()
            case "into":
                hasInto = true
                fallthrough
            case "where", "group", "having", "order", "limit", "window", "union", "except", "intersect", "procedure",
                "set", "offset", "fetch", "select":
                if !expectsTable {
                    context = .query
                    return cursor.skip()
                }
            case "for", "lock":
                // Not the FOR of an index hint.
                if !expectsTable, ["update", "share", "in"].contains(where: { cursor.isWord($0, at: 1) }) {
                    context = .query
                    return cursor.skip()
                }
            case "using":
                if isDelete, !cursor.isSymbol("(", at: 1) {
                    expectsTable = true
                    return cursor.skip()
                }
            default: break
            }
        case .expression:
            // `((SELECT …) UNION SELECT …)`
            if cursor.isWord("select") { context = .query }
        }
        readName()
    }

    private mutating func readName() {
        if context == .tables, expectsTable {
            readTable()
            return
        }
        // Neither before a dot nor called: a column, a keyword.
        guard let next = cursor.mark(at: 1), next == ASCII.dot || next == ASCII.openingParenthesis else {
            return cursor.skip()
        }
        let isQuoted = cursor.peek()?.kind == .quotedName
        let first = cursor
        guard let name = cursor.takeTableName() else { return cursor.skip() }
        guard cursor.isSymbol("(") else {
            noteQualifier(from: first, name)
            return skipRestOfName()
        }
        if name.schema != nil {
            qualifiedFunctions.append(name)
        } else if !isQuoted {
            calledFunctions.insert(name.table.asciiLowercased)
        }
    }

    /// The cursor is behind one name or two: `t` of `t.*`, `t.c`, or `s.t` of `s.t.c`.
    private mutating func noteQualifier(from first: TokenCursor, _ name: TableName) {
        guard let token = first.peek() else { return }
        let isBeforeDot = cursor.isSymbol(".")
        guard let schema = name.schema, let second = first.peek(2), isBeforeDot else {
            guard isBeforeDot || name.schema != nil else { return }
            let bytes = token.start..<token.end
            // Two names were taken together, or one before `*`.
            let column = name.schema == nil ? "*" : name.table
            qualifiers.append(
                TableQualifier(
                    name: TableName(table: name.schema ?? name.table),
                    schemaBytes: token.start..<token.start,
                    tableBytes: bytes,
                    column: column
                )
            )
            return
        }
        qualifiers.append(
            TableQualifier(
                name: TableName(schema: schema, table: name.table),
                schemaBytes: token.start..<second.start,
                tableBytes: second.start..<second.end,
                column: cursor.peek(1).flatMap { cursor.statement.name($0) } ?? "*"
            )
        )
    }

    /// The third part of `schema.table.column`.
    private mutating func skipRestOfName() {
        if cursor.isSymbol("."), cursor.peek(1)?.kind == .word || cursor.peek(1)?.kind == .quotedName { cursor.skip(2) }
    }

    private mutating func readTable() {
        expectsTable = false
        let start = cursor.peek()?.start ?? 0
        guard let name = cursor.takeTableName() else { return cursor.skip() }
        let end = cursor.statement.tokens[cursor.index - 1].end
        if cursor.isSymbol("("), name.schema != nil {
            qualifiedFunctions.append(name)
            return
        }
        // A table that is made of its arguments.
        if cursor.isSymbol("("), name.table.asciiLowercased == "json_table" { return }
        let alias = readAlias()
        tables.append(
            TableReference(name: name, alias: alias ?? name.table, isAliased: alias != nil, bytes: start..<end)
        )
    }

    private mutating func readAlias() -> String? {
        if cursor.takeWord("partition") { cursor.skipParentheses() }
        if cursor.takeWord("as") { return cursor.takeName() ?? cursor.takeString() }
        guard let token = cursor.peek() else { return nil }
        if token.kind == .word, Self.wordsAfterTable.contains(cursor.word) { return nil }
        return cursor.takeName()
    }

    /// Words that follow a table's name and so are no alias of it.
    private static let wordsAfterTable: Set<String> = [
        "where", "group", "having", "order", "limit", "window", "union", "except", "intersect", "for", "lock", "into",
        "procedure", "set", "join", "inner", "left", "right", "cross", "natural", "straight_join", "outer", "full",
        "on", "using", "use", "force", "ignore", "offset", "fetch", "select", "values", "tablesample", "partition",
    ]

    /// `WITH [RECURSIVE] name [(columns)] AS (…), …`: notes the names; the queries are scanned like all others.
    private mutating func readExpressionNames() {
        // The names are found ahead of the scan, which then sees the same tokens as parts of a query. Queries in WITH
        // may hold WITH again, so what is in parentheses is passed over without a look.
        var ahead = cursor
        while ahead.takeSymbol("(") {}
        guard ahead.takeWord("with") else { return }
        _ = ahead.takeWord("recursive")
        repeat {
            guard let name = ahead.takeName() else { return }
            expressionNames.insert(name.asciiLowercased)
            skipParentheses(&ahead)
            guard ahead.takeWord("as") else { return }
            skipParentheses(&ahead)
        } while ahead.takeSymbol(",")
    }

    /// From an opening parenthesis to behind its closing one, or to the end if there is none; nothing elsewhere.
    private mutating func skipParentheses(_ ahead: inout TokenCursor) {
        guard ahead.isSymbol("(") else { return }
        let ends = parenthesisEnds ?? Self.parenthesisEnds(from: cursor)
        parenthesisEnds = ends
        ahead.skip((ends[ahead.index] ?? ahead.statement.tokens.count) - ahead.index)
    }

    /// For each opening parenthesis from the cursor on, the index behind the closing one.
    private static func parenthesisEnds(from start: TokenCursor) -> [Int: Int] {
        var ends: [Int: Int] = [:]
        var open: [Int] = []
        var cursor = start
        while !cursor.isAtEnd {
            switch cursor.mark() {
            case ASCII.openingParenthesis: open.append(cursor.index)
            case ASCII.closingParenthesis: if let opening = open.popLast() { ends[opening] = cursor.index + 1 }
            default: break
            }
            cursor.skip()
        }
        return ends
    }
}
