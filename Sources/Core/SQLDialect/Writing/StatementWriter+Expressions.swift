import MySQLWire
import QueryRouting

// Expressions, but for comparisons and calls.
extension StatementWriter {
    func write(_ expression: Expression, _ context: Context) throws(SQLError) -> Fragment {
        try size.spend()
        let fragment = try writeOperation(expression, context)
        guard fragment.sql.utf8.count <= size.maximum else { throw StatementSize.tooLarge }
        return fragment
    }

    private func writeOperation(_ expression: Expression, _ context: Context) throws(SQLError) -> Fragment {
        switch expression {
        case .literal(let literal): return try self.literal(literal)
        case .parameter(let number): return try input(number, inputs.parameters)
        case .variable(let name): return try variable(name)
        case .column(let name): return try column(name, context)
        case .unary(let operation, let operand): return try unary(operation, try write(operand, context), context)
        case .binary(let operation, let left, let right):
            return try binary(operation, try write(left, context), try write(right, context))
        case .logical(let operation, let operands):
            var type = ValueType.boolean
            let parts = try operands.map { operand throws(SQLError) in
                let fragment = try write(operand, context)
                if fragment.type.isNullable { type.isNullable = true }
                return truth(fragment)
            }
            return Fragment(Self.balanced(parts[...], operation.rawValue), type, binding: .loose)
        case .compare(let comparison, let left, let right):
            return compare(comparison, try write(left, context), try write(right, context))
        case .between(let operand, let low, let high, let isNegated):
            let value = try write(operand, context)
            let lower = compare(.greaterOrEqual, value, try write(low, context))
            let upper = compare(.lessOrEqual, value, try write(high, context))
            let both = "\(lower.operand(.additive)) AND \(upper.operand(.additive))"
            let type = ValueType.boolean.nullable(lower.type.isNullable || upper.type.isNullable)
            return Fragment(isNegated ? "NOT (\(both))" : both, type, binding: .loose)
        case .inList(let operand, let list, let isNegated):
            return try membership(operand, in: list, isNegated, context)
        case .inQuery(let operand, let query, let isNegated):
            return try membership(operand, in: query, isNegated, context)
        case .like(let operand, let pattern, let escape, let isNegated):
            return try like(operand, pattern, escape, isNegated, context)
        case .truth(let operand, let test, let isNegated):
            let fragment = try write(operand, context)
            let not = isNegated ? "NOT " : ""
            switch test {
            case .null:
                return Fragment("\(exactOperand(fragment)) IS \(not)NULL", .boolean, binding: .loose)
            case .isTrue: return Fragment("(\(truth(fragment))) IS \(not)TRUE", .boolean, binding: .loose)
            case .isFalse: return Fragment("(\(truth(fragment))) IS \(not)FALSE", .boolean, binding: .loose)
            }
        case .choice(let operand, let branches, let otherwise):
            return try choice(operand, branches, otherwise, context)
        case .cast(let operand, let type): return try cast(try write(operand, context), to: type)
        case .collated(let operand, let collation):
            var fragment = try write(operand, context)
            guard fragment.type.kind != .bytes else { return fragment }
            fragment = Fragment(text(fragment), .text(fragment.type.characters))
            fragment.type.collation = collation
            return fragment
        case .shifted(let date, let interval, let isNegated):
            return try shift(try write(date, context), interval, isNegated, context)
        case .call(let call): return try self.call(call, context)
        case .subquery(let query):
            let written = try write(query, outer: context.scope)
            guard written.columns.count == 1 else { throw Self.oneColumn }
            let type = written.columns[0].type
            if isOneRow(query) { return Fragment("(\(written.sql))", type) }
            let sql = isLimitedToOne(query) ? written.sql : "SELECT my_only_row(c0) FROM (\(written.sql))"
            return Fragment("(\(sql))", type.nullable(true))
        case .exists(let query):
            return Fragment("EXISTS (\(try write(query, outer: context.scope).sql))", .boolean)
        }
    }

    /// `SELECT 1` without a table always gives a row.
    private func isOneRow(_ query: Query) -> Bool {
        guard query.rest.isEmpty, query.limit == nil, case .select(let select) = query.first else { return false }
        if case .expression(let expression, _, _) = select.items[0], case .literal = expression {
            return select.from.isEmpty && select.condition == nil && select.having == nil
        }
        return false
    }

    private func isLimitedToOne(_ query: Query) -> Bool {
        if case .literal(.integer(1))? = query.limit?.count { return true }
        return false
    }

    /// A condition.
    func truth(_ expression: Expression, _ context: Context) throws(SQLError) -> String {
        truth(try write(expression, context))
    }

    /// A long chain as a tree that is no deeper than it must be.
    static func balanced(_ parts: ArraySlice<String>, _ operation: String) -> String {
        if parts.count <= 8 { return parts.map { "(\($0))" }.joined(separator: " \(operation) ") }
        let middle = parts.startIndex + parts.count / 2
        return "(\(balanced(parts[..<middle], operation))) \(operation) (\(balanced(parts[middle...], operation)))"
    }

    // MARK: Names

