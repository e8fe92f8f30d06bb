internal import Configuration
internal import Logging
internal import Proxy

extension ProxyLimits {
    /// - Parameter logger: is told of limits that cannot be had.
    init(_ configuration: Configuration, _ logger: Logger) {
        self.init()
        let sql = configuration.sql
        maximumConnections = OpenFileLimit.connections(sql.maximumConnections, logger)
        maximumConnectionsPerHost = sql.maximumConnectionsPerHost ?? 0
        maximumConnectionsPerAccount = sql.maximumConnectionsPerAccount ?? 0
        handshakeTimeoutMilliseconds = sql.handshakeTimeoutMilliseconds
        idleTimeoutMilliseconds = sql.idleTimeoutMilliseconds ?? 0
        writeTimeoutMilliseconds = sql.writeTimeoutMilliseconds
        drainMilliseconds = sql.drainMilliseconds
        primaryWaitMilliseconds = sql.primaryWaitMilliseconds
    }
}
