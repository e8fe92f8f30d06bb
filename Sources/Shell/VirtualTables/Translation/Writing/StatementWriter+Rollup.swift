import MySQLWire
import QueryRouting

/// One level of GROUP BY … WITH ROLLUP: the first keys make the groups, the others are NULL.
struct Rollup {
    /// The keys as they are written.
    var keys: [String]
    /// How many of them make the groups of this level.
    var depth: Int

    func applied(to fragment: Fragment) -> Fragment {
        guard let index = keys.firstIndex(of: fragment.sql) else { return fragment }
        guard index >= depth else {
            var fragment = fragment
            fragment.type.isNullable = true
            return fragment
        }
        return Fragment("NULL", fragment.type.nullable(true))
    }
}

// GROUP BY … WITH ROLLUP: SQLite has none, so each level is a query of its own.
extension StatementWriter {
    func writeRollup(_ select: Select, order: [OrderTerm], outer: Scope?) throws(SQLError) -> Written {
        if let (windowed, terms) = try RollupWindows.query(select, order: order) {
            return try write(windowed, order: terms, outer: outer)
        }
        let outerUsesAggregates = usesAggregates
        defer { usesAggregates = outerUsesAggregates }
        let scope = Scope(outer: outer)
        let from = select.from.isEmpty ? "" : " FROM " + (try writeTables(select.from, scope))
        var context = Context(scope: scope, clause: .where)
        let condition = try select.condition.map { expression throws(SQLError) in try truth(expression, context) }
        context.clause = .fieldList
        context.allowsAggregates = true
        context.rollup = Rollup(keys: [], depth: 0)
        let items = try writeItems(select, context)
        let keys = try scope.closed { [context] () throws(SQLError) in try rollupKeys(select, items, context) }

        var levels: [Level] = []
        for depth in (0...keys.count).reversed() {
            context.rollup = Rollup(keys: keys.map(\.sql), depth: depth)
            levels.append(try level(select, order, keys, context))
            try size.spend(from.utf8.count / 16)
        }
        guard let first = levels.first else { throw .unsupported("WITH ROLLUP without keys") }
        let parts = levels.map { level in
            "SELECT \(level.columns.joined(separator: ", "))\(from)" + (condition.map { " WHERE \($0)" } ?? "")
                + " GROUP BY \(level.groups)" + (level.having.map { " HAVING \($0)" } ?? "")
        }
        let terms = order.isEmpty ? defaultOrder(select, keys) : first.order
        let list = first.items.enumerated().map { index, item in
            select.isDistinct ? "c\(index)\(collation(item.column.type)) AS c\(index)" : "c\(index)"
        }
        let sql =
            "SELECT \(select.isDistinct ? "DISTINCT " : "")\(list.joined(separator: ", ")) "
            + "FROM (\(parts.joined(separator: " UNION ALL "))) ORDER BY \(terms.joined(separator: ", "))"
        try size.check(sql)
        return Written(sql: sql, columns: sized(first.items))
    }

    private struct Level {
        var items: [Item]
        /// Of the query: those of the result, and what it is sorted by.
        var columns: [String]
        var groups: String
        var having: String?
        /// What ORDER BY says, by the names of the columns.
        var order: [String]
    }

    private func rollupKeys(_ select: Select, _ items: [Item], _ outer: Context) throws(SQLError) -> [Fragment] {
        var context = outer
        context.rollup = nil
        context.allowsItems = true
        context.clause = .group
        context.allowsAggregates = false
        return try select.groups.map { term throws(SQLError) in
            guard case .literal(.integer(let number)) = term.expression else {
                return try write(term.expression, context)
            }
            guard number >= 1, number <= items.count else {
                throw .unknownColumn(String(number), in: Translation.Clause.group.rawValue)
            }
            let item = items[Int(number) - 1]
            guard let expression = item.expression else { return Fragment(item.sql, item.column.type) }
            return try write(expression, context)
        }
    }

    private func level(
        _ select: Select,
        _ order: [OrderTerm],
        _ keys: [Fragment],
        _ outer: Context
    ) throws(SQLError) -> Level {
        var context = outer
        let depth = context.rollup?.depth ?? 0
        var items = try writeItems(select, context)
        for (index, item) in items.enumerated() where item.expression == nil {
            // A column of `*`.
            guard let key = keys.firstIndex(where: { $0.sql == item.sql }) else { continue }
            items[index].column.type.isNullable = true
            if key >= depth { items[index].sql = "NULL" }
        }
        var columns = items.enumerated().map { "\($0.element.sql) AS c\($0.offset)" }
        for (index, key) in keys.enumerated() {
            columns.append("\(index < depth ? exact(key) : "NULL") AS k\(index)")
            columns.append("\(index < depth ? 0 : 1) AS r\(index)")
        }
        context.allowsItems = true
        context.clause = .having
        let having = try select.having.map { expression throws(SQLError) in try truth(expression, context) }
        context.clause = .order
        var terms: [String] = []
        for (index, term) in order.enumerated() {
            let direction = term.isDescending ? " DESC" : ""
            if case .literal(.integer(let number)) = term.expression {
                guard number >= 1, number <= items.count else {
                    throw .unknownColumn(String(number), in: Translation.Clause.order.rawValue)
                }
                terms.append("c\(number - 1)\(collation(items[Int(number) - 1].column.type))\(direction)")
            } else {
                let fragment = try write(term.expression, context)
                columns.append("\(exact(fragment)) AS o\(index)")
                terms.append("o\(index)\(collation(fragment.type))\(direction)")
            }
        }
        let groups = keys.prefix(depth).map { key(exact($0)) + ($0.isColumn ? "" : collation($0.type)) }
        return Level(
            items: items,
            columns: columns,
            // All rows are one group, and none if there are none.
            groups: groups.isEmpty ? "'all'" : groups.joined(separator: ", "),
            having: having,
            order: terms
        )
    }

    /// By the keys, and a group's sum behind its parts.
    private func defaultOrder(_ select: Select, _ keys: [Fragment]) -> [String] {
        zip(select.groups, keys).enumerated().flatMap { index, pair in
            ["r\(index)", "k\(index)\(collation(pair.1.type))\(pair.0.isDescending ? " DESC" : "")"]
        }
    }

    /// MySQL's GROUPING: a bit for each argument, 1 for what is NULL because all its groups are summed up.
    func grouping(_ call: FunctionCall, _ rollup: Rollup, _ outer: Context) throws(SQLError) -> Fragment {
        var context = outer
        context.rollup = nil
        var bits = 0
        guard (1...62).contains(call.arguments.count) else { throw Self.wrongCount(call.spelling) }
        for (index, argument) in call.arguments.enumerated() where !rollup.keys.isEmpty {
            guard let key = rollup.keys.firstIndex(of: try scalar(argument, context).sql) else {
                throw SQLError(
                    errno: 3148,
                    sqlState: "HY000",
                    message: "Argument #\(index) of GROUPING function is not in GROUP BY"
                )
            }
            bits = bits << 1 | (key < rollup.depth ? 0 : 1)
        }
        return Fragment(String(bits), ValueType.integer(1, isBig: true).nullable(false))
    }
}
