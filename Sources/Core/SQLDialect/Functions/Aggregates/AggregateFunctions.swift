import MySQLWire

/// Aggregates that SQLite lacks or cannot order.
package enum AggregateFunctions {
    package static var all: [SQLAggregate] {
        [
            SQLAggregate("my_group_concat") { GroupConcat() },
            SQLAggregate("my_json_arrayagg") { JSONArray() },
            SQLAggregate("my_json_objectagg") { JSONObject() },
            SQLAggregate("my_any_value") { AnyValue(isOnlyOne: false) },
            // Of a subquery in an expression.
            SQLAggregate("my_only_row") { AnyValue(isOnlyOne: true) },
        ]
    }

    /// What one group's values may take, in bytes.
    static let maximumBytes = 16 << 20
}

private final class AnyValue: AggregateState {
    private var value = SQLValue.null
    private var hasValue = false
    private let isOnlyOne: Bool

    init(isOnlyOne: Bool) {
        self.isOnlyOne = isOnlyOne
    }

    func step(_ arguments: [SQLValue]) throws(SQLFunction.Failure) {
        if hasValue, isOnlyOne {
            throw SQLFunction.Failure(
                SQLError(errno: 1242, sqlState: "21000", message: "Subquery returns more than 1 row")
            )
        }
        guard !hasValue, let first = arguments.first else { return }
        value = first
        hasValue = true
    }

    func result() throws(SQLFunction.Failure) -> SQLValue { value }
}

private final class JSONArray: AggregateState {
    private var text = ""

    func step(_ arguments: [SQLValue]) throws(SQLFunction.Failure) {
        text += (text.isEmpty ? "" : ",") + (arguments.first?.text ?? "null")
        guard text.utf8.count <= MySQLFunctions.maximumBytes else { throw .tooLong }
    }

    func result() throws(SQLFunction.Failure) -> SQLValue { text.isEmpty ? .null : .text("[\(text)]") }
}

private final class JSONObject: AggregateState {
    private var text = ""

    func step(_ arguments: [SQLValue]) throws(SQLFunction.Failure) {
        guard arguments.count == 2, let name = arguments[0].text else { return }
        text += (text.isEmpty ? "" : ", ") + (try JSONFunctions.quoted(name)) + ":" + (arguments[1].text ?? "null")
        guard text.utf8.count <= MySQLFunctions.maximumBytes else { throw .tooLong }
    }

    func result() throws(SQLFunction.Failure) -> SQLValue { text.isEmpty ? .null : .text("{\(text)}") }
}
