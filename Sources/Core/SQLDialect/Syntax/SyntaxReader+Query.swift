import MySQLWire
import QueryRouting

// Queries: WITH, UNION, SELECT and their clauses.
extension SyntaxReader {
    /// Most parts of a UNION.
    private static let maximumParts = 500

    /// The whole statement, up to a semicolon at its end.
    mutating func statementQuery() throws(SQLError) -> Query {
        let query = try query()
        while takeSymbol(";") {}
        guard isAtEnd else { throw syntaxError() }
        return query
    }

    mutating func query() throws(SQLError) -> Query {
        try nested { reader throws(SQLError) in try reader.queryBody() }
    }

    private mutating func queryBody() throws(SQLError) -> Query {
        var commonTables: [CommonTable] = []
        var isRecursive = false
        if take("with") {
            isRecursive = take("recursive")
            repeat { commonTables.append(try commonTable()) } while takeSymbol(",")
        }
        var query = Query(commonTables: commonTables, isRecursive: isRecursive, first: try queryTerm())
        while let operation = try takeSetOperation() {
            guard query.rest.count < Self.maximumParts else { throw Self.tooDeep }
            query.rest.append((operation, try queryTerm()))
        }
        try readEnd(of: &query)
        return query
    }

    private mutating func commonTable() throws(SQLError) -> CommonTable {
        let name = try expectName()
        let columns = isSymbol("(") ? try nameList() : []
        try expect("as")
        try expectSymbol("(")
        let query = try query()
        try expectSymbol(")")
        return CommonTable(name: name, columns: columns, query: query)
    }

    mutating func nameList() throws(SQLError) -> [String] {
        try expectSymbol("(")
        var names: [String] = []
        repeat { names.append(try expectNameBehindPoint()) } while takeSymbol(",")
        try expectSymbol(")")
        return names
    }

    private mutating func takeSetOperation() throws(SQLError) -> SetOperation? {
        if isWord("except") || isWord("intersect") { throw .unsupported("\(word().uppercased()) on cluster_schema") }
        guard take("union") else { return nil }
        if take("all") { return .unionAll }
        _ = take("distinct")
        return .union
    }

    private mutating func queryTerm() throws(SQLError) -> QueryTerm {
        if takeSymbol("(") {
            let query = try query()
            try expectSymbol(")")
            return .query(query)
        }
        if isWord("values") { throw .unsupported("VALUES on cluster_schema") }
        return .select(try select())
    }

    /// ORDER BY, LIMIT and what locks rows.
    private mutating func readEnd(of query: inout Query) throws(SQLError) {
        if take("order") {
            try expect("by")
            query.order = try orderTerms()
        }
        if let limit = try takeLimit() { query.limit = limit }
        if isWord("procedure") { throw .unsupported("PROCEDURE ANALYSE on cluster_schema") }
        try skipLocking()
        if isWord("into") { throw .unsupported("SELECT ... INTO on cluster_schema") }
    }

    mutating func orderTerms() throws(SQLError) -> [OrderTerm] {
        var terms: [OrderTerm] = []
        repeat {
            var term = OrderTerm(expression: try expression())
            // To MariaDB these are integers here, too: positions.
            if isMariaDB, case .literal(.flag(let flag)) = term.expression {
                term.expression = .literal(.integer(flag ? 1 : 0))
            }
            if take("desc") { term.isDescending = true } else { _ = take("asc") }
            terms.append(term)
        } while takeSymbol(",")
        return terms
    }

    /// `LIMIT n`, `LIMIT offset, n`, `LIMIT n OFFSET offset`.
    private mutating func takeLimit() throws(SQLError) -> Limit? {
        if isWord("fetch") || isWord("offset") {
            throw .unsupported("OFFSET and FETCH without LIMIT on cluster_schema")
        }
        guard take("limit") else { return nil }
        var limit = Limit(count: try limitValue())
        if isWord("rows") { throw .unsupported("LIMIT ROWS EXAMINED on cluster_schema") }
        if takeSymbol(",") {
            limit = Limit(count: try limitValue(), offset: limit.count)
        } else if take("offset") {
            limit.offset = try limitValue()
        }
        return limit
    }

