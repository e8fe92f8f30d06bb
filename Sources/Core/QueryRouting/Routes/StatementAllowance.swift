package import MySQLWire

/// What the calls of the virtual tables for one command may take together.
package enum StatementAllowance: Sendable {
    /// As much as an event loop can spare: well under a millisecond of work. It is counted in steps of the database, not
    /// guessed from the statement.
    case brief
    /// What the tables' own limits allow.
    ///
    /// - Parameters:
    ///   - spentMilliseconds: what the command has taken before, of the limit on its time.
    ///   - isCancelled: asked often; nobody waits for the answer any more.
    case full(spentMilliseconds: Int = 0, isCancelled: @Sendable () -> Bool = { false })
}

/// What came of calls within an allowance.
package enum AllowedOutcome<Value> {
    case ended(Result<Value, SQLError>)
    /// A brief allowance did not suffice: nothing is known of the value.
    case usedUp
}
