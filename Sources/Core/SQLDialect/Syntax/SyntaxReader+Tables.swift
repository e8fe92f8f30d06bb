import MySQLWire
import QueryRouting

// The FROM clause.
extension SyntaxReader {
    /// As many tables as MariaDB and MySQL join.
    private static let maximumTables = 61

    mutating func joinedTables() throws(SQLError) -> [JoinedTable] {
        var tables = [JoinedTable(source: try tableFactor())]
        while true {
            guard tables.count <= Self.maximumTables else { throw Self.tooManyTables }
            if takeSymbol(",") {
                tables.append(JoinedTable(source: try tableFactor()))
            } else if let join = try takeJoin() {
                tables.append(join)
            } else {
                return tables
            }
        }
    }

    static let tooManyTables = SQLError(
        errno: 1116,
        sqlState: "HY000",
        message: "Too many tables; a join can only use \(maximumTables) tables"
    )

    private mutating func takeJoin() throws(SQLError) -> JoinedTable? {
        var kind = JoinedTable.Kind.inner
        switch word() {
        case "join", "straight_join": index += 1
        case "inner", "cross":
            index += 1
            try expect("join")
        case "left", "right": kind = try takeOuterJoin()
        case "natural": throw .unsupported("NATURAL JOIN on cluster_schema")
        default: return nil
        }
        var join = JoinedTable(kind: kind, source: try tableFactor())
        if take("on") {
            join.condition = .on(try expression())
        } else if take("using") {
            join.condition = .using(try nameList())
        } else if kind != .inner {
            throw syntaxError()
        }
        return join
    }

    private mutating func takeOuterJoin() throws(SQLError) -> JoinedTable.Kind {
        let kind: JoinedTable.Kind = word() == "left" ? .left : .right
        index += 1
        _ = take("outer")
        try expect("join")
        return kind
    }

    private mutating func tableFactor() throws(SQLError) -> TableSource {
        if isSymbol("(") {
            if isQueryAhead(), isQueryInParentheses() { return try derivedTable() }
            index += 1
            let tables = try nested { reader throws(SQLError) in try reader.joinedTables() }
            try expectSymbol(")")
            return .group(tables)
        }
        if isWord("lateral") { throw .unsupported("LATERAL on cluster_schema") }
        if isWord("json_table"), isSymbol("(", 1) { throw .unsupported("JSON_TABLE on cluster_schema") }
        let first = try expectName()
        var name = TableName(table: first)
        if takeSymbol(".") { name = TableName(schema: first, table: try expectNameBehindPoint()) }
        if isSymbol("(") { throw syntaxError() }
        if isWord("partition"), isSymbol("(", 1) { throw Self.notPartitioned }
        let alias = try takeAlias()
        try skipIndexHints()
        return .table(name, alias: alias)
    }

    private static let notPartitioned = SQLError(
        errno: 1747,
        sqlState: "HY000",
        message: "PARTITION () clause on non partitioned table"
    )

    /// `((SELECT …) UNION …) x` is a query, `((SELECT …) x JOIN t)` is a join.
    private func isQueryInParentheses() -> Bool {
        guard isSymbol("(", 1) else { return true }
        guard let end = closing(1) else { return false }
        return isSymbol(")", end + 1) || isQueryContinued(end + 1)
    }

    private mutating func derivedTable() throws(SQLError) -> TableSource {
        try expectSymbol("(")
        let query = try query()
        try expectSymbol(")")
        guard let alias = try takeAlias() else {
            // MySQL has error 1248 for it, MariaDB this.
            throw syntaxError()
        }
        return .derived(query, alias: alias, columns: isSymbol("(") ? try nameList() : [])
    }

    private mutating func takeAlias() throws(SQLError) -> String? {
        if take("as") { return try expectName() }
        return takeName()
    }

    /// USE INDEX (…) and its kin: there are no indexes.
    private mutating func skipIndexHints() throws(SQLError) {
        while ["use", "force", "ignore"].contains(word()), ["index", "key"].contains(word(1)) {
            index += 2
            if take("for") {
                if take("join") {
                } else if take(anyOf: ["order", "group"]) != nil {
                    try expect("by")
                } else {
                    throw syntaxError()
                }
            }
            try expectSymbol("(")
            if takeSymbol(")") { continue }
            repeat { _ = try expectNameBehindPoint() } while takeSymbol(",")
            try expectSymbol(")")
        }
    }
}
