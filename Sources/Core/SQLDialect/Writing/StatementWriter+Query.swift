import MySQLWire
import QueryRouting

// Queries and their clauses.
extension StatementWriter {
    /// A query that was written, and what it gives.
    struct Written {
        var sql: String
        var columns: [ResultColumn]
    }

    struct ResultColumn {
        var name: String
        var type: ValueType
        var origin: Scope.Origin?
        /// Of what it is defined as (`StatementSize`).
        var size = 1
    }

    func write(_ query: Query, outer: Scope?) throws(SQLError) -> Written {
        let commonCount = commonTables.count
        defer { commonTables.removeLast(commonTables.count - commonCount) }
        let prefix = try writeCommonTables(query, outer)
        if query.rest.isEmpty {
            switch query.first {
            case .select(let select):
                var written = try write(select, order: query.order, outer: outer)
                written.sql = prefix + written.sql + (try limit(query.limit, outer))
                return written
            case .query(let inner) where prefix.isEmpty && query.order.isEmpty && query.limit == nil:
                return try write(inner, outer: outer)
            default: break
            }
        }
        return try writeCompound(query, prefix, outer)
    }

    // MARK: WITH

    private func writeCommonTables(_ query: Query, _ outer: Scope?) throws(SQLError) -> String {
        guard !query.commonTables.isEmpty else { return "" }
        var parts: [String] = []
        for table in query.commonTables {
            let alias = newAlias()
            func note(_ columns: [ResultColumn]) throws(SQLError) {
                commonTables.append(
                    CommonTableEntry(
                        name: table.name.asciiLowercased,
                        alias: alias,
                        columns: try scopeColumns(columns, table.columns),
                        sizes: columns.map(\.size)
                    )
                )
            }
            let written: Written
            if query.isRecursive, !table.query.rest.isEmpty {
                // The first part decides the names and types that the others see.
                var first = table.query
                first.rest = []
                first.order = []
                first.limit = nil
                let count = commonTables.count
                let start = try write(first, outer: outer)
                try note(
                    start.columns.map { ResultColumn(name: $0.name, type: Self.widened($0.type), origin: nil) }
                )
                written = try write(table.query, outer: outer)
                guard zip(start.columns, written.columns).allSatisfy({ $0.0.type.places == $0.1.type.places }) else {
                    throw .unsupported("a recursion whose decimals grow on cluster_schema")
                }
                commonTables.removeLast(commonTables.count - count)
                try note(
                    written.columns.map { ResultColumn(name: $0.name, type: $0.type, origin: nil, size: $0.size) }
                )
            } else {
                written = try write(table.query, outer: outer)
                try note(written.columns)
            }
            size.define(commonTable: alias, as: written.sql)
            let columns = written.columns.indices.map { "c\($0)" }.joined(separator: ", ")
            parts.append("\(alias)(\(columns)) AS (\(written.sql))")
        }
        return "WITH \(query.isRecursive ? "RECURSIVE " : "")\(parts.joined(separator: ", ")) "
    }

    /// Later rows of a recursion may be greater than the first.
    private static func widened(_ type: ValueType) -> ValueType {
        var type = type.nullable(true)
        if type.kind == .integer {
            type.isBig = true
            type.length = 21
        }
        return type
    }

    /// The columns of a derived table, with the names that are given, else those of the query.
    func scopeColumns(_ columns: [ResultColumn], _ given: [String]) throws(SQLError) -> [Scope.Column] {
        guard given.isEmpty || given.count == columns.count else {
            throw SQLError(
                errno: 4002,
                sqlState: "HY000",
                message: "WITH column list and SELECT field list have different column counts"
            )
        }
        let names = given.isEmpty ? columns.map(\.name) : given
        var seen: Set<String> = []
        for name in names where !seen.insert(name.asciiLowercased).inserted {
            throw SQLError(errno: 1060, sqlState: "42S21", message: "Duplicate column name '\(name)'")
        }
        return zip(names, columns).enumerated().map { index, column in
            Scope.Column(name: column.0, sql: "c\(index)", type: column.1.type, origin: column.1.origin)
        }
    }

    // MARK: UNION

