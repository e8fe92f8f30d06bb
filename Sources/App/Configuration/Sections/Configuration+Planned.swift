package import ClusterModel

// Sections without effect in this version, or with none but what holds anyway.
extension Configuration {
    /// `replication`
    package struct Replication: Hashable, Sendable {
        package var user: String?
        package var passwordFile: String?
        package var durability: ReplicationDurability
    }

    /// `failover`
    package struct Failover: Hashable, Sendable {
        package var mode: FailoverMode
        package var hooksDirectory: String?
    }

    /// `http`
    package struct HTTP: Hashable, Sendable {
        /// Nil: no HTTP.
        package var listen: HostPort?
    }
}

/// When a commit counts as safe.
package enum ReplicationDurability: String, Sendable, CaseIterable {
    case async
    case semiSync = "semi_sync"
    case strict
}

package enum FailoverMode: String, Sendable, CaseIterable {
    case automatic
    case manual
    case observe
}

extension ConfigurationBuilder {
    func replication() -> Configuration.Replication {
        .init(
            user: value(Schema.Replication.user),
            passwordFile: value(Schema.Replication.passwordFile),
            durability: value(Schema.Replication.durability)
        )
    }

    func failover() -> Configuration.Failover {
        .init(mode: value(Schema.Failover.mode), hooksDirectory: value(Schema.Failover.hooksDirectory))
    }

    func http() -> Configuration.HTTP { .init(listen: value(Schema.HTTP.listen)) }
}
