internal import ClusterModel
internal import Logging
internal import MySQLSession
internal import MySQLWire
internal import NIOCore
internal import QueryRouting
internal import Sockets

/// What all sessions of one event loop share. Touched by that loop's thread alone.
final class LoopContext {
    let eventLoop: SocketLoop
    let backend: ServerAddress
    /// Between clients and the node's own mysqld.
    let gate: WriteGate
    var limits: ProxyLimits
    let accounts: any AccountVerifying & Sendable
    let transport: any TransportMaking
    let converter: any MultiByteConverting
    let hosts: HostCounts
    let node: any NodeReporting
    let virtualTables: any VirtualQuerying
    /// For statements on them that take long.
    let statementPool: StatementPool
    let routingPool: StatementPool
    let keptAnswers: KeptAnswers
    let procedures: any ProcedureCalling
    let elections: (any ElectionCalling)?
    /// The sessions of all loops.
    let directory: SessionDirectory
    let marker: StatementMarker
    /// As servers have named it when they refused a login.
    var hostsSeen: [ServerAddress: String] = [:]
    let outageErrno: UInt16
    let makeScramble: @Sendable () -> [UInt8]
    private let forbiddenUsers: Set<String>
    let counters: LoopCounters
    let logger: Logger
    let answers = AnswerCache()
    let passwords: PasswordVerifier
    let servers: KnownServers
    let shortage: ShortageLog
    /// Who waits for a server to greet for the first time.
    var awaitingServers: [ServerAddress: [(KnownServer) -> Void]] = [:]
    let cursorMemory = CursorMemory()
    /// The sessions that are open, for draining.
    var sessions: [ObjectIdentifier: ProxySession] = [:]
    /// A stop was asked for (`drain`).
    var isDraining = false
    /// Whoever waits for the last session to end then.
    var drained: EventLoopPromise<Void>?
    var topology = SessionTopology(.none)
    /// When the last known primary became none, or the loop began without one.
    var primaryLostAt = NIODeadline.now()
    var waits = LoopWaits()
    /// The sessions that hold a refusal of mysqld until it is known where writes go.
    var holding: Set<ObjectIdentifier> = []
    var news = NewsWaits()
    private var hasWarnedOfSchema = false

    init(
        eventLoop: SocketLoop,
        backend: ServerAddress,
        gate: WriteGate,
        limits: ProxyLimits,
        dependencies: ProxyDependencies,
        forbiddenUsers: Set<String>,
        hosts: HostCounts,
        counters: LoopCounters,
        directory: SessionDirectory,
        passwords: PasswordVerifier,
        servers: KnownServers,
        shortage: ShortageLog,
        statementPool: StatementPool,
        routingPool: StatementPool,
        keptAnswers: KeptAnswers,
        logger: Logger
    ) throws {
        self.eventLoop = eventLoop
        self.backend = backend
        self.gate = gate
        self.limits = limits
        self.accounts = dependencies.accounts
        self.transport = dependencies.makeTransport()
        self.converter = dependencies.makeConverter()
        self.hosts = hosts
        self.node = dependencies.node
        self.virtualTables = try dependencies.makeVirtualTables()
        self.statementPool = statementPool
        self.routingPool = routingPool
        self.keptAnswers = keptAnswers
        self.procedures = dependencies.procedures
        self.elections = dependencies.elections
        self.directory = directory
        self.marker = virtualTables.marker
        self.outageErrno = dependencies.outageErrno
        self.makeScramble = dependencies.makeScramble
        self.forbiddenUsers = forbiddenUsers
        self.counters = counters
        self.passwords = passwords
        self.servers = servers
        self.shortage = shortage
        self.logger = logger
    }

    /// mysqld has shown a schema that the virtual one hides. Said once.
    func warnOfSchema() {
        guard !hasWarnedOfSchema else { return }
        hasWarnedOfSchema = true
        logger.warning(
            "mysqld has a schema of the name cluster_schema, which is hidden by the virtual one",
            metadata: ["remedy": "DROP DATABASE cluster_schema, through the sidecar or on the server"]
        )
    }

    /// Whether the node's mysqld must not be asked to log this user in (see `RelayPolicy`).
    func isForbidden(_ name: AccountName) -> Bool {
        if case .loopback = node.clientPath { return false }
        return forbiddenUsers.contains { name.mayMean($0) }
    }

    /// mysqld, or the primary, cannot be had.
    func outageError(_ door: Door) -> SQLError {
        let message =
            switch door {
            case .node: node.outageMessage
            case .primary: node.primaryOutageMessage
            }
        return SQLError(errno: outageErrno, sqlState: "HY000", message: message)
    }

    /// How a server names the host of the sidecar's connections.
    func hostSeen(by server: ServerAddress) -> String {
        switch server {
        case .unixSocket: "localhost"
        // With its name, if the server looks it up: as it has last said it.
        case .tcp(let address): hostsSeen[server] ?? address.host
        }
    }

    /// Closes sessions of the primary's port that lead to a server which is the primary no more. Those that are still on
    /// their way look where they arrive.
    func cutSessionsOfFormerPrimary() {
        let route = node.primaryRoute
        for session in Array(sessions.values)
        where session.door == .primary && session.isLedToServer
            && !route.leads(to: session.server.address, isLocal: session.server.isLocal)
        {
            session.closeAfterWriting()
        }
    }

    /// How long after a look at idle sessions the next one is due.
    var pauseBetweenSweeps: TimeAmount {
        guard limits.idleTimeoutMilliseconds > 0 else { return .seconds(1) }
        return .milliseconds(Int64(max(50, min(10_000, limits.idleTimeoutMilliseconds / 4))))
    }

    /// Closes sessions in which nothing has happened since the sweep before the last.
    func closeIdleSessions() {
        guard limits.idleTimeoutMilliseconds > 0, !isDraining else { return }
        for session in Array(sessions.values) { session.sweep() }
    }
}

/// Which of the sidecar's ports a client came in by.
enum Door: Hashable, Sendable {
    /// `sql.listen`: to the node's own mysqld.
    case node
    /// `sql.primary_listen`: to the cluster's primary.
    case primary
}