    func fragment(of column: Scope.Column) -> Fragment {
        var fragment = Fragment(column.sql, column.type)
        fragment.origin = column.origin
        fragment.isColumn = true
        return fragment
    }

    private func column(_ name: ColumnName, _ context: Context) throws(SQLError) -> Fragment {
        try size.spend(context.scope.reach / 64)
        let alias = context.allowsItems && !context.isInsideAggregate ? self.alias(name, context) : nil
        if context.clause != .group, let alias { return try expand(alias, context) }
        let lookup =
            alias == nil ? context.scope.column(name) : context.scope.columnHere(name)
        switch lookup {
        case .found(let column): return fragment(of: column)
        case .ambiguous:
            throw SQLError(
                errno: 1052,
                sqlState: "23000",
                message: "Column '\(name.displayed)' in \(context.clause.rawValue) is ambiguous"
            )
        case .outOfReach:
            throw .unsupported("a column of the query around in GROUP BY or ORDER BY on cluster_schema")
        case .missing:
            if let alias { return try expand(alias, context) }
            throw .unknownColumn(name.displayed, in: context.clause.rawValue)
        }
    }

    private func alias(_ name: ColumnName, _ context: Context) -> Expression? {
        guard name.parts.count == 1 else { return nil }
        let wanted = name.parts[0].asciiLowercased
        return context.scope.items.first { $0.name == wanted }?.expression
    }

    /// What an alias stands for; names in it are columns.
    private func expand(_ expression: Expression, _ context: Context) throws(SQLError) -> Fragment {
        var inner = context
        inner.allowsItems = false
        inner.clause = .fieldList
        if context.clause == .group { inner.allowsAggregates = false }
        return try write(expression, inner)
    }

    // MARK: Operators

    private func unary(
        _ operation: UnaryOperator,
        _ operand: Fragment,
        _ context: Context
    ) throws(SQLError) -> Fragment {
        switch operation {
        case .not:
            return Fragment(
                "NOT (\(truth(operand)))",
                ValueType.boolean.nullable(operand.type.isNullable),
                binding: .loose
            )
        case .negative:
            var type = operand.type
            switch type.kind {
            case .integer, .bytes:
                type = ValueType.integer(min(21, type.length + 1), isBig: type.length > 8).nullable(type.isNullable)
            case .decimal, .double: type.isUnsigned = false
            case .null: break
            default: type = ValueType.double.nullable(type.isNullable)
            }
            guard type.kind == .decimal else { return Fragment("(-\(numberOperand(operand)))", type) }
            var fragment = Fragment("(-(\(operand.sql)))", type, needsRounding: operand.needsRounding)
            fragment.digits = operand.digits
            return fragment
        }
    }

    func binary(
        _ operation: BinaryOperator,
        _ left: Fragment,
        _ right: Fragment
    ) throws(SQLError) -> Fragment {
        if operation == .concatenate {
            let length = left.type.characters + right.type.characters
            return Fragment("my_concat(\(text(left)), \(text(right)))", .text(length))
        }
        let type = TypeRules.arithmetic(operation, left.type, right.type)
        if let exact = try exactArithmetic(operation, left, right, type) { return exact }
        let (first, second) = (numberOperand(left, .multiplicative), numberOperand(right))
        switch operation {
        case .add, .subtract:
            let sql = "\(numberOperand(left, .additive)) \(operation.rawValue) \(numberOperand(right, .multiplicative))"
            return Fragment(sql, type, binding: .additive)
        case .multiply:
            return Fragment("\(first) * \(second)", type, binding: .multiplicative)
        case .divide:
            // Of two integers SQLite gives the whole part; MySQL never does.
            return Fragment("\(first) * 1.0 / \(second)", type, binding: .multiplicative)
        default:
            // SQLite's own cut towards zero, as MySQL's do, and give NULL for a divisor of 0.
            guard [left, right].allSatisfy({ $0.type.isWhole }) else {
                throw .unsupported("DIV and % of fractions on cluster_schema")
            }
            let symbol = operation == .wholeDivide ? "/" : "%"
            return Fragment("\(first) \(symbol) \(second)", type, binding: .multiplicative)
        }
    }

    // MARK: CASE

    private func choice(
        _ operand: Expression?,
        _ branches: [Branch],
        _ otherwise: Expression?,
        _ context: Context
    ) throws(SQLError) -> Fragment {
        let subject = try operand.map { expression throws(SQLError) in try write(expression, context) }
        var conditions: [String] = []
        var values: [Fragment] = []
        for branch in branches {
            let condition = try write(branch.condition, context)
            conditions.append(subject.map { compare(.equal, $0, condition).sql } ?? truth(condition))
            values.append(try write(branch.value, context))
        }
        values.append(
            try otherwise.map { expression throws(SQLError) in try write(expression, context) }
                ?? Fragment("NULL", .null)
        )
        let type = TypeRules.common(values.map(\.type))
        var sql = "CASE"
        for (condition, value) in zip(conditions, values) {
            sql += " WHEN \(condition) THEN \(self.value(value, as: type))"
        }
        if otherwise != nil, let last = values.last { sql += " ELSE \(self.value(last, as: type))" }
        return Fragment(sql + " END", type)
    }
}
