package import ClusterModel
package import Cryptography
package import QueryRouting
package import TLS

/// What one sidecar runs with: the file and the environment, checked, with every default filled in.
///
/// The keys are described in docs/configuration.md. Only keys that this version acts on, or will read again without
/// change, have a place here; the rest is refused or warned of while it is read.
package struct Configuration: Sendable {
    package var cluster: Cluster
    package var node: Node
    package var sql: SQL
    package var mysqld: MySQLD
    package var replication: Replication
    package var gossip: Gossip
    package var election: Election
    package var failover: Failover
    package var http: HTTP
    package var log: Log
    /// Every setting with its effective value, in the documentation's order, for the table SETTINGS.
    package var settings: [EffectiveSetting]

    /// `cluster`
    package struct Cluster: Hashable, Sendable {
        /// 1 to 64 bytes; members of a cluster of another name are refused.
        package var name: String
    }

    /// `node`
    package struct Node: Hashable, Sendable {
        /// 1 to 64 of the characters A-Z a-z 0-9 . _ -
        package var name: String
        package var kind: NodeKind
        /// Empty for none.
        package var zone: String
        package var promotion: PromotionRule
        /// A replica further behind than this is LAGGING.
        package var lagThresholdMilliseconds: Int
    }

    /// `sql`: the door for clients.
    package struct SQL: Hashable, Sendable {
        package var listen: HostPort
        /// A second port whose sessions are led to the cluster's primary; nil for none.
        package var primaryListen: HostPort?
        /// How long a session of `primaryListen` waits for a primary; 0 to fail at once.
        package var primaryWaitMilliseconds: Int
        /// Where clients of other machines reach `listen`; never a wildcard.
        package var advertise: HostPort
        /// Nil: clients cannot encrypt.
        package var tls: ListenerTLS?
        package var proxyProtocol: ProxyProtocol
        /// What clients may compress with; empty for no compression.
        package var compression: Set<CompressionMethod>
        /// The compatibility views that are on.
        package var compatibility: Set<CompatibilityView>
        package var maximumConnections: Int
        /// Whether clients of other nodes are told to go to the primary.
        package var redirect: Redirect
        /// From one client address; nil for no limit.
        package var maximumConnectionsPerHost: Int?
        /// Of each of `accounts`; nil for no limit.
        package var maximumConnectionsPerAccount: Int?
        /// From accept to the end of authentication.
        package var handshakeTimeoutMilliseconds: Int
        /// How long a session may rest between two commands; nil for no limit.
        package var idleTimeoutMilliseconds: Int?
        /// How long sessions may go on after a stop was asked for; 0 to end them at once.
        package var drainMilliseconds: Int
        /// How long a statement on virtual tables may take.
        package var virtualStatementMilliseconds: Int
        /// Answered by the sidecar itself; names are unique.
        package var accounts: [Account]
    }

    /// `sql.tls`: encryption between clients and the sidecar. The files were loaded once while they were checked.
    package struct ListenerTLS: Hashable, Sendable {
        package var settings: TLSServerSettings
        package var clients: ClientEncryption
    }

    /// `sql.tls.require`
    package enum ClientEncryption: Hashable, Sendable {
        case optional
        /// Clients that do not encrypt are refused.
        case required
    }

    /// `sql.proxy_protocol`
    package struct ProxyProtocol: Hashable, Sendable {
        /// Whose connections begin with a PROXY header; empty for nobody's.
        package var acceptFrom: [AddressRange]
        /// Whether connections to mysqld begin with one.
        package var sendsToServer: Bool
    }

    /// One of `sql.accounts`.
    package struct Account: Hashable, Sendable {
        package var name: String
        package var passwordHash: PasswordHash
        /// Beside a hash of caching_sha2_password: that of mysql_native_password.
        package var nativePasswordHash: PasswordHash?
        package var role: AccountRole
    }

    /// `mysqld`: the server beside this sidecar.
    package struct MySQLD: Hashable, Sendable {
        package var address: ServerAddress
        package var user: String
        package var passwordFile: String?
        /// The first line of `passwordFile`; nil without such a file.
        package var password: Secret?
        /// Nil: connections are not encrypted; always so over a unix socket.
        package var tls: ServerTLS?
        package var probeIntervalMilliseconds: Int
    }

    /// `mysqld.tls`: encryption between the sidecar and mysqld. The files were loaded once while they were checked.
    package struct ServerTLS: Hashable, Sendable {
        package var settings: TLSClientSettings
    }

    /// `replication`. Without effect in this version.
    package struct Replication: Hashable, Sendable {
        package var user: String?
        package var passwordFile: String?
        package var durability: ReplicationDurability
    }

    /// `gossip`
    package struct Gossip: Sendable {
        /// UDP and TCP.
        package var listen: HostPort
        /// Where other members reach `listen`; never a wildcard.
        package var advertise: HostPort
        package var seeds: [HostPort]
        package var keyFile: String?
        /// The keys of `keyFile`; nil only while `listen` is loopback.
        package var keyring: GossipKeyring?
        package var profile: GossipProfile
        package var probeIntervalMilliseconds: Int
        /// How long members that died or left stay in the tables.
        package var forgetAfterMilliseconds: Int
    }

    /// `election`. Without effect in this version.
    package struct Election: Hashable, Sendable {
        package var voters: Int
        package var dataDirectory: String
    }

    /// `failover`. Without effect in this version.
    package struct Failover: Hashable, Sendable {
        package var mode: FailoverMode
        package var hooksDirectory: String?
    }

    /// `http`
    package struct HTTP: Hashable, Sendable {
        /// Nil: no HTTP.
        package var listen: HostPort?
    }

    /// `log`
    package struct Log: Hashable, Sendable {
        package var level: LogLevel
        package var format: LogFormat
    }
}

/// What a sidecar's own account may do.
package enum AccountRole: String, Sendable, CaseIterable {
    /// Reads the virtual tables.
    case reader
    /// Reads them and calls the procedures that act.
    case `operator`
}

/// An algorithm of the compressed protocol.
package enum CompressionMethod: String, Sendable, CaseIterable {
    case zlib
    case zstd
}

/// When a commit counts as safe.
package enum ReplicationDurability: String, Sendable, CaseIterable {
    case async
    case semiSync = "semi_sync"
    case strict
}

/// What network the gossip settings are made for: `GossipSettings`' own values or `GossipSettings.wideArea`.
package enum GossipProfile: String, Sendable, CaseIterable {
    case lan
    case wan
}

package enum FailoverMode: String, Sendable, CaseIterable {
    case automatic
    case manual
    case observe
}

/// From the most to the least talkative; the names are swift-log's.
package enum LogLevel: String, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}

package enum LogFormat: String, Sendable, CaseIterable {
    case text
    case json
}
