package import MySQLWire

/// A query in SQLite's dialect, with what its result is in MySQL's.
package struct Translation {
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

    package var sql: String
    /// As the client is told of them.
    package var columns: [ColumnDefinition]
    /// What the values are, column by column.
    package var types: [ValueType]
    /// Names of the base tables that are read.
    package var tables: Set<String>
    package var parameterCount: Int
}
