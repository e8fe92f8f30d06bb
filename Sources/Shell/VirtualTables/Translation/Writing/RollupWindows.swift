import MySQLWire
import QueryRouting

/// Window functions together with WITH ROLLUP: they are of the rows that the levels give. So such a query becomes one of
/// windows over a derived table, which is the query with all that holds no window.
struct RollupWindows {
    private static let alias = "levels"
    private var inner: Select
    private var columns: [String] = []

    /// - Returns: nil for a query without windows.
    /// - Throws: `SQLError` 1235 for one with `*`, whose columns are not known yet.
    static func query(_ select: Select, order: [OrderTerm]) throws(SQLError) -> (Select, [OrderTerm])? {
        let hasWindows = select.items.contains { item in
            if case .expression(let expression, _, _) = item { containsWindow(expression) } else { false }
        }
        guard hasWindows || !select.windows.isEmpty || order.contains(where: { containsWindow($0.expression) }) else {
            return nil
        }
        var parts = RollupWindows(inner: select)
        return try parts.split(select, order)
    }

    private init(inner: Select) {
        self.inner = inner
    }

    private mutating func split(_ select: Select, _ order: [OrderTerm]) throws(SQLError) -> (Select, [OrderTerm]) {
        var aliases: Set<String> = []
        var outer = Select()
        outer.isDistinct = select.isDistinct
        inner.items = []
        inner.windows = []
        inner.isDistinct = false
        inner.groups = try select.groups.map { term throws(SQLError) in try Self.named(term, select.items) }
        for item in select.items {
            guard case .expression(let expression, let name, let isAlias) = item else {
                throw .unsupported("* with windows and WITH ROLLUP on cluster_schema")
            }
            if isAlias { aliases.insert(name.asciiLowercased) }
            // HAVING and GROUP BY may use the alias.
            let kept =
                Self.containsWindow(expression) ? nil : SelectItem.expression(expression, name: name, isAlias: isAlias)
            let column = if let kept { add(kept) } else { try extract(expression) }
            outer.items.append(.expression(column, name: name, isAlias: true))
        }
        for (name, window) in select.windows {
            outer.windows.append((name, try window.mappingOperands { part throws(SQLError) in try extract(part) }))
        }
        let terms = try order.map { term throws(SQLError) in
            switch term.expression {
            case .literal(.integer): return term
            case .column(let name) where name.parts.count == 1 && aliases.contains(name.parts[0].asciiLowercased):
                return term
            default: return OrderTerm(expression: try extract(term.expression), isDescending: term.isDescending)
            }
        }
        // A query of nothing but NTILE(2) OVER () asks for no column.
        if inner.items.isEmpty { _ = add(.expression(.literal(.integer(1)), name: "1", isAlias: false)) }
        outer.from = [JoinedTable(source: .derived(Query(first: .select(inner)), alias: Self.alias, columns: columns))]
        return (outer, terms)
    }

    /// What GROUP BY means by a position.
    private static func named(_ term: OrderTerm, _ items: [SelectItem]) throws(SQLError) -> OrderTerm {
        guard case .literal(.integer(let number)) = term.expression else { return term }
        guard number >= 1, number <= items.count, case .expression(let expression, _, _) = items[Int(number) - 1] else {
            throw .unknownColumn(String(number), in: Translation.Clause.group.rawValue)
        }
        return OrderTerm(expression: expression, isDescending: term.isDescending)
    }

    private mutating func add(_ item: SelectItem) -> Expression {
        let name = "x\(columns.count)"
        columns.append(name)
        inner.items.append(item)
        return .column(ColumnName(parts: [Self.alias, name]))
    }

    /// The expression with each part that holds no window as a column of the derived table.
    private mutating func extract(_ expression: Expression) throws(SQLError) -> Expression {
        switch expression {
        case .literal, .parameter, .variable: return expression
        default: break
        }
        guard Self.containsWindow(expression) else {
            return add(.expression(expression, name: "", isAlias: false))
        }
        return try expression.mappingOperands { operand throws(SQLError) in try extract(operand) }
    }

    private static func containsWindow(_ expression: Expression) -> Bool {
        if case .call(let call) = expression, call.over != nil || WindowCalls.names.contains(call.name) { return true }
        var isFound = false
        _ = try? expression.mappingOperands { operand throws(SQLError) in
            isFound = isFound || containsWindow(operand)
            return operand
        }
        return isFound
    }
}
