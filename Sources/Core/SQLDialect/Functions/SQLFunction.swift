package import MySQLWire

/// A function that written statements may call.
package struct SQLFunction {
    /// What a function says instead of a value.
    package struct Failure: Error {
        package enum Reason {
            /// The value would be longer than any may be.
            case tooLong
            /// The statement has reached a limit.
            case interrupted
            /// What the client is told.
            case error(SQLError)
        }

        package let reason: Reason

        init(_ error: SQLError) { reason = .error(error) }

        private init(reason: Reason) { self.reason = reason }

        static let tooLong = Failure(reason: .tooLong)
        static let interrupted = Failure(reason: .interrupted)
    }

    package let name: String
    /// How many arguments it takes.
    package let arity: ClosedRange<Int>
    /// The same arguments give the same value; it may then be called once for all rows.
    package let isDeterministic: Bool
    package let body: ([SQLValue]) throws(Failure) -> SQLValue

    package init(
        _ name: String,
        _ arity: ClosedRange<Int>,
        isDeterministic: Bool = true,
        _ body: @escaping ([SQLValue]) throws(Failure) -> SQLValue
    ) {
        self.name = name
        self.arity = arity
        self.isDeterministic = isDeterministic
        self.body = body
    }
}
