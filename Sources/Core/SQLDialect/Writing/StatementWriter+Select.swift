import MySQLWire
import QueryRouting

// One SELECT.
extension StatementWriter {
    private static let maximumColumns = 256

    func write(_ select: Select, order: [OrderTerm], outer: Scope?) throws(SQLError) -> Written {
        let outerUsesAggregates = usesAggregates
        usesAggregates = false
        defer { usesAggregates = outerUsesAggregates }

        let scope = Scope(outer: outer)
        let from = select.from.isEmpty ? "" : " FROM " + (try writeTables(select.from, scope))
        var context = Context(scope: scope)
        var condition = try select.condition.map { expression throws(SQLError) in
            context.clause = .where
            return try truth(expression, context)
        }

        context.clause = .fieldList
        context.allowsAggregates = true
        let items = try writeItems(select, context)

        context.allowsItems = true
        context.clause = .group
        context.allowsAggregates = false
        let groups = try scope.closed { [context] () throws(SQLError) in
            try select.groups.map { term throws(SQLError) in try groupTerm(term, items, context) }
        }

        context.allowsAggregates = true
        context.clause = .having
        var having = try select.having.map { expression throws(SQLError) in try truth(expression, context) }
        if having != nil, groups.isEmpty, !usesAggregates {
            // Without groups HAVING is a second WHERE.
            condition = [condition, having].compactMap { $0.map { "(\($0))" } }.joined(separator: " AND ")
            having = nil
        }
        context.clause = .order
        let orders = try scope.closed { [context] () throws(SQLError) in
            try order.map { term throws(SQLError) in try orderTerm(term, items, context) }
        }

        var sql = select.isDistinct ? "SELECT DISTINCT " : "SELECT "
        sql += items.enumerated().map { "\($0.element.sql) AS c\($0.offset)" }.joined(separator: ", ")
        sql += from
        if let condition { sql += " WHERE \(condition)" }
        if !groups.isEmpty { sql += " GROUP BY " + groups.joined(separator: ", ") }
        if let having { sql += " HAVING \(having)" }
        if !orders.isEmpty { sql += " ORDER BY " + orders.joined(separator: ", ") }
        try size.check(sql)
        return Written(sql: sql, columns: sized(items))
    }

    // MARK: Columns of the result

    struct Item {
        var sql: String
        var column: ResultColumn
    }

    /// The columns, with what each of them is defined as.
    func sized(_ items: [Item]) -> [ResultColumn] {
        items.map { item in
            var column = item.column
            column.size = size.size(of: item.sql)
            return column
        }
    }

    func writeItems(_ select: Select, _ context: Context) throws(SQLError) -> [Item] {
        let scope = context.scope
        for case .expression(let expression, let name, let isAlias) in select.items {
            if isAlias { scope.items.append((name.asciiLowercased, expression)) }
        }
        var items: [Item] = []
        for item in select.items {
            switch item {
            case .star(let qualifier): items += try starItems(qualifier, scope)
            case .expression(let expression, let name, _):
                let fragment = try write(expression, context)
                let column = ResultColumn(name: name, type: fragment.type, origin: fragment.origin)
                items.append(Item(sql: compared(fragment), column: column))
            }
            try size.spend(items.count / 16)
            guard items.count <= Self.maximumColumns else { throw Self.tooManyColumns }
        }
        return items
    }

    private static let tooManyColumns = SQLError(errno: 1117, sqlState: "HY000", message: "Too many columns")

    static let oneColumn = SQLError(errno: 1241, sqlState: "21000", message: "Operand should contain 1 column(s)")

    private func starItems(_ qualifier: [String], _ scope: Scope) throws(SQLError) -> [Item] {
        guard !scope.tables.isEmpty else {
            throw SQLError(errno: 1096, sqlState: "HY000", message: "No tables used")
        }
        let wanted = qualifier.map(\.asciiLowercased)
        let tables = scope.tables.filter { wanted.isEmpty || scope.matchesQualifier($0, wanted[...]) }
        guard !tables.isEmpty else {
            throw SQLError(
                errno: 1051,
                sqlState: "42S02",
                message: "Unknown table '\(qualifier.joined(separator: "."))'"
            )
        }
        var items: [Item] = []
        for table in tables {
            try size.spend(table.columns.count / 16)
            for column in table.columns where !wanted.isEmpty || !column.isHidden {
                guard items.count <= Self.maximumColumns else { throw Self.tooManyColumns }
                let result = ResultColumn(name: column.name, type: column.type, origin: column.origin)
                items.append(Item(sql: column.sql, column: result))
            }
        }
        return items
    }

    // MARK: GROUP BY and ORDER BY

    private func groupTerm(_ term: OrderTerm, _ items: [Item], _ context: Context) throws(SQLError) -> String {
        if case .literal(.integer(let number)) = term.expression {
            return String(try Self.index(ofPosition: number, of: items.count, .group) + 1)
        }
        // A column comes before an alias of the same name.
        return key(compared(try write(term.expression, context)))
    }

    /// SQLite takes an integer in GROUP BY and ORDER BY for a column's position, also with signs before it; as a value it
    /// changes nothing there.
    private func key(_ sql: String) -> String {
        let isInteger = sql.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: " "),
                UInt8(ascii: "("), UInt8(ascii: ")"):
                true
            default: false
            }
        }
        return isInteger ? "NULL" : sql
    }

    static func index(ofPosition position: Int64, of count: Int, _ clause: Translation.Clause) throws(SQLError) -> Int {
        guard position >= 1, position <= count else { throw .unknownColumn(String(position), in: clause.rawValue) }
        return Int(position) - 1
    }

    private func orderTerm(_ term: OrderTerm, _ items: [Item], _ context: Context) throws(SQLError) -> String {
        let direction = term.isDescending ? " DESC" : ""
        switch term.expression {
        case .literal(.integer(let number)):
            let index = try Self.index(ofPosition: number, of: items.count, .order)
            return "\(number)\(collation(items[index].column.type))\(direction)"
        case .column(let name) where name.parts.count == 1:
            // An alias comes before a column of the same name.
            let wanted = name.parts[0].asciiLowercased
            let isAlias = context.scope.items.contains { $0.name == wanted }
            if isAlias, let position = items.firstIndex(where: { $0.column.name.asciiLowercased == wanted }) {
                return "\(position + 1)\(collation(items[position].column.type))\(direction)"
            }
        default: break
        }
        return key(compared(try write(term.expression, context))) + direction
    }
}