    private func writeCompound(_ query: Query, _ prefix: String, _ outer: Scope?) throws(SQLError) -> Written {
        var parts = [try writeTerm(query.first, outer)]
        for (_, term) in query.rest { parts.append(try writeTerm(term, outer)) }
        let count = parts[0].columns.count
        guard parts.allSatisfy({ $0.columns.count == count }) else {
            throw SQLError(
                errno: 1222,
                sqlState: "21000",
                message: "The used SELECT statements have a different number of columns"
            )
        }
        var columns = parts[0].columns
        if parts.count > 1 {
            for index in 0..<count {
                columns[index].type = TypeRules.common(parts.map { $0.columns[index].type })
                columns[index].origin = nil
                columns[index].size = min(parts.reduce(0) { $0 + $1.columns[index].size }, size.maximum + 1)
            }
        }
        var sql = ""
        for (index, part) in parts.enumerated() {
            let text = converted(part, to: columns, isOnly: parts.count == 1)
            sql += index > 0 ? " \(query.rest[index - 1].operation.rawValue) \(text)" : text
        }
        sql = prefix + sql
        if !query.order.isEmpty {
            sql +=
                " ORDER BY "
                + (try query.order.map { term throws(SQLError) in try compoundOrder(term, columns) })
                .joined(separator: ", ")
        }
        try size.check(sql)
        return Written(sql: sql + (try limit(query.limit, outer)), columns: columns)
    }

    private func writeTerm(_ term: QueryTerm, _ outer: Scope?) throws(SQLError) -> Written {
        switch term {
        case .select(let select): return try write(select, order: [], outer: outer)
        case .query(let query):
            let inner = try write(query, outer: outer)
            // SQLite takes no parentheses around the parts of a UNION.
            return Written(sql: "SELECT * FROM (\(inner.sql))", columns: inner.columns)
        }
    }

    /// A part whose texts and numbers must become the type that all parts have in common.
    private func converted(_ part: Written, to columns: [ResultColumn], isOnly: Bool) -> String {
        let differs = zip(part.columns, columns).contains { !Self.isSameForm($0.type, $1.type) }
        guard differs, !isOnly else { return part.sql }
        let alias = newAlias()
        size.define(columns: part.columns.map(\.size), of: alias)
        let items = zip(part.columns, columns).enumerated().map { index, pair in
            let fragment = Fragment("\(alias).c\(index)", pair.0.type)
            return "\(value(fragment, as: pair.1.type)) AS c\(index)"
        }
        return "SELECT \(items.joined(separator: ", ")) FROM (\(part.sql)) AS \(alias)"
    }

    private static func isSameForm(_ left: ValueType, _ right: ValueType) -> Bool {
        if left.kind == .null { return true }
        if left.kind == .decimal || right.kind == .decimal {
            return left.isNumber && right.isNumber && left.kind != .double && right.kind != .double
                && left.places == right.places
        }
        if left.kind == right.kind && left.decimals == right.decimals { return true }
        return left.isNumber && right.isNumber || left.isText && right.isText && left.kind != .bytes
    }

    private func compoundOrder(_ term: OrderTerm, _ columns: [ResultColumn]) throws(SQLError) -> String {
        let index: Int
        switch term.expression {
        case .literal(.integer(let number)): index = try Self.index(ofPosition: number, of: columns.count, .order)
        case .column(let name) where name.parts.count == 1:
            let wanted = name.parts[0].asciiLowercased
            guard let found = columns.firstIndex(where: { $0.name.asciiLowercased == wanted }) else {
                throw .unknownColumn(name.displayed, in: Translation.Clause.order.rawValue)
            }
            index = found
        default: throw .unsupported("ORDER BY an expression behind UNION on cluster_schema")
        }
        return "\(index + 1)\(collation(columns[index].type))\(term.isDescending ? " DESC" : "")"
    }

    // MARK: LIMIT

    func limit(_ limit: Limit?, _ outer: Scope?) throws(SQLError) -> String {
        guard let limit else { return "" }
        let context = Context(scope: Scope(outer: nil), clause: .limit)
        var sql = " LIMIT " + integer(try write(limit.count, context))
        if let offset = limit.offset { sql += " OFFSET " + integer(try write(offset, context)) }
        return sql
    }

    /// A value that SQLite compares as MySQL does.
    func compared(_ fragment: Fragment) -> String {
        exact(fragment) + (fragment.isColumn ? "" : collation(fragment.type))
    }

    /// What makes SQLite compare a text as MySQL does.
    func collation(_ type: ValueType) -> String {
        guard type.kind == .text else { return "" }
        return type.collation == .binary ? " COLLATE BINARY" : " COLLATE NOCASE"
    }
}
