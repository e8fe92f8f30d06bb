/// Makes queries on the virtual tables, of all that the translator knows, and of what makes short statements long.
///
/// Values that must come back unchanged stand under an alias that spells them out: `'it''s' AS lit_69742773`.
struct SQLGrammar {
    var random: FuzzRandom
    /// How many parts may still be made: it bounds the length.
    private var budget: Int
    var sources: [(alias: String, columns: [String])] = []
    private var nameCount = 0

    init(_ random: FuzzRandom, budget: Int) {
        self.random = random
        self.budget = budget
    }

    // MARK: Choices

    mutating func oneOf<Element>(_ list: [Element]) -> Element { list[random.below(list.count)] }

    /// Whether one more part may be made, which is then counted.
    mutating func mayGoOn() -> Bool {
        budget -= 1
        return budget > 0
    }

    private mutating func list(_ range: ClosedRange<Int>, _ body: (inout SQLGrammar) -> String) -> String {
        let count = range.lowerBound + random.below(range.count)
        var parts: [String] = []
        for _ in 0..<count { parts.append(body(&self)) }
        return parts.joined(separator: ", ")
    }

    private mutating func newName() -> String {
        nameCount += 1
        return "n\(nameCount)"
    }

    // MARK: Statements

    mutating func statement() -> String {
        switch random.below(12) {
        case 0: return chain()
        case 1: return nest()
        case 2: return listing()
        default: return query(depth: 0)
        }
    }

    private mutating func listing() -> String {
        let what = oneOf([
            "SHOW FULL COLUMNS FROM cluster_schema.members", "SHOW TABLES FROM cluster_schema",
            "SHOW TABLE STATUS FROM cluster_schema", "SHOW FULL TABLES FROM cluster_schema",
        ])
        sources = [("listing", ["Field", "Type", "Name", "Table_type", "Tables_in_cluster_schema"])]
        return "\(what) WHERE \(expression(depth: 1))"
    }

