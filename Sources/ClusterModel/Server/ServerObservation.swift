/// What a probe saw of the local mysqld at one moment.
package struct ServerObservation: Hashable, Sendable {
    package var flavor: ServerFlavor
    /// As the server greets with, for example `10.11.19-MariaDB-log`.
    package var version: String
    package var serverID: UInt32
    /// `read_only` (or `super_read_only`) is on.
    package var isReadOnly: Bool
    /// MariaDB: `gtid_current_pos`; MySQL: `gtid_executed`.
    package var gtidPosition: String
    package var threadsRunning: Int
    package var connections: Int
    /// Averaged since the previous probe; nil at the first.
    package var queriesPerSecond: Double?
    /// One for each replication source that is configured; empty on a server that replicates from nobody.
    package var replication: [ReplicationLink]

    package init(
        flavor: ServerFlavor,
        version: String,
        serverID: UInt32,
        isReadOnly: Bool,
        gtidPosition: String = "",
        threadsRunning: Int = 0,
        connections: Int = 0,
        queriesPerSecond: Double? = nil,
        replication: [ReplicationLink] = []
    ) {
        self.flavor = flavor
        self.version = version
        self.serverID = serverID
        self.isReadOnly = isReadOnly
        self.gtidPosition = gtidPosition
        self.threadsRunning = threadsRunning
        self.connections = connections
        self.queriesPerSecond = queriesPerSecond
        self.replication = replication
    }
}

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
    /// Empty when there is none.
    package var lastError: String
    /// MariaDB: `Gtid_IO_Pos`; MySQL: `Retrieved_Gtid_Set`. Nil if there is none, or it is too long to be told.
    package var gtidReceived: String?
    /// MariaDB: `Gtid_Slave_Pos`. Nil if it is the server's own position, as it always is on MySQL.
    package var gtidApplied: String?
    /// The replica's side of semi-synchronous replication is at work; nil if the server does not say.
    package var isSemiSync: Bool?

    /// Longer GTID texts of a link are not told to the others, in bytes.
    package static let maximumGTIDBytes = 1024

    package init(
        name: String = "",
        source: HostPort,
        sourceServerID: UInt32,
        ioState: String,
        sqlState: String,
        lagMilliseconds: Int?,
        lastError: String = "",
        gtidReceived: String? = nil,
        gtidApplied: String? = nil,
        isSemiSync: Bool? = nil
    ) {
        self.name = name
        self.source = source
        self.sourceServerID = sourceServerID
        self.ioState = ioState
        self.sqlState = sqlState
        self.lagMilliseconds = lagMilliseconds
        self.lastError = lastError
        self.gtidReceived = gtidReceived
        self.gtidApplied = gtidApplied
        self.isSemiSync = isSemiSync
    }

    /// Both threads run and the source answers.
    package var isRunning: Bool { ioState == "Yes" && sqlState == "Yes" }
}

/// What a sidecar knows of its own mysqld.
package enum ServerCondition: Hashable, Sendable {
    /// No probe has ended yet.
    case unknown
    case up(ServerObservation)
    /// - Parameters:
    ///   - reason: one line for people, without secrets.
    ///   - last: what was seen before it went down.
    case down(reason: String, last: ServerObservation?)

    /// What is seen now, or was seen last.
    package var observation: ServerObservation? {
        switch self {
        case .unknown: nil
        case .up(let observation): observation
        case .down(_, let last): last
        }
    }
}
