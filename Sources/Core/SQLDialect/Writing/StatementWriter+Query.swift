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
            var names: [String] = []
            func note(_ columns: [ResultColumn]) throws(SQLError) {
                names = try columnNames(columns, table.columns)
                let entries = zip(names, columns).enumerated().map { index, column in
                    Scope.Column(name: column.0, sql: "c\(index)", type: column.1.type, origin: column.1.origin)
                }
                commonTables.append(
                    CommonTableEntry(
                        name: table.name.asciiLowercased,
                        alias: alias,
                        columns: entries,
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
            let columns = names.indices.map { "c\($0)" }.joined(separator: ", ")
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

    /// The names of a derived table's columns: those given, else those of the query.
    func columnNames(_ columns: [ResultColumn], _ given: [String]) throws(SQLError) -> [String] {
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
        return names
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
        if !query.order.allSatisfy({ Self.isPlain($0.expression) }) {
            sql = prefix + (try ordered(String(sql.dropFirst(prefix.count)), columns, by: query.order))
        } else if !query.order.isEmpty {
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
        case .values(let rows): return try writeValues(rows, outer)
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

    /// A position or a name.
    private static func isPlain(_ expression: Expression) -> Bool {
        switch expression {
        case .literal(.integer): true
        case .column(let name): name.parts.count == 1
        default: false
        }
    }

    /// ORDER BY expressions of the columns that a UNION gives.
    private func ordered(_ sql: String, _ columns: [ResultColumn], by order: [OrderTerm]) throws(SQLError) -> String {
        let alias = newAlias()
        size.define(columns: columns.map(\.size), of: alias)
        let scope = Scope(outer: nil)
        scope.tables = [
            Scope.Table(
                name: alias,
                columns: columns.enumerated().map {
                    Scope.Column(name: $0.element.name, sql: "\(alias).c\($0.offset)", type: $0.element.type)
                }
            )
        ]
        let context = Context(scope: scope, clause: .order)
        let terms = try order.map { term throws(SQLError) in
            if Self.isPlain(term.expression) { return try compoundOrder(term, columns) }
            let fragment = try write(term.expression, context)
            return key(exact(fragment)) + collation(fragment.type) + (term.isDescending ? " DESC" : "")
        }
        let list = columns.indices.map { "\(alias).c\($0) AS c\($0)" }.joined(separator: ", ")
        return "SELECT \(list) FROM (\(sql)) AS \(alias) ORDER BY \(terms.joined(separator: ", "))"
    }

    private func compoundOrder(_ term: OrderTerm, _ columns: [ResultColumn]) throws(SQLError) -> String {
        var position: Int?
        switch term.expression {
        case .literal(.integer(let number)):
            guard number >= 1, number <= columns.count else {
                throw .unknownColumn(String(number), in: Translation.Clause.order.rawValue)
            }
            position = Int(number) - 1
        case .column(let name) where name.parts.count == 1:
            position = columns.firstIndex { $0.name.asciiLowercased == name.parts[0].asciiLowercased }
            if position == nil { throw .unknownColumn(name.displayed, in: Translation.Clause.order.rawValue) }
        default: break
        }
        guard let position else { throw .unsupported("ORDER BY behind UNION on cluster_schema") }
        return "\(position + 1)\(collation(columns[position].type))\(term.isDescending ? " DESC" : "")"
    }

    private func writeValues(_ rows: [[Expression]], _ outer: Scope?) throws(SQLError) -> Written {
        let context = Context(scope: Scope(outer: outer))
        var columns: [ResultColumn] = []
        var parts: [String] = []
        var written: [[Fragment]] = []
        for row in rows {
            let fragments = try row.map { expression throws(SQLError) in try write(expression, context) }
            if columns.isEmpty {
                columns = fragments.enumerated().map {
                    ResultColumn(name: "column_\($0.offset)", type: $0.element.type)
                }
            }
            guard fragments.count == columns.count else {
                throw SQLError(errno: 1136, sqlState: "21S01", message: "Column count doesn't match value count")
            }
            for (index, fragment) in fragments.enumerated() {
                columns[index].type = TypeRules.common([columns[index].type, fragment.type])
            }
            written.append(fragments)
        }
        for fragments in written {
            let items = fragments.enumerated().map {
                "\(value($0.element, as: columns[$0.offset].type)) AS c\($0.offset)"
            }
            parts.append("SELECT " + items.joined(separator: ", "))
        }
        return Written(sql: parts.joined(separator: " UNION ALL "), columns: columns)
    }

    // MARK: LIMIT

    func limit(_ limit: Limit?, _ outer: Scope?) throws(SQLError) -> String {
        guard let limit else { return "" }
        let context = Context(scope: Scope(outer: nil), clause: .limit)
        var sql = " LIMIT " + integer(try write(limit.count, context))
        if let offset = limit.offset { sql += " OFFSET " + integer(try write(offset, context)) }
        return sql
    }

    /// What makes SQLite compare a text as MySQL does.
    func collation(_ type: ValueType) -> String {
        guard type.kind == .text else { return "" }
        return type.collation == .binary ? " COLLATE BINARY" : " COLLATE NOCASE"
    }
}
