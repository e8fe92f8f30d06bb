/// One row of SHOW ALL SLAVES STATUS (MariaDB) or SHOW REPLICA STATUS (MySQL).
package struct ReplicationLink: Hashable, Sendable {
    /// The connection's (channel's) name; empty for the default one.
    package var name: String
    package var source: HostPort
    /// The source's server id; 0 while the link has never connected.
    package var sourceServerID: UInt32
    /// `Yes`, `No`, `Connecting` or `Preparing`, as the server says.
    package var ioState: String
    /// `Yes` or `No`, as the server says.
    package var sqlState: String
    /// Nil while the server does not know (replication is not running).
    package var lagMilliseconds: Int?
    /// Empty when there is none; begins with the server's error number where it has one.
    package var lastError: String
    /// The number of the applying thread's last error; 0 for none.
    package var sqlErrorNumber: UInt32
    /// The number of the receiving thread's last error; 0 for none.
    package var ioErrorNumber: UInt32
    /// MariaDB: `Gtid_IO_Pos`; MySQL: `Retrieved_Gtid_Set`. Nil if there is none, or it is not known.
    package var gtidReceived: GTIDSet?
    /// MariaDB: `Gtid_Slave_Pos`, which has what the server wrote itself, too; MySQL: the server's own position. Nil if
    /// there is none, or it is not known.
    package var gtidApplied: GTIDSet?
    /// The replica's side of semi-synchronous replication is at work; nil if the server does not say.
    package var isSemiSync: Bool?

    package init(
        name: String = "",
        source: HostPort,
        sourceServerID: UInt32,
        ioState: String,
        sqlState: String,
        lagMilliseconds: Int?,
        lastError: String = "",
        sqlErrorNumber: UInt32 = 0,
        ioErrorNumber: UInt32 = 0,
        gtidReceived: GTIDSet? = nil,
        gtidApplied: GTIDSet? = nil,
        isSemiSync: Bool? = nil
    ) {
        self.name = name
        self.source = source
        self.sourceServerID = sourceServerID
        self.ioState = ioState
        self.sqlState = sqlState
        self.lagMilliseconds = lagMilliseconds
        self.lastError = lastError
        self.sqlErrorNumber = sqlErrorNumber
        self.ioErrorNumber = ioErrorNumber
        self.gtidReceived = gtidReceived
        self.gtidApplied = gtidApplied
        self.isSemiSync = isSemiSync
    }

    /// Both threads run and the source answers.
    package var isRunning: Bool { ioState == "Yes" && sqlState == "Yes" }

    /// Somebody has stopped both threads, or both have given up: nothing is on its way from this source.
    package var isStopped: Bool { ioState == "No" && sqlState == "No" }
}
