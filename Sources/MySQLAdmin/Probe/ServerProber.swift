internal import ClusterModel
internal import Logging

/// Holds the connection to mysqld, and takes one observation after another on it. Lives on the probe's thread.
final class ServerProber {
    private let settings: ConnectionSettings
    private let logger: Logger
    private let interruption: ProbeInterruption
    private var connection: AdminConnection?
    private var connectedAt = MonotonicTime.current
    private var previousLoad: LoadSample?
    /// What the account lacked last time, so that it is logged once and not once for each look.
    private var missingPrivilege: AdminError?
    private var hasLookedForSchema = false

    /// How old a connection becomes on which a privilege is missing. The servers look up global privileges when somebody
    /// connects, so that a grant which comes later, by replication say, is not seen on it.
    private static let renewalMilliseconds = 2_000

    init(settings: ConnectionSettings, logger: Logger, interruption: ProbeInterruption) {
        self.settings = settings
        self.logger = logger
        self.interruption = interruption
    }

    var socket: ConnectionSocket? { connection?.socket }

    func disconnect() {
        interruption.cover(nil)
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
                return try observe(on: connection)
            } catch {
                disconnect()
                guard case .connectionLost = error, !interruption.isOn else { throw error }
            }
        }
        let connection = try connect()
        do throws(ProbeFailure) {
            return try observe(on: connection)
        } catch {
            disconnect()
            throw error
        }
    }

    /// A server that lets nobody else in now is asked on the connection that there is.
    private func renewForPrivileges() throws(ProbeFailure) {
        guard missingPrivilege != nil, let old = connection,
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
            let connection = try AdminConnection(settings)
            self.connection = connection
            connectedAt = startedAt
            interruption.cover(connection.socket)
            return connection
        } catch {
            if error.isLoginRefused { throw .loginRefused(user: settings.user, error) }
            if Self.timedOut(after: settings.connectTimeout, since: startedAt) {
                throw .noAnswer(settings.address, within: settings.connectTimeout)
            }
            throw .unreachable(settings.address, error)
        }
    }

    private func observe(on connection: AdminConnection) throws(ProbeFailure) -> ServerObservation {
        let dialect: any ProbeDialect.Type = connection.isMariaDB ? MariaDBDialect.self : MySQLDialect.self
        try warnOfSchema(on: connection)
        let identityRecords = try records(of: dialect.identityStatement, on: connection)
        let links = try replicationRecords(of: dialect, on: connection)
        let loadRecords = try records(of: LoadSample.statement, on: connection)
        do throws(ProbeDecodingError) {
            guard let identityRecord = identityRecords.first else { throw .missing(column: "server_id") }
            let identity = try ServerIdentity(identityRecord)
            let load = try LoadSample(loadRecords, takenAt: .current, ownStatements: connection.statementCount)
            var replication: [ReplicationLink] = []
            for record in links {
                var link = try dialect.replicationLink(record)
                if link.gtidApplied == identity.gtidPosition { link.gtidApplied = nil }
                link.isSemiSync = load.isSemiSyncReplica
                replication.append(link)
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
                replication: replication
            )
        } catch {
            throw .unexpectedAnswer(error)
        }
    }

    /// The virtual schema hides a real one of its name. Said once, as far as the account is shown schemas.
    private func warnOfSchema(on connection: AdminConnection) throws(ProbeFailure) {
        guard !hasLookedForSchema else { return }
        let found = try records(of: "SHOW DATABASES LIKE 'cluster\\_schema'", on: connection)
        hasLookedForSchema = true
        guard !found.isEmpty else { return }
        logger.warning(
            "mysqld has a schema of the name cluster_schema, which is hidden by the virtual one",
            metadata: ["remedy": "DROP DATABASE cluster_schema, through the sidecar or on the server"]
        )
    }

    /// An account that may not see replication still shows the rest; the log says what to grant.
    private func replicationRecords(
        of dialect: any ProbeDialect.Type,
        on connection: AdminConnection
    ) throws(ProbeFailure) -> [ResultRecord] {
        do throws(ProbeFailure) {
            let found = try records(of: dialect.replicationStatement, on: connection)
            missingPrivilege = nil
            return found
        } catch .statementFailed(let error) where error.isPrivilegeMissing {
            if missingPrivilege != error {
                missingPrivilege = error
                logger.warning(
                    "mysqld shows no replication status to this account: a replica will not be seen as one",
                    metadata: [
                        "user": "\(settings.user)", "grant": "\(dialect.replicationGrant)", "error": "\(error)",
                    ]
                )
            }
            return []
        }
    }

    private func records(of statement: String, on connection: AdminConnection) throws(ProbeFailure) -> [ResultRecord] {
        let startedAt = MonotonicTime.current
        do throws(AdminError) {
            return try connection.query(statement).records
        } catch {
            guard error.isConnectionLost else { throw .statementFailed(error) }
            if Self.timedOut(after: settings.queryTimeout, since: startedAt) {
                throw .noAnswer(settings.address, within: settings.queryTimeout)
            }
            throw .connectionLost(error)
        }
    }

    /// libmariadb gives a timeout no error number of its own, so the clock tells. It may wake a little early.
    private static func timedOut(after limit: Duration, since startedAt: MonotonicTime) -> Bool {
        let milliseconds = MonotonicTime.current.milliseconds(since: startedAt)
        return milliseconds + 50 >= Int(limit.wholeSecondsForClientLibrary) * 1_000
    }
}
