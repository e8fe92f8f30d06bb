package import MySQLWire

/// A CALL of one of our procedures, with as many arguments as it has parameters.
package struct ProcedureCall: Hashable, Sendable {
    package var procedure: Procedure
    package var arguments: [CallArgument]

    package init(_ procedure: Procedure, _ arguments: [CallArgument] = []) {
        self.procedure = procedure
        self.arguments = arguments
    }

    package var parameterCount: Int { arguments.parameterCount }

    package var variables: [String] { arguments.variables }

    /// The arguments' values, as the procedure's parameters want them.
    ///
    /// - Parameters:
    ///   - parameters: those of the prepared statement.
    ///   - variables: the values of `variables`, in its order.
    /// - Throws: `SQLError` 1048, 1366 or 1406 for a value that its parameter does not take.
    package func values(parameters: [SQLValue], variables: [SQLValue]) throws(SQLError) -> [SQLValue] {
        let given = arguments.values(parameters: parameters, variables: variables)
        return try zip(given, procedure.parameters).map { value, parameter throws(SQLError) in
            try parameter.accept(value)
        }
    }
}

extension Procedure.Parameter {
    /// The value in the parameter's type.
    fileprivate func accept(_ value: SQLValue) throws(SQLError) -> SQLValue {
        if value == .null {
            guard isNullable else {
                throw SQLError(errno: 1048, sqlState: "23000", message: "Column '\(name)' cannot be null")
            }
            return .null
        }
        switch type {
        case .text(let limit):
            guard let text = value.argumentText else { throw incorrect("string", value) }
            guard text.unicodeScalars.count <= limit else {
                throw SQLError(errno: 1406, sqlState: "22001", message: "Data too long for column '\(name)' at row 1")
            }
            return .text(text)
        case .flag:
            guard let text = value.argumentText, text == "0" || text == "1" else { throw incorrect("integer", value) }
            return .integer(text == "1" ? 1 : 0)
        }
    }

    private func incorrect(_ kind: String, _ value: SQLValue) -> SQLError {
        let shown = (value.argumentText ?? "").prefix(64)
        return SQLError(
            errno: 1366,
            sqlState: "22007",
            message: "Incorrect \(kind) value: '\(shown)' for column '\(name)' at row 1"
        )
    }
}

extension SQLValue {
    fileprivate var argumentText: String? {
        switch self {
        case .null: nil
        case .integer(let number): String(number)
        case .unsigned(let number): String(number)
        case .double(let number):
            number.rounded() == number ? Int64(exactly: number).map { String($0) } : String(number)
        case .text(let text), .decimal(let text): text
        case .blob(let bytes): String(validating: bytes, as: UTF8.self)
        }
    }
}
