import MySQLWire
import QueryRouting

/// Names of the aggregates.
enum AggregateCalls {
    static let names: Set<String> = [
        "count", "sum", "avg", "min", "max", "group_concat", "json_arrayagg", "json_objectagg", "any_value",
    ]

    /// Those that SQLite can also run over a window.
    static let overWindows: Set<String> = ["count", "sum", "avg", "min", "max"]
}

// Aggregates.
extension StatementWriter {
    static let misplacedAggregate = SQLError(
        errno: 1111,
        sqlState: "HY000",
        message: "Invalid use of group function"
    )

    func aggregate(_ call: FunctionCall, _ outer: Context) throws(SQLError) -> Fragment {
        guard outer.allowsAggregates, !outer.isInsideAggregate else { throw Self.misplacedAggregate }
        var context = outer
        // Over a window an aggregate is of rows that are groups already.
        context.isInsideAggregate = call.over == nil
        context.allowsItems = false
        if call.over == nil { usesAggregates = true }
        if call.over != nil, !AggregateCalls.overWindows.contains(call.name) {
            // As MariaDB says it.
            throw .unsupported("\(call.spelling.uppercased())() aggregate as window function")
        }
        if call.over != nil, call.isDistinct {
            throw .unsupported("\(call.spelling.uppercased())(DISTINCT) aggregate as window function")
        }
        let over = try self.over(call, outer)
        if call.hasStar { return Fragment("count(*)\(over)", ValueType.bigInteger.nullable(false)) }
        let arguments = try call.arguments.map { argument throws(SQLError) in try scalar(argument, context) }
        if call.name == "group_concat" { return try groupConcat(call, arguments, context) }
        if call.name == "count", call.isDistinct, arguments.count > 1 { return countDistinct(arguments) }
        guard arguments.count == (call.name == "json_objectagg" ? 2 : 1) else {
            throw Self.wrongCount(call.spelling)
        }
        return try single(call, arguments, over)
    }

    private func single(_ call: FunctionCall, _ arguments: [Fragment], _ over: String) throws(SQLError) -> Fragment {
        let value = arguments[0]
        let distinct = call.isDistinct ? "DISTINCT " : ""
        let numeric = ValueType(
            kind: value.type.isNumber ? value.type.kind : value.type.isTemporal ? .decimal : .double,
            length: value.type.length,
            decimals: value.type.scale
        )
        switch call.name {
        case "count":
            let sql = exact(value) + (call.isDistinct && !value.isColumn ? collation(value.type) : "")
            return Fragment("count(\(distinct)\(sql))\(over)", ValueType.bigInteger.nullable(false))
        case "min", "max":
            var type = value.type.kind == .null ? .text(0) : value.type.nullable(true)
            type.isBoolean = false
            let sql = exact(value) + (value.isColumn ? "" : collation(value.type))
            return Fragment("\(call.name)(\(sql))\(over)", type)
        case "sum":
            let sql = "sum(\(distinct)\(number(value)))\(over)"
            if numeric.kind == .double { return Fragment(sql, .double) }
            return try exactSum(value, distinct, over)
        case "avg":
            let sql = "avg(\(distinct)\(number(value)))\(over)"
            if numeric.kind == .double { return Fragment(sql, .double) }
            return try exactAverage(value, distinct, over)
        case "any_value": return Fragment("my_any_value(\(exact(value)))", value.type.nullable(true))
        case "json_arrayagg":
            return Fragment("my_json_arrayagg(\(JSONCalls.value(value, self)))", .json(1 << 18))
        default:
            let member = JSONCalls.value(arguments[1], self)
            return Fragment("my_json_objectagg(\(text(value)), \(member))", .json(1 << 18))
        }
    }

    /// COUNT(DISTINCT a, b): rows in which neither is NULL.
    private func countDistinct(_ arguments: [Fragment]) -> Fragment {
        let parts = arguments.map { argument in
            argument.type.kind == .text ? "my_upper(\(text(argument)))" : text(argument)
        }
        let row = parts.map { "my_length(\($0)), ':', \($0)" }.joined(separator: ", ")
        return Fragment("count(DISTINCT my_concat(\(row)))", ValueType.bigInteger.nullable(false))
    }

    private func groupConcat(
        _ call: FunctionCall,
        _ arguments: [Fragment],
        _ context: Context
    ) throws(SQLError) -> Fragment {
        let texts = arguments.map { text($0) }
        let value = texts.count == 1 ? texts[0] : "my_concat(\(texts.joined(separator: ", ")))"
        var list = [SQLLiteral.text(call.separator ?? ","), call.isDistinct ? "1" : "0"]
        list.append(try bound(call.limit?.offset, context) ?? "0")
        list.append(try bound(call.limit?.count, context) ?? "NULL")
        list.append(value)
        for term in call.order {
            var key = try scalar(term.expression, context)
            if case .literal(.integer(let position)) = term.expression {
                guard position >= 1, position <= arguments.count else {
                    throw .unknownColumn(String(position), in: Translation.Clause.order.rawValue)
                }
                key = arguments[Int(position) - 1]
            }
            list.append(exact(key))
            list.append(term.isDescending ? "1" : "0")
        }
        guard list.count <= 120 else { throw Self.wrongCount(call.spelling) }
        return Fragment("my_group_concat(\(list.joined(separator: ", ")))", .text(1 << 18))
    }

    private func bound(_ expression: Expression?, _ context: Context) throws(SQLError) -> String? {
        guard let expression else { return nil }
        return integer(try scalar(expression, context))
    }

    func over(_ call: FunctionCall, _ context: Context) throws(SQLError) -> String {
        switch call.over {
        case nil: return ""
        case .named(let name): return " OVER \(SQLLiteral.name(name))"
        case .inline(let specification): return " OVER \(try window(specification, context))"
        }
    }
}
