/// What of SQLite translated statements may call.
package enum Dialect {
    /// Functions of SQLite that touch nothing but their arguments. All others are refused when a statement is compiled,
    /// should one ever get past the translation.
    package static let nativeFunctions: Set<String> = [
        // aggregates and windows
        "avg", "count", "max", "min", "sum", "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile",
        "lag", "lead", "first_value", "last_value", "nth_value",
        // values
        "abs", "coalesce", "iif", "round", "sign",
        // numbers
        "exp", "ln", "log", "log10", "log2", "pow", "sqrt",
        // JSON
        "json_valid", "->", "->>",
    ]
}
