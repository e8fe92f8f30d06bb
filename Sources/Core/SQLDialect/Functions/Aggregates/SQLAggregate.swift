package import MySQLWire

/// An aggregate that written statements may call.
package struct SQLAggregate {
    package let name: String
    package let makeState: () -> any AggregateState

    init(_ name: String, _ makeState: @escaping () -> any AggregateState) {
        self.name = name
        self.makeState = makeState
    }
}

/// The state of one group while its rows are read.
package protocol AggregateState: AnyObject {
    func step(_ arguments: [SQLValue]) throws(SQLFunction.Failure)
    func result() throws(SQLFunction.Failure) -> SQLValue
}
