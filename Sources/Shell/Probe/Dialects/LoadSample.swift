package import ClusterModel
package import MySQLClient

/// The server's load counters at one moment.
package struct LoadSample: Hashable, Sendable {
    /// Both families have SHOW STATUS, and it needs no privilege.
    static let statement =
        "SHOW GLOBAL STATUS WHERE Variable_name IN ('Queries', 'Threads_connected', 'Threads_running',"
        + " 'Rpl_semi_sync_slave_status', 'Rpl_semi_sync_replica_status')"

    package var queries: UInt64
    package var connections: Int
    package var threadsRunning: Int
    package var takenAt: MonotonicTime
    /// How many statements the probe itself had sent on its connection by then.
    package var ownStatements: UInt64
    /// The replica's side of semi-synchronous replication is at work; nil if the server has no such feature.
    package var isSemiSyncReplica: Bool?

    /// - Parameter records: rows with the columns Variable_name and Value.
    package init(_ records: [ResultRecord], takenAt: MonotonicTime, ownStatements: UInt64) throws(ProbeDecodingError) {
        let values = ResultRecord(records.map { ($0["Variable_name"] ?? "", $0["Value"]) })
        queries = try values.number("Queries")
        connections = try values.number("Threads_connected")
        threadsRunning = try values.number("Threads_running")
        let semiSync = values["Rpl_semi_sync_replica_status"] ?? values["Rpl_semi_sync_slave_status"]
        isSemiSyncReplica = semiSync.map { $0.uppercased() == "ON" }
        self.takenAt = takenAt
        self.ownStatements = ownStatements
    }

    /// The clients' queries a second since an earlier sample of the same connection; the probe's own are left out.
    ///
    /// Nil when no time has passed or the server's counter has been reset.
    package func queriesPerSecond(since earlier: LoadSample) -> Double? {
        guard takenAt > earlier.takenAt, queries >= earlier.queries, ownStatements >= earlier.ownStatements else {
            return nil
        }
        let all = queries - earlier.queries
        let own = ownStatements - earlier.ownStatements
        let seconds = Double(takenAt.nanoseconds - earlier.takenAt.nanoseconds) / 1e9
        return Double(all > own ? all - own : 0) / seconds
    }
}
