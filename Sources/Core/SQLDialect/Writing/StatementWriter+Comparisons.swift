import MySQLWire
import QueryRouting

// Comparisons: what is compared as text, as numbers or as times.
extension StatementWriter {
    func compare(_ comparison: Comparison, _ left: Fragment, _ right: Fragment) -> Fragment {
        let symbol = comparison == .nullSafeEqual ? "IS" : comparison.rawValue
        let (first, second) = operands(left, right)
        let isNullable = comparison != .nullSafeEqual && (left.type.isNullable || right.type.isNullable)
        return Fragment("\(first) \(symbol) \(second)", ValueType.boolean.nullable(isNullable), binding: .loose)
    }

    /// The two sides in the form in which they compare.
    private func operands(_ left: Fragment, _ right: Fragment) -> (String, String) {
        let (one, other) = (left.type.kind, right.type.kind)
        if one == .null || other == .null { return (exactOperand(left), exactOperand(right)) }
        if left.type.isTemporal || right.type.isTemporal { return temporalOperands(left, right) }
        if left.type.isText, right.type.isText {
            let isBinary = isBinaryText(left) || isBinaryText(right)
            let collation = isBinary ? " COLLATE BINARY" : left.isColumn ? "" : " COLLATE NOCASE"
            return (textOperand(left) + collation, textOperand(right))
        }
        if left.type.kind == .decimal || right.type.kind == .decimal,
            ![left, right].contains(where: { $0.type.kind == .double || $0.type.isText })
        {
            let scale = max(left.type.scale, right.type.scale)
            return (
                moved(exactNumber(left), by: scale - left.type.scale),
                moved(exactNumber(right), by: scale - right.type.scale)
            )
        }
        if left.type.kind == .decimal { return (number(left), exactNumber(right)) }
        if right.type.kind == .decimal { return (exactNumber(left), number(right)) }
        return (exactNumber(left), exactNumber(right))
    }

    func isBinaryText(_ fragment: Fragment) -> Bool { fragment.type.isText && fragment.type.collation == .binary }

    private func textOperand(_ fragment: Fragment) -> String {
        fragment.type.kind == .bytes ? text(fragment) : fragment.operand(.tight)
    }

    private func exactNumber(_ fragment: Fragment) -> String {
        fragment.type.isNumber ? exactOperand(fragment) : number(fragment)
    }

    private func temporalOperands(_ left: Fragment, _ right: Fragment) -> (String, String) {
        if left.type.kind == right.type.kind, left.type.decimals == right.type.decimals {
            return (left.operand(.tight), right.operand(.tight))
        }
        let areTimes = [left, right].allSatisfy { !$0.type.hasDate }
        if areTimes { return (time(left), time(right)) }
        return (comparedDateTime(left), comparedDateTime(right))
    }

    /// A text that is no date compares as the date of zeros, as in MariaDB.
    private func comparedDateTime(_ fragment: Fragment) -> String {
        guard fragment.type.isText else { return dateTime(fragment) }
        return "my_datetime_or_zero(\(temporalSource(fragment)))"
    }

    // MARK: IN

    func membership(
        _ operand: Expression,
        in list: [Expression],
        _ isNegated: Bool,
        _ context: Context
    ) throws(SQLError) -> Fragment {
        let not = isNegated ? "NOT " : ""
        let value = try write(operand, context)
        let items = try list.map { item throws(SQLError) in try write(item, context) }
        let type = ValueType.boolean.nullable(value.type.isNullable || items.contains { $0.type.isNullable })
        let known = items.filter { $0.type.kind != .null }
        if known.allSatisfy({ $0.type.isText && !isBinaryText($0) }), value.type.kind == .text, !isBinaryText(value) {
            let collation = value.isColumn ? "" : " COLLATE NOCASE"
            let sql = "\(value.operand(.tight))\(collation) \(not)IN (\(items.map(\.sql).joined(separator: ", ")))"
            return Fragment(sql, type, binding: .loose)
        }
        if known.allSatisfy({ $0.type.isNumber && $0.type.kind != .decimal }), value.type.isNumber,
            value.type.kind != .decimal
        {
            let sql = "\(exactOperand(value)) \(not)IN (\(items.map { exact($0) }.joined(separator: ", ")))"
            return Fragment(sql, type, binding: .loose)
        }
        let parts = items.map { compare(.equal, value, $0).sql }
        return Fragment("\(not)(\(Self.balanced(parts[...], "OR")))", type, binding: .loose)
    }

    func membership(
        _ operand: Expression,
        in query: Query,
        _ isNegated: Bool,
        _ context: Context
    ) throws(SQLError) -> Fragment {
        let written = try write(query, outer: context.scope)
        guard written.columns.count == 1 else { throw Self.oneColumn }
        let alias = newAlias()
        let column = Fragment("\(alias).c0", written.columns[0].type)
        let value = try write(operand, context)
        let (left, right) = operands(value, column)
        return Fragment(
            "\(left) \(isNegated ? "NOT " : "")IN (SELECT \(right) FROM (\(written.sql)) AS \(alias))",
            ValueType.boolean.nullable(value.type.isNullable || column.type.isNullable),
            binding: .loose
        )
    }

    // MARK: LIKE

    func like(
        _ operand: Expression,
        _ pattern: Expression,
        _ escape: Expression?,
        _ isNegated: Bool,
        _ context: Context
    ) throws(SQLError) -> Fragment {
        let (value, other) = (try write(operand, context), try write(pattern, context))
        let mark = try escape.map { expression throws(SQLError) in try write(expression, context) }
        let escaping = mark.map { text($0) } ?? (hasBackslashEscapes ? #"'\'"# : "''")
        let isBinary = isBinaryText(value) || isBinaryText(other)
        let sql = "my_like(\(text(value)), \(text(other)), \(escaping), \(isBinary ? 1 : 0))"
        let type = ValueType.boolean.nullable(value.type.isNullable || other.type.isNullable)
        return Fragment(isNegated ? "NOT \(sql)" : sql, type, binding: isNegated ? .loose : .tight)
    }
}
