import MySQLWire
import QueryRouting

// Aggregates.
extension StatementWriter {
    static let aggregates: Set<String> = ["count", "sum", "avg", "min", "max", "group_concat", "json_arrayagg"]

    static let misplacedAggregate = SQLError(
        errno: 1111,
        sqlState: "HY000",
        message: "Invalid use of group function"
    )

    func aggregate(_ call: FunctionCall, _ outer: Context) throws(SQLError) -> Fragment {
        guard outer.allowsAggregates, !outer.isInsideAggregate else { throw Self.misplacedAggregate }
        var context = outer
        context.isInsideAggregate = true
        context.allowsItems = false
        usesAggregates = true
        if call.hasStar { return Fragment("count(*)", ValueType.bigInteger.nullable(false)) }
        let arguments = try call.arguments.map { argument throws(SQLError) in try write(argument, context) }
        if call.name == "group_concat" { return try groupConcat(call, arguments, context) }
        if call.name == "count", call.isDistinct, arguments.count > 1 {
            throw .unsupported("COUNT(DISTINCT) of several values on cluster_schema")
        }
        guard arguments.count == 1 else { throw Self.wrongCount(call.spelling) }
        return try single(call, arguments[0])
    }

    private func single(_ call: FunctionCall, _ value: Fragment) throws(SQLError) -> Fragment {
        let distinct = call.isDistinct ? "DISTINCT " : ""
        switch call.name {
        case "count":
            let sql = call.isDistinct ? "DISTINCT \(compared(value))" : exact(value)
            return Fragment("count(\(sql))", ValueType.bigInteger.nullable(false))
        case "min", "max":
            var type = value.type.kind == .null ? .text(0) : value.type.nullable(true)
            type.isBoolean = false
            return Fragment("\(call.name)(\(compared(value)))", type)
        case "sum", "avg":
            guard value.type.isTemporal || value.type.isNumber && value.type.kind != .double else {
                return Fragment("\(call.name)(\(distinct)\(number(value)))", .double)
            }
            return call.name == "sum" ? try exactSum(value, distinct) : try exactAverage(value, distinct)
        default: return Fragment("my_json_arrayagg(\(JSONCalls.value(value, self)))", .json(1 << 18))
        }
    }

    private func groupConcat(
        _ call: FunctionCall,
        _ arguments: [Fragment],
        _ context: Context
    ) throws(SQLError) -> Fragment {
        let texts = arguments.map { text($0) }
        let value = texts.count == 1 ? texts[0] : "my_concat(\(texts.joined(separator: ", ")))"
        var list = [SQLLiteral.text(call.separator ?? ","), call.isDistinct ? "1" : "0", value]
        for term in call.order {
            var key = try write(term.expression, context)
            if case .literal(.integer(let position)) = term.expression {
                key = arguments[try Self.index(ofPosition: position, of: arguments.count, .order)]
            }
            list.append(exact(key))
            list.append(term.isDescending ? "1" : "0")
        }
        guard list.count <= 120 else { throw Self.wrongCount(call.spelling) }
        return Fragment("my_group_concat(\(list.joined(separator: ", ")))", .text(1 << 18))
    }
}
