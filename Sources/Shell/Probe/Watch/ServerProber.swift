internal import ClusterModel
internal import Logging
internal import MySQLClient

/// Holds the connection to mysqld, and takes one observation after another on it. Lives on the probe's thread.
final class ServerProber {
    private let settings: ConnectionSettings
    private let logger: Logger
    private let signal: ThreadSignal
    /// Nil where mysqld is not reached by a unix socket.
    private let identity: SocketIdentityCheck?
    private let onIdentity: (SocketIdentity) -> Void
    private var isIdentityKnown = false
    private var connection: AdminConnection?
    private var connectedAt = MonotonicTime.current
    private var previousLoad: LoadSample?
    /// Why replication was not shown last time, so that it is logged once and not once for each look.
    private var replicationRefusal: String?
    private var hasLookedForSchema = false

    /// How old a connection becomes on which a privilege is missing. The servers look up global privileges when somebody
    /// connects, so that a grant which comes later, by replication say, is not seen on it.
    private static let renewalMilliseconds = 2_000

    /// - Parameter signal: breaks a look off when it stops.
    init(
        settings: ConnectionSettings,
        identity: SocketIdentityCheck?,
        onIdentity: @escaping (SocketIdentity) -> Void,
        logger: Logger,
        signal: ThreadSignal
    ) {
        self.settings = settings
        self.identity = identity
        self.onIdentity = onIdentity
        self.logger = logger
        self.signal = signal
    }

    var socket: ConnectionSocket? { connection?.socket }

    func disconnect() {
        connection?.close()
        connection = nil
        previousLoad = nil
    }

    /// Looks at the server once, connecting first if needed.
    ///
    /// An old connection that breaks says little: a DBA may have killed it. So one new connection is tried at once, and
    /// its failure is what counts. A server that hangs is not asked twice.
    func probe() throws(ProbeFailure) -> ServerObservation {
        try renewForPrivileges()
        if let connection {
            do throws(ProbeFailure) {
                if !isIdentityKnown { checkIdentity(using: connection) }
                return try observe(on: connection)
            } catch {
                disconnect()
                guard case .connectionLost = error, !signal.isStopping else { throw error }
            }
        }
        do throws(ProbeFailure) {
            let connection = try connect()
            checkIdentity(using: connection)
            return try observe(on: connection)
        } catch {
            disconnect()
            // A server that lets the probe not in has clients all the same.
            if case .loginRefused = error, !isIdentityKnown { checkIdentity(using: nil) }
            throw error
        }
    }

    /// Accounts may be others since the server has been down.
    private func checkIdentity(using connection: AdminConnection?) {
        guard let identity else { return }
        let result = identity.run(using: connection)
        if case .unknown = result { isIdentityKnown = false } else { isIdentityKnown = true }
        onIdentity(result)
    }

    /// A server that lets nobody else in now is asked on the connection that there is.
    private func renewForPrivileges() throws(ProbeFailure) {
        guard replicationRefusal != nil, let old = connection,
            MonotonicTime.current.milliseconds(since: connectedAt) >= Self.renewalMilliseconds
        else { return }
        do throws(ProbeFailure) {
            _ = try connect()
        } catch {
            connectedAt = .current
            guard case .noAnswer = error else { return }
            disconnect()
            throw error
        }
        old.close()
        // The figures of the look before stay: the new connection counts its own statements from 0 on.
        previousLoad?.ownStatements = 0
    }

    private func connect() throws(ProbeFailure) -> AdminConnection {
        let startedAt = MonotonicTime.current
        do throws(AdminError) {
            let connection = try AdminConnection.connect(settings, signal: signal)
            self.connection = connection
            connectedAt = startedAt
            return connection
        } catch {
            if error == .noAnswer { throw .noAnswer(settings.address, within: settings.connectTimeout) }
            if error.isLoginRefused { throw .loginRefused(user: settings.user, error) }
            if error.isAnswer { throw .notLetIn(settings.address, error) }
            throw .unreachable(settings.address, error)
        }
    }

