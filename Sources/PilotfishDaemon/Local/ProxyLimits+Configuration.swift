internal import Proxy

extension ProxyLimits {
    init(_ configuration: Configuration) {
        self.init()
        let sql = configuration.sql
        maximumConnections = sql.maximumConnections
        maximumConnectionsPerHost = sql.maximumConnectionsPerHost ?? 0
        maximumConnectionsPerAccount = sql.maximumConnectionsPerAccount ?? 0
        handshakeTimeoutMilliseconds = sql.handshakeTimeoutMilliseconds
        idleTimeoutMilliseconds = sql.idleTimeoutMilliseconds ?? 0
        drainMilliseconds = sql.drainMilliseconds
        primaryWaitMilliseconds = sql.primaryWaitMilliseconds
    }
}