    /// Tables made of the ones before.
    private mutating func chain() -> String {
        let count = 2 + random.below(40)
        let first = oneOf([
            "SELECT sql_port x FROM cluster_schema.members", "SELECT role x FROM cluster_schema.members",
            "SELECT \((0..<200).map { "\($0) a\($0)" }.joined(separator: ", ")), 1 x FROM cluster_schema.members",
            "SELECT * , 1 x FROM cluster_schema.members",
        ])
        let next = oneOf([
            "SELECT a.* FROM # a, # b", "SELECT a.x FROM # a, # b, # c", "SELECT * FROM # UNION ALL SELECT * FROM #",
            "SELECT x + x x FROM #", "SELECT CONCAT(x, x) x FROM #", "SELECT x FROM # WHERE x IN (SELECT x FROM #)",
            "SELECT (SELECT MAX(x) FROM #) x FROM #",
            "SELECT MAX(x) x FROM # GROUP BY x HAVING MAX(x) > 0 ORDER BY 1", "SELECT DISTINCT x FROM # LIMIT 5",
            "SELECT CASE WHEN x THEN x ELSE x END x FROM #",
            "SELECT x FROM # UNION SELECT x FROM #", "SELECT a.x FROM # a JOIN # b USING (x)",
        ])
        let recursive = random.once(in: 4) ? "RECURSIVE " : ""
        var parts = ["c0 AS (\(first))"]
        for index in 1..<count { parts.append("c\(index) AS (\(next.replacing("#", with: "c\(index - 1)")))") }
        return "WITH \(recursive)\(parts.joined(separator: ", ")) SELECT COUNT(*) FROM c\(count - 1)"
    }

    /// One construct within itself.
    private mutating func nest() -> String {
        let around = oneOf([
            "LOWER(#)", "IFNULL(#, #)", "(# + 1)", "NOT (#)", "CONCAT(#, 'a')", "CASE WHEN # THEN 1 ELSE # END",
            "FIELD(#, 'a', 'b', 'c')", "CAST(# AS CHAR)", "(SELECT #)", "NULLIF(#, 1)", "GREATEST(#, 2)",
            "REPEAT(#, 2)",
            "(# IN (1, 2, #))", "(# BETWEEN 1 AND 2)", "ROUND(#, 2)", "(# LIKE '%a')",
            "DATE_ADD(#, INTERVAL 1 DAY)",
            "COALESCE(NULL, #, 3)", "TRIM(#)", "IF(#, #, 2)", "-(#)", "(# DIV 3)", "JSON_OBJECT('a', #)",
            "(# COLLATE utf8mb4_bin)",
        ])
        var text = oneOf(["role", "1", "1.5", "'a'", "x'41'", "NULL", "sql_port", "state_since"])
        for _ in 0..<(1 + random.below(30)) {
            text = around.replacing("#", with: text)
            if text.utf8.count > 20_000 { break }
        }
        return "SELECT \(text) FROM cluster_schema.members"
    }

    mutating func query(depth: Int) -> String {
        let outer = sources
        defer { sources = outer }
        var text = ""
        var tables: [(alias: String, columns: [String])] = []
        if depth < 3, random.once(in: 5) {
            let name = newName()
            let literal = literalItem()
            text = "WITH \(name) AS (SELECT \(literal.text), \(inner("role, sql_port")) FROM cluster_schema.members) "
            tables.append((name, [literal.alias, "role", "sql_port"]))
        }
        text += select(depth: depth, common: tables)
        if random.once(in: 6) { text += " LIMIT \(random.below(4))" }
        return text
    }

    private mutating func inner(_ columns: String) -> String { random.once(in: 9) ? "DISTINCTROW" : columns }

    private mutating func select(depth: Int, common: [(alias: String, columns: [String])]) -> String {
        let from = tables(depth: depth, common: common)
        let isGrouped = random.once(in: 4)
        var items: [String] = []
        if !isGrouped { items.append(literalItem().text) }
        for _ in 0..<(1 + random.below(4)) {
            switch random.below(8) {
            case 0 where !isGrouped: items.append(sources.isEmpty ? "1" : "\(oneOf(sources).alias).*")
            case 1: items.append(aggregate(depth: depth))
            case 3: items.append(literalItem().text)
            default: items.append("\(expression(depth: depth + 1)) AS \(newName())")
            }
        }
        var text = "SELECT \(random.once(in: 8) ? "DISTINCT " : "")\(items.joined(separator: ", "))\(from)"
        if random.once(in: 2) { text += " WHERE \(expression(depth: depth + 1))" }
        if isGrouped {
            text += " GROUP BY \(list(1...3) { $0.expression(depth: depth + 2) })"
            if random.once(in: 3) { text += " HAVING \(aggregate(depth: depth)) > \(expression(depth: depth + 2))" }
        }
        if random.once(in: 4) { text += " ORDER BY \(list(1...2) { $0.expression(depth: depth + 2) })" }
        if depth < 2, random.once(in: 8) {
            let operation = oneOf(["UNION", "UNION ALL"])
            text = "(\(text)) \(operation) (\(text))"
        }
        return text
    }

    // MARK: Tables

    static let columns: [(table: String, columns: [String])] = [
        (
            "members",
            ["member_id", "member_name", "sql_host", "sql_port", "role", "state", "zone", "is_local", "epoch"]
        ),
        ("members", ["replication_lag_ms", "queries_per_second", "gtid_position", "state_since", "server_version"]),
        ("cluster", ["cluster_name", "topology_version", "members"]), ("status", ["variable_name", "variable_value"]),
        ("settings", ["variable_name", "variable_value"]),
        ("events", ["event_id", "at", "event", "member_name", "detail"]),
        ("primary_member", ["sql_host", "sql_port", "member_name"]), ("replication", ["lag_ms", "source_host"]),
    ]

    private mutating func tables(depth: Int, common: [(alias: String, columns: [String])]) -> String {
        sources = []
        guard depth == 0 || !random.once(in: 6) else { return "" }
        var text = ""
        for index in 0..<(1 + random.below(depth == 0 ? 4 : 2)) {
            if index > 0 {
                text += oneOf([", ", " JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " CROSS JOIN "])
            }
            let alias = newName()
            if let table = common.first, random.once(in: 2) {
                text += "\(table.alias) \(alias)"
                sources.append((alias, table.columns))
            } else if depth < 3, random.once(in: 5), mayGoOn() {
                let kept = sources
                let literal = literalItem()
                text += "(SELECT \(literal.text), a.* FROM (\(query(depth: depth + 1))) a) \(alias)"
                sources = kept + [(alias, [literal.alias])]
            } else {
                let table = oneOf(Self.columns)
                text += "cluster_schema.\(table.table) \(alias)"
                sources.append((alias, table.columns))
            }
            if index > 0, text.contains("LEFT JOIN") || text.contains("RIGHT JOIN") || random.once(in: 3) {
                text += " ON \(expression(depth: depth + 2))"
            }
        }
        return " FROM " + text
    }

    mutating func column() -> String {
        guard !sources.isEmpty else { return oneOf(["role", "1", "NULL"]) }
        let source = oneOf(sources)
        let column = oneOf(source.columns)
        return random.once(in: 3) ? column : "\(source.alias).\(column)"
    }
}
