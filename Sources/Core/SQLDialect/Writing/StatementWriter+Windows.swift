import MySQLWire
import QueryRouting

/// Names of the functions that need a window.
enum WindowCalls {
    static let names: Set<String> = [
        "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value",
        "last_value", "nth_value",
    ]
}

// Functions over windows; SQLite's own do the work.
extension StatementWriter {
    func windowFunction(_ call: FunctionCall, _ context: Context) throws(SQLError) -> Fragment {
        guard call.over != nil else {
            throw SQLError(
                errno: 1064,
                sqlState: "42000",
                message: "You have an error in your SQL syntax: the window function \(call.spelling) needs OVER"
            )
        }
        guard context.allowsAggregates, !context.isInsideAggregate,
            context.clause == .fieldList || context.clause == .order
        else {
            throw SQLError(
                errno: 4015,
                sqlState: "HY000",
                message: "Window function is allowed only in SELECT list and ORDER BY clause"
            )
        }
        let over = try self.over(call, context)
        let arguments = try call.arguments.map { argument throws(SQLError) in try scalar(argument, context) }
        let counts: ClosedRange<Int>
        let type: ValueType
        switch call.name {
        case "row_number", "rank", "dense_rank":
            counts = 0...0
            type = ValueType.bigInteger.nullable(false)
        case "percent_rank", "cume_dist":
            counts = 0...0
            var rank = ValueType.double
            rank.decimals = 10
            rank.length = 27
            type = rank
        case "ntile":
            counts = 1...1
            type = ValueType.bigInteger.nullable(false)
        case "lag", "lead":
            counts = 1...3
            type = TypeRules.common(
                [arguments.first, arguments.count == 3 ? arguments[2] : nil].compactMap { $0?.type }
            )
        case "nth_value":
            counts = 2...2
            type = arguments.first?.type ?? .null
        default:
            counts = 1...1
            type = arguments.first?.type ?? .null
        }
        guard counts.contains(arguments.count) else { throw Self.wrongCount(call.spelling) }
        var list: [String] = []
        for (index, argument) in arguments.enumerated() {
            let isOffset = index == 1 || call.name == "ntile"
            list.append(isOffset ? integer(argument) : value(argument, as: type))
        }
        let isOfRows = !call.arguments.isEmpty && call.name != "ntile"
        return Fragment("\(call.name)(\(list.joined(separator: ", ")))\(over)", isOfRows ? type.nullable(true) : type)
    }
}
