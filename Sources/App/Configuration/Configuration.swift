/// What one sidecar runs with: the file and the environment, checked, with every default filled in.
///
/// The keys are described in docs/configuration.md. Only keys that this version acts on, or will read again without
/// change, have a place here; the rest is refused or warned of while it is read. Each section has a file in `Sections`,
/// with what makes it of what was written.
package struct Configuration: Sendable {
    package var cluster: Cluster
    package var node: Node
    package var sql: SQL
    package var mysqld: MySQLD
    package var replication: Replication
    package var gossip: Gossip
    /// Nil: roles are observed, and nothing is decided.
    package var election: Election?
    package var failover: Failover
    package var http: HTTP
    package var log: Log
    /// Every setting with its effective value, in the documentation's order, for the table SETTINGS.
    package var settings: [EffectiveSetting]
}
