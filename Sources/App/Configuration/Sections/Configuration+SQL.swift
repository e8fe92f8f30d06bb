package import ClusterModel
package import QueryRouting
package import TLS

extension Configuration {
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
        /// How long a client may take nothing of what waits for it.
        package var writeTimeoutMilliseconds: Int
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

/// Where clients of a node that is not primary are sent.
package enum Redirect: String, Sendable, CaseIterable {
    case off
    case primary
}

extension ConfigurationBuilder {
    mutating func sql() -> Configuration.SQL {
        let accounts = readAccounts()
        checkFileIsClosed(holding: accounts)
        let listen = value(Schema.SQL.listen)
        return .init(
            listen: listen,
            primaryListen: value(Schema.SQL.primaryListen),
            primaryWaitMilliseconds: value(Schema.SQL.primaryWait),
            advertise: advertised(Schema.SQL.advertise, listen: listen),
            tls: listenerTLS(),
            proxyProtocol: .init(
                acceptFrom: value(Schema.SQL.proxyAcceptFrom),
                sendsToServer: value(Schema.SQL.proxySend)
            ),
            compression: Set(value(Schema.SQL.compression)),
            compatibility: Set(value(Schema.SQL.compat)),
            maximumConnections: value(Schema.SQL.maximumConnections),
            redirect: value(Schema.SQL.redirect),
            maximumConnectionsPerHost: maximumConnectionsPerHost(),
            maximumConnectionsPerAccount: nilIfZero(value(Schema.SQL.maximumConnectionsPerAccount)),
            handshakeTimeoutMilliseconds: value(Schema.SQL.handshakeTimeout),
            idleTimeoutMilliseconds: nilIfZero(value(Schema.SQL.idleTimeout)),
            writeTimeoutMilliseconds: value(Schema.SQL.writeTimeout),
            drainMilliseconds: value(Schema.SQL.drain),
            virtualStatementMilliseconds: value(Schema.SQL.virtualStatement),
            accounts: accounts
        )
    }

    private mutating func maximumConnectionsPerHost() -> Int? {
        let setting = Schema.SQL.maximumConnectionsPerHost
        if let given = value(setting) { return nilIfZero(given) }
        let all = value(Schema.SQL.maximumConnections)
        let share = all - all / 5
        derived[setting.path] = String(share)
        return share
    }

    private func nilIfZero(_ number: Int) -> Int? { number == 0 ? nil : number }
}
