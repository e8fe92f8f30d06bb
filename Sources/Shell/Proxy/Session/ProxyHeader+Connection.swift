internal import MySQLWire
internal import NIOCore
internal import Sockets

extension ProxyHeader.Ends {
    /// Nil for a connection that is not TCP.
    init?(_ connection: Connection) {
        guard let remote = connection.remoteAddress, let local = connection.localAddress,
            let source = ProxyEndpoint(remote), let destination = ProxyEndpoint(local)
        else { return nil }
        self.init(source: source, destination: destination)
    }
}

extension ProxyEndpoint {
    init?(_ address: SocketAddress) {
        guard let host = address.ipAddress, let port = address.port else { return nil }
        self.init(host: host, port: UInt16(clamping: port))
    }
}
