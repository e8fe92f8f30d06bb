import MySQLWire
import QueryRouting

// The FROM clause.
extension StatementWriter {
    func writeTables(_ tables: [JoinedTable], _ scope: Scope) throws(SQLError) -> String {
        var sql = ""
        for (index, table) in tables.enumerated() {
            let before = scope.tables.count
            let source = try write(table.source, scope)
            try refuseDuplicates(scope, from: before)
            guard index > 0 else {
                sql = source
                continue
            }
            switch table.kind {
            case .inner: sql += " JOIN "
            case .left: sql += " LEFT JOIN "
            case .right: sql += " RIGHT JOIN "
            }
            sql += source
            if let condition = try joinCondition(table, scope, split: before) { sql += " ON \(condition)" }
            if table.kind != .inner {
                makeNullable(scope, table.kind == .left ? before..<scope.tables.count : 0..<before)
            }
        }
        return sql
    }

    private func makeNullable(_ scope: Scope, _ range: Range<Int>) {
        for table in range {
            for column in scope.tables[table].columns.indices {
                scope.tables[table].columns[column].type.isNullable = true
            }
        }
    }

    private func refuseDuplicates(_ scope: Scope, from start: Int) throws(SQLError) {
        for index in start..<scope.tables.count {
            let name = scope.tables[index].name
            let schema = scope.tables[index].schema
            let isTaken = scope.tables[..<index].contains {
                $0.name.asciiLowercased == name.asciiLowercased && $0.schema == schema
            }
            if isTaken {
                throw SQLError(errno: 1066, sqlState: "42000", message: "Not unique table/alias: '\(name)'")
            }
        }
    }

    private func write(_ source: TableSource, _ scope: Scope) throws(SQLError) -> String {
        switch source {
        case .table(let name, let alias): return try writeTable(name, alias, scope)
        case .group(let tables):
            let inner = Scope(outer: scope.outer)
            let sql = try writeTables(tables, inner)
            scope.tables += inner.tables
            return "(\(sql))"
        case .derived(let query, let alias, let names):
            let written = try write(query, outer: nil)
            let columns = try scopeColumns(written.columns, names)
            let internalAlias = newAlias()
            append(columns, written.columns.map(\.size), of: internalAlias, named: alias, to: scope)
            return "(\(written.sql)) AS \(internalAlias)"
        }
    }

    /// Puts the columns of a query, which SQLite knows under an alias, in sight.
    private func append(
        _ columns: [Scope.Column],
        _ sizes: [Int],
        of alias: String,
        named name: String,
        to scope: Scope
    ) {
        size.define(columns: sizes, of: alias)
        let columns = columns.map { column in
            var column = column
            column.sql = "\(alias).\(column.sql)"
            column.origin?.alias = name
            return column
        }
        scope.tables.append(Scope.Table(name: name, columns: columns))
    }

    private func writeTable(_ name: TableName, _ alias: String?, _ scope: Scope) throws(SQLError) -> String {
        try size.spend(10)
        let internalAlias = newAlias()
        let shown = alias ?? name.table
        let wanted = name.table.asciiLowercased
        if name.schema == nil, let entry = commonTables.last(where: { $0.name == wanted }) {
            append(entry.columns, entry.sizes, of: internalAlias, named: shown, to: scope)
            return "\(entry.alias) AS \(internalAlias)"
        }
        guard let table = catalogTable(name) else {
            throw .unknownTable(name.table, schema: name.schema ?? VirtualSchema.name)
        }
        tables.insert(table.name)
        scope.tables.append(
            Scope.Table(
                name: shown,
                schema: alias == nil ? (name.schema ?? VirtualSchema.name).asciiLowercased : nil,
                columns: table.columns.map { column in
                    Scope.Column(
                        name: column.name,
                        sql: "\(internalAlias).\(SQLLiteral.name(column.name))",
                        type: ValueType(column.type, isNullable: column.isNullable),
                        origin: Scope.Origin(
                            schema: table.schema,
                            table: table.name,
                            column: column.name,
                            alias: shown
                        )
                    )
                }
            )
        )
        return "\(table.schema).\(SQLLiteral.name(table.name)) AS \(internalAlias)"
    }

    private func catalogTable(_ name: TableName) -> TableDefinition? {
        if InformationSchema.holds(name) {
            return catalog.definition(of: name.table, in: VirtualSchema.informationSchema)
        }
        switch schema.resolve(name, isSelected: true) {
        case .virtual(let table): return catalog.definition(of: table)
        case .missing, .server: return nil
        }
    }

    // MARK: Conditions

    /// - Parameter split: the first table of the right side.
    private func joinCondition(_ join: JoinedTable, _ scope: Scope, split: Int) throws(SQLError) -> String? {
        switch join.condition {
        case .none: return nil
        case .on(let expression): return try truth(expression, Context(scope: scope, clause: .on))
        case .using(let names): return try using(names.map(\.asciiLowercased), join.kind, scope, split)
        }
    }

    private func using(
        _ names: [String],
        _ kind: JoinedTable.Kind,
        _ scope: Scope,
        _ split: Int
    ) throws(SQLError) -> String {
        var conditions: [String] = []
        for name in names {
            guard let left = visible(name, scope, 0..<split),
                let right = visible(name, scope, split..<scope.tables.count)
            else { throw .unknownColumn(name, in: Translation.Clause.from.rawValue) }
            let columns = [left, right].map { scope.tables[$0.table].columns[$0.column] }
            conditions.append(compare(.equal, fragment(of: columns[0]), fragment(of: columns[1])).sql)
            // Of a RIGHT JOIN the right side's column is never NULL where the left's is.
            let hidden = kind == .right ? left : right
            scope.tables[hidden.table].columns[hidden.column].isHidden = true
        }
        return conditions.joined(separator: " AND ")
    }

    private func visible(_ name: String, _ scope: Scope, _ range: Range<Int>) -> (table: Int, column: Int)? {
        for table in range {
            let columns = scope.tables[table].columns
            if let column = columns.firstIndex(where: { !$0.isHidden && $0.key == name }) {
                return (table, column)
            }
        }
        return nil
    }
}
