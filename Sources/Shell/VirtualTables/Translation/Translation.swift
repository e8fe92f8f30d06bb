import MySQLWire

/// A query in SQLite's dialect, with what its result is in MySQL's.
struct Translation {
    /// A part of a query, by the name that error messages give it.
    enum Clause: String {
        case fieldList = "field list"
        case from = "from clause"
        case on = "on clause"
        case `where` = "where clause"
        case group = "group statement"
        case having = "having clause"
        case order = "order clause"
        case limit = "limit clause"
    }

    var sql: String
    /// As the client is told of them.
    var columns: [ColumnDefinition]
    /// What the values are, column by column.
    var types: [ValueType]
    /// Names of the base tables that are read.
    var tables: Set<String>
    var parameterCount: Int
}
