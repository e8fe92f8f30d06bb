internal import ClusterModel
internal import MySQLWire
internal import Synchronization

/// How the servers behind the sidecar last greeted, for greetings in their names. Shared by all loops: looked at when a
/// client comes and when a server greets.
final class KnownServers: Sendable {
    /// More addresses than a cluster's primaries have in a sidecar's life.
    private static let maximumCount = 64

    private let servers = Mutex<[ServerAddress: KnownServer]>([:])

    func server(at address: ServerAddress) -> KnownServer? { servers.withLock { $0[address] } }

    func note(_ server: KnownServer, at address: ServerAddress) {
        servers.withLock { servers in
            if servers[address] == nil, servers.count >= Self.maximumCount { servers.removeAll() }
            servers[address] = server
        }
    }
}
