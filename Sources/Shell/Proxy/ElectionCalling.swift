package import MySQLSession
package import MySQLWire
package import QueryRouting

/// Has the quorum elect leaders for applications.
package protocol ElectionCalling: Sendable {
    /// What this node has applied.
    var services: any ServiceReading { get }

    /// May take its time, as `ProcedureCalling.call`.
    ///
    /// - Parameter session: by its client's connection id.
    /// - Returns: the term in which the id leads, or 0; of a resignation 1, or 0 if there was nothing to give up.
    func ask(_ demand: ElectionDemand, in session: UInt32) async throws(SQLError) -> UInt64

    /// Its reigns that end with it are given up. Behind a demand that was cancelled, too.
    func sessionEnded(_ session: UInt32)
}
