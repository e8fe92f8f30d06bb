internal import ClusterModel
internal import Logging
internal import MySQLWire
internal import NIOCore
internal import QueryRouting

/// What all sessions of one event loop share. Touched by that loop's thread alone.
final class LoopContext {
    let eventLoop: any EventLoop
    let backend: ServerAddress
    let limits: ProxyLimits
    let accounts: any AccountVerifying & Sendable
    let node: any NodeReporting
    let virtualTables: any VirtualQuerying
    let makeScramble: @Sendable () -> [UInt8]
    let forbiddenUsers: Set<String>
    let counters: LoopCounters
    let logger: Logger
    /// The sessions that are open, for draining.
    var sessions: [ObjectIdentifier: ProxySession] = [:]
    /// A stop was asked for: sessions end as soon as nothing is under way.
    var isDraining = false
    private var lastOwnConnectionID: UInt32

    init(
        eventLoop: any EventLoop,
        backend: ServerAddress,
        limits: ProxyLimits,
        dependencies: ProxyDependencies,
        forbiddenUsers: Set<String>,
        counters: LoopCounters,
        firstOwnConnectionID: UInt32,
        logger: Logger
    ) throws {
        self.eventLoop = eventLoop
        self.backend = backend
        self.limits = limits
        self.accounts = dependencies.accounts
        self.node = dependencies.node
        self.virtualTables = try dependencies.makeVirtualTables()
        self.makeScramble = dependencies.makeScramble
        self.forbiddenUsers = forbiddenUsers
        self.counters = counters
        self.lastOwnConnectionID = firstOwnConnectionID
        self.logger = logger
    }

    /// A connection id for a session that mysqld does not know.
    func nextOwnConnectionID() -> UInt32 {
        lastOwnConnectionID &+= 1
        return lastOwnConnectionID
    }

    var outageError: SQLError {
        SQLError(errno: 1927, sqlState: "HY000", message: node.outageMessage)
    }
}
