/// What a node is in the cluster (`node.kind`).
package enum NodeKind: String, Sendable, CaseIterable {
    case database
    /// Votes only; has no mysqld.
    case witness
}

/// How willing a node is to become primary (`node.promotion`).
package enum PromotionRule: String, Sendable, CaseIterable {
    case prefer
    case neutral
    case preferNot = "prefer_not"
    case mustNot = "must_not"
}

/// The server's family: it decides the dialect of replication statements.
package enum ServerFlavor: String, Sendable, CaseIterable {
    case mariaDB = "mariadb"
    case mySQL = "mysql"
}

/// The part that a member plays, as MEMBERS.ROLE shows it.
package enum Role: String, Sendable, CaseIterable {
    case primary = "PRIMARY"
    case replica = "REPLICA"
    case standalone = "STANDALONE"
    case witness = "WITNESS"
}

/// How a member is, as MEMBERS.STATE shows it.
package enum MemberState: String, Sendable, CaseIterable {
    /// The sidecar runs and has not yet heard from its mysqld.
    case starting = "STARTING"
    case online = "ONLINE"
    case standby = "STANDBY"
    /// A replica further behind than the configured threshold.
    case lagging = "LAGGING"
    /// A replica whose replication is not running.
    case recovering = "RECOVERING"
    case maintenance = "MAINTENANCE"
    case fenced = "FENCED"
    case diverged = "DIVERGED"
    /// mysqld is down, the sidecar is up.
    case offline = "OFFLINE"
    /// Gossip does not reach it and others are being asked.
    case suspect = "SUSPECT"
    case stopping = "STOPPING"
    case dead = "DEAD"
    case left = "LEFT"
}