    private func observe(on connection: AdminConnection) throws(ProbeFailure) -> ServerObservation {
        let dialect: any ProbeDialect.Type = connection.isMariaDB ? MariaDBDialect.self : MySQLDialect.self
        try warnOfSchema(on: connection)
        let identityRecords = try records(of: dialect.identityStatement, on: connection)
        let replicationRecords = try replicationRecords(of: dialect, on: connection)
        let loadRecords = try records(of: LoadSample.statement, on: connection)
        do throws(ProbeDecodingError) {
            guard let identityRecord = identityRecords.first else { throw .missing(column: "server_id") }
            let identity = try ServerIdentity(identityRecord, dialect.flavor)
            let load = try LoadSample(loadRecords, takenAt: .current, ownStatements: connection.statementCount)
            let replication = links(replicationRecords, dialect)?.map { link in
                var link = link
                if dialect.flavor == .mySQL { link.gtidApplied = identity.gtidPosition }
                link.isSemiSync = load.isSemiSyncReplica
                return link
            }
            let queriesPerSecond = previousLoad.flatMap { load.queriesPerSecond(since: $0) }
            previousLoad = load
            return ServerObservation(
                flavor: dialect.flavor,
                version: connection.serverVersion,
                serverID: identity.serverID,
                isReadOnly: identity.isReadOnly,
                gtidPosition: identity.gtidPosition,
                threadsRunning: load.threadsRunning,
                connections: load.connections,
                queriesPerSecond: queriesPerSecond,
                replication: replication ?? [],
                isReplicationKnown: replication != nil,
                problem: replication == nil ? replicationRefusal : nil
            )
        } catch {
            throw .unexpectedAnswer(error)
        }
    }

    /// The virtual schema hides a real one of its name. Said once, as far as the account is shown schemas.
    private func warnOfSchema(on connection: AdminConnection) throws(ProbeFailure) {
        guard !hasLookedForSchema else { return }
        let statement = "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'cluster_schema'"
        let found: [ResultRecord]
        do throws(ProbeFailure) {
            found = try records(of: statement, on: connection)
        } catch .statementFailed {
            found = []
        }
        hasLookedForSchema = true
        guard !found.isEmpty else { return }
        logger.warning(
            "mysqld has a schema of the name cluster_schema, which is hidden by the virtual one",
            metadata: ["remedy": "DROP DATABASE cluster_schema, through the sidecar or on the server"]
        )
    }

    /// An account that may not see replication still shows the rest; the log says what to grant.
    ///
    /// - Returns: nil if it was not shown.
    private func replicationRecords(
        of dialect: any ProbeDialect.Type,
        on connection: AdminConnection
    ) throws(ProbeFailure) -> [ResultRecord]? {
        do throws(ProbeFailure) {
            return try records(of: dialect.replicationStatement, on: connection)
        } catch .statementFailed(let error) where !error.isServerUnavailable {
            let remedy = error.isPrivilegeMissing ? "; grant '\(settings.user)' \(dialect.replicationGrant)" : ""
            noteRefusal("\(error)\(remedy)")
            return nil
        }
    }

    /// - Returns: nil if they were not shown, or not as documented.
    private func links(_ records: [ResultRecord]?, _ dialect: any ProbeDialect.Type) -> [ReplicationLink]? {
        guard let records else { return nil }
        do throws(ProbeDecodingError) {
            var links: [ReplicationLink] = []
            for record in records { links.append(try dialect.replicationLink(record)) }
            replicationRefusal = nil
            return links
        } catch {
            noteRefusal("\(error)")
            return nil
        }
    }

    private func noteRefusal(_ reason: String) {
        let text = "mysqld does not show whether it is a replica: \(reason)"
        guard replicationRefusal != text else { return }
        replicationRefusal = text
        logger.warning(
            "mysqld does not show whether it is a replica, so it is not taken for the primary",
            metadata: ["user": "\(settings.user)", "reason": "\(reason)"]
        )
    }

    private func records(of statement: String, on connection: AdminConnection) throws(ProbeFailure) -> [ResultRecord] {
        do throws(AdminError) {
            return try connection.query(statement).records
        } catch {
            if error == .noAnswer { throw .noAnswer(settings.address, within: settings.queryTimeout) }
            throw error.isConnectionLost ? .connectionLost(error) : .statementFailed(error)
        }
    }
}
