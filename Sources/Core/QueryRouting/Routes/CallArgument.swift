package import MySQLWire

/// Where the value of an argument comes from.
package enum CallArgument: Hashable, Sendable {
    case value(SQLValue)
    /// The `?` at this position.
    case parameter(Int)
    /// `@name`, as written: mysqld alone knows its value.
    case variable(String)
}

extension [CallArgument] {
    package var parameterCount: Int { count { if case .parameter = $0 { true } else { false } } }

    /// The variables whose values have to be asked for, in the arguments' order.
    package var variables: [String] { compactMap { if case .variable(let name) = $0 { name } else { nil } } }

    /// - Parameters:
    ///   - parameters: of the prepared statement; NULL stands for those that are missing.
    ///   - variables: the values of `variables`, in its order.
    package func values(parameters: [SQLValue], variables: [SQLValue]) -> [SQLValue] {
        var rest = variables[...]
        return map { argument in
            switch argument {
            case .value(let value): value
            case .parameter(let index): parameters.indices.contains(index) ? parameters[index] : .null
            case .variable: rest.popFirst() ?? .null
            }
        }
    }
}