    private mutating func limitValue() throws(SQLError) -> Expression {
        if kind() == .parameter { return try primary() }
        if isWord("rows") { throw .unsupported("LIMIT ROWS EXAMINED on cluster_schema") }
        guard kind() == .number else { throw syntaxError() }
        let source = statement.source(tokens[index])
        guard source.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { throw syntaxError() }
        index += 1
        // Drivers write 18446744073709551615 for "all".
        return .literal(.integer(Int64(source) ?? .max))
    }

    /// FOR UPDATE, FOR SHARE, LOCK IN SHARE MODE: there is nothing to lock.
    private mutating func skipLocking() throws(SQLError) {
        while true {
            if isWord("for"), ["update", "share"].contains(word(1)) {
                index += 2
                if take("of") { repeat { _ = try expectName() } while takeSymbol(",") }
                if isWord("skip"), word(1) == "locked" { index += 2 }
                if take("wait") { _ = takeNumber() } else { _ = take("nowait") }
            } else if isWord("lock"), word(1) == "in", word(2) == "share", word(3) == "mode" {
                index += 4
            } else {
                return
            }
        }
    }

    // MARK: SELECT

    private mutating func select() throws(SQLError) -> Select {
        try expect("select")
        var select = Select()
        try readModifiers(of: &select)
        repeat { select.items.append(try selectItem()) } while takeSymbol(",")
        if isWord("into") { throw .unsupported("SELECT ... INTO on cluster_schema") }
        if take("from") {
            if isWord("dual") { index += 1 } else { select.from = try joinedTables() }
        }
        if take("where") { select.condition = try expression() }
        if take("group") {
            try expect("by")
            select.groups = try orderTerms()
            if isWord("with"), word(1) == "rollup" { throw .unsupported("WITH ROLLUP on cluster_schema") }
        }
        if take("having") { select.having = try expression() }
        if isWord("window") { throw .unsupported("WINDOW on cluster_schema") }
        return select
    }

    /// Words between SELECT and the columns. There is no cache here, and nothing is counted for later.
    private mutating func readModifiers(of select: inout Select) throws(SQLError) {
        while let word = take(anyOf: ["all", "distinct", "distinctrow", "sql_no_cache", "sql_calc_found_rows"]) {
            if word.hasPrefix("distinct") { select.isDistinct = true }
        }
        let hints = ["high_priority", "straight_join", "sql_small_result", "sql_big_result", "sql_buffer_result"]
        if hints.contains(word()) { throw .unsupported("\(word().uppercased()) on cluster_schema") }
    }

    private mutating func selectItem() throws(SQLError) -> SelectItem {
        if takeSymbol("*") { return .star(qualifier: []) }
        if let qualifier = try takeQualifiedStar() { return .star(qualifier: qualifier) }
        let start = index
        let expression = try expression()
        let name = SelectItemName.name(of: statement, start..<index)
        if take("as") {
            if let text = takeText() { return .expression(expression, name: text, isAlias: true) }
            return .expression(expression, name: try expectName(), isAlias: true)
        }
        if let alias = takeText() ?? takeName() { return .expression(expression, name: alias, isAlias: true) }
        return .expression(expression, name: name, isAlias: false)
    }

    /// `t.*` and `s.t.*`.
    private mutating func takeQualifiedStar() throws(SQLError) -> [String]? {
        var offset = 0
        while kind(offset) == .word || kind(offset) == .quotedName, isSymbol(".", offset + 1), offset <= 2 {
            offset += 2
        }
        guard offset > 0, isSymbol("*", offset) else { return nil }
        var parts: [String] = []
        while !isSymbol("*") {
            parts.append(try expectNameBehindPoint())
            try expectSymbol(".")
        }
        index += 1
        return parts
    }
}
