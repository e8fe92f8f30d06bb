import MySQLWire

/// All functions of our own that translated statements call. Their names begin with `my_`, so that none hides one of
/// SQLite's.
enum MySQLFunctions {
    static func all(_ environment: FunctionEnvironment) -> [SQLiteFunction] {
        SessionFunctions.all(environment) + TimeFunctions.all(environment) + ConversionFunctions.all
            + NumberFunctions.all + DecimalFunctions.all + TextFunctions.all + PatternFunctions.all(environment)
            + JSONFunctions.all
    }

    /// How long a text that a function builds may become, in bytes.
    static let maximumBytes = 1 << 20
}

extension SQLiteFunction {
    init(
        _ name: String,
        _ arity: ClosedRange<Int>,
        isDeterministic: Bool = true,
        _ body: @escaping ([SQLValue]) throws(Failure) -> SQLValue
    ) {
        self.init(name: name, arity: arity, isDeterministic: isDeterministic, body: body)
    }
}
