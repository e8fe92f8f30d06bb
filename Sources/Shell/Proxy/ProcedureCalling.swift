package import MySQLWire
package import QueryRouting

/// Who calls a procedure, for the log.
package struct ProcedureCaller: Hashable, Sendable {
    package var user: String
    package var host: String

    package init(user: String, host: String) {
        self.user = user
        self.host = host
    }
}

/// Carries out the procedures of cluster_schema. The caller's right to do so has been checked.
package protocol ProcedureCalling: Sendable {
    /// May take its time: the session waits for it, and its event loop does not. When KILL or the end of the client ends
    /// that wait, the task is cancelled, and its result goes nowhere: what it has begun it may finish or give up.
    ///
    /// - Parameter arguments: one for each of the procedure's parameters, in their types.
    /// - Returns: what SHOW WARNINGS then tells of it.
    func call(
        _ procedure: Procedure,
        _ arguments: [SQLValue],
        by caller: ProcedureCaller
    ) async throws(SQLError) -> [Diagnostic]
}
