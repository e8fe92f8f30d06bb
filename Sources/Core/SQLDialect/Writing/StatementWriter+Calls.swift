import MySQLWire
import QueryRouting

// Calls of functions.
extension StatementWriter {
    func call(_ call: FunctionCall, _ context: Context) throws(SQLError) -> Fragment {
        if AggregateCalls.names.contains(call.name) || call.hasStar { return try aggregate(call, context) }
        if let reason = FunctionSpecification.refused[call.name] {
            throw .unsupported("\(call.spelling.uppercased())() on cluster_schema: \(reason)")
        }
        if WindowCalls.names.contains(call.name) { return try windowFunction(call, context) }
        guard call.over == nil, !call.isDistinct else {
            // Perhaps one of mysqld's.
            guard FunctionSpecification.all[call.name] != nil else {
                throw .unknownFunction(call.spelling.uppercased())
            }
            throw SQLError(
                errno: 1064,
                sqlState: "42000",
                message: "You have an error in your SQL syntax: \(call.spelling) is no aggregate or window function"
            )
        }
        let arguments = try call.arguments.map { argument throws(SQLError) in try scalar(argument, context) }
        if let special = try unitCall(call, arguments) { return special }
        guard let specification = FunctionSpecification.all[call.name] else {
            throw .unknownFunction(call.spelling.uppercased())
        }
        guard specification.arity.contains(arguments.count) else { throw Self.wrongCount(call.spelling) }
        return try specification.body(self, arguments)
    }

    static func wrongCount(_ function: String) -> SQLError {
        SQLError(
            errno: 1582,
            sqlState: "42000",
            message: "Incorrect parameter count in the call to native function '\(function)'"
        )
    }

    /// Functions with a unit among their arguments.
    private func unitCall(_ call: FunctionCall, _ arguments: [Fragment]) throws(SQLError) -> Fragment? {
        guard let unit = call.unit else { return nil }
        if call.name == "extract" { return try TimeCalls.extract(unit, from: arguments[0], self) }
        guard arguments.count == 2 else { throw Self.wrongCount(call.spelling) }
        guard !unit.isComposite else {
            throw SQLError(
                errno: 1064,
                sqlState: "42000",
                message: "You have an error in your SQL syntax near '\(unit.rawValue.uppercased())'"
            )
        }
        if call.name == "timestampdiff" {
            let list = arguments.map { temporalSource($0) }.joined(separator: ", ")
            return Fragment("my_timestampdiff('\(unit.rawValue)', \(list))", .bigInteger)
        }
        // TIMESTAMPADD(unit, amount, date).
        let fraction = max(unit == .microsecond ? 6 : 0, arguments[1].type.isTemporal ? arguments[1].type.decimals : 0)
        let rest = "\(text(arguments[0])), '\(unit.rawValue)', 1"
        if arguments[1].type.kind == .date, !unit.hasTime {
            return Fragment("my_shift_date(\(arguments[1].sql), \(rest))", .date)
        }
        if arguments[1].type.hasDate {
            return Fragment(
                "my_shift_datetime(\(arguments[1].sql), \(rest), \(fraction))",
                .dateTime(fraction: fraction)
            )
        }
        return Fragment("my_shift_text(\(temporalSource(arguments[1])), \(rest))", .text(19))
    }
}
