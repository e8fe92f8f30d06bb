import MySQLWire

/// All functions of our own that translated statements call. Their names begin with `my_`, so that none hides one of
/// SQLite's.
package enum MySQLFunctions {
    package static func all(_ environment: FunctionEnvironment) -> [SQLFunction] {
        SessionFunctions.all(environment) + TimeFunctions.all(environment) + ConversionFunctions.all
            + NumberFunctions.all(environment) + DecimalFunctions.all + TextFunctions.all
            + PatternFunctions.all(environment)
            + JSONFunctions.all
    }

    /// How long a text that a function builds may become, in bytes.
    static let maximumBytes = 1 << 20
}
