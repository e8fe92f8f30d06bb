/// What a probe saw of the local mysqld at one moment.
package struct ServerObservation: Hashable, Sendable {
    package var flavor: ServerFlavor
    /// As the server greets with, for example `10.11.19-MariaDB-log`.
    package var version: String
    package var serverID: UInt32
    /// `read_only` (or `super_read_only`) is on.
    package var isReadOnly: Bool
    /// MariaDB: `gtid_current_pos`; MySQL: `gtid_executed`. Nil if it is not known, or too long to be told.
    package var gtidPosition: GTIDSet?
    package var threadsRunning: Int
    package var connections: Int
    /// Averaged since the previous probe; nil at the first.
    package var queriesPerSecond: Double?
    /// One for each replication source that is configured; empty on a server that replicates from nobody.
    package var replication: [ReplicationLink]
    /// False if the account may not see replication: `replication` is then empty and says nothing.
    package var isReplicationKnown: Bool
    /// What the account was not shown, and what mends it, on one line; nil if it was shown everything.
    package var problem: String?

    package init(
        flavor: ServerFlavor,
        version: String,
        serverID: UInt32,
        isReadOnly: Bool,
        gtidPosition: GTIDSet? = nil,
        threadsRunning: Int = 0,
        connections: Int = 0,
        queriesPerSecond: Double? = nil,
        replication: [ReplicationLink] = [],
        isReplicationKnown: Bool = true,
        problem: String? = nil
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
        self.isReplicationKnown = isReplicationKnown
        self.problem = problem
    }
}
