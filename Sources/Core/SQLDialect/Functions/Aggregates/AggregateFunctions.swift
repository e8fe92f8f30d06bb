import MySQLWire

/// Aggregates that SQLite lacks or cannot order.
package enum AggregateFunctions {
    package static var all: [SQLAggregate] {
        [
            SQLAggregate("my_group_concat") { GroupConcat() },
            SQLAggregate("my_json_arrayagg") { JSONArray() },
            // Of a subquery in an expression.
            SQLAggregate("my_only_row") { OnlyRow() },
        ]
    }

    /// What one group's values may take, in bytes.
    static let maximumBytes = 16 << 20
}

private final class OnlyRow: AggregateState {
    private var value: SQLValue?

    func step(_ arguments: [SQLValue]) throws(SQLFunction.Failure) {
        guard value == nil else {
            throw SQLFunction.Failure(
                SQLError(errno: 1242, sqlState: "21000", message: "Subquery returns more than 1 row")
            )
        }
        value = arguments.first
    }

    func result() throws(SQLFunction.Failure) -> SQLValue { value ?? .null }
}

private final class JSONArray: AggregateState {
    private var text = ""

    func step(_ arguments: [SQLValue]) throws(SQLFunction.Failure) {
        text += (text.isEmpty ? "" : ",") + (arguments.first?.text ?? "null")
        guard text.utf8.count <= MySQLFunctions.maximumBytes else { throw .tooLong }
    }

    func result() throws(SQLFunction.Failure) -> SQLValue { text.isEmpty ? .null : .text("[\(text)]") }
}
