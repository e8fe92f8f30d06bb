import MySQLWire
import QueryRouting

// Calls of functions.
extension StatementWriter {
    func call(_ call: FunctionCall, _ context: Context) throws(SQLError) -> Fragment {
        if Self.aggregates.contains(call.name) || call.hasStar { return try aggregate(call, context) }
        guard let specification = FunctionSpecification.all[call.name] else {
            // Perhaps one of mysqld's.
            throw .unknownFunction(call.spelling.uppercased())
        }
        guard !call.isDistinct else {
            throw SQLError(
                errno: 1064,
                sqlState: "42000",
                message: "You have an error in your SQL syntax: \(call.spelling) is no aggregate"
            )
        }
        let arguments = try call.arguments.map { argument throws(SQLError) in try write(argument, context) }
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
}
