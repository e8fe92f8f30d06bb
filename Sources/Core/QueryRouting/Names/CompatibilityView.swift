/// A set of tables and variables in the form of another product, for clients that exist today (`sql.compat`).
package enum CompatibilityView: String, Hashable, Sendable, CaseIterable {
    /// Amazon Aurora: `information_schema.replica_host_status`, `@@aurora_server_id`, `@@innodb_read_only`.
    case aurora
    /// The ReplicaSet part of MySQL InnoDB ReplicaSet's `mysql_innodb_cluster_metadata`.
    case router
    /// `information_schema.isis2is`.
    case isis2

    /// The system variables that make a query without tables one of ours, in lower case.
    ///
    /// - `innodb_read_only` exists in mysqld too, where it says nothing about who takes writes.
    package var claimedVariables: Set<String> {
        switch self {
        case .aurora: ["aurora_server_id", "aurora_version", "innodb_read_only"]
        case .router, .isis2: []
        }
    }

    /// Those that have a value of ours in a query on our tables, and mysqld's elsewhere.
    ///
    /// - `server_uuid`: MariaDB has none, and MySQL's is not what the tables call the member by.
    package var answeredVariables: Set<String> {
        self == .router ? ["server_uuid"] : claimedVariables
    }
}
