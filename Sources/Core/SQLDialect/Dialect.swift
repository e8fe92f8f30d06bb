/// What of SQLite translated statements may call.
package enum Dialect {
    /// Functions of SQLite that touch nothing but their arguments. All others are refused when a statement is compiled,
    /// should one ever get past the translation.
    package static let nativeFunctions: Set<String> = [
        // aggregates
        "avg", "count", "max", "min", "sum",
        // values
        "abs", "ceil", "coalesce", "floor", "iif",
        // texts
        "length", "ltrim", "rtrim", "trim",
        // JSON
        "json_type", "json_valid", "->", "->>",
    ]
}
