internal import ClusterModel
internal import MySQLWire
internal import Synchronization

/// How the servers behind the sidecar last greeted, for greetings in their names. Shared by all loops: looked at when a
/// client comes and when a server greets.
final class KnownServers: Sendable {
    /// More addresses than a cluster's primaries have in a sidecar's life.
    private static let maximumCount = 64

    private struct Entry {
        var server: KnownServer
        /// It has greeted whoever last connected to it.
        var isPresent = true
    }

    private let servers = Mutex<[ServerAddress: Entry]>([:])

    func server(at address: ServerAddress) -> KnownServer? { servers.withLock { $0[address]?.server } }

    /// It has greeted, and nobody has missed it since.
    func isPresent(_ address: ServerAddress) -> Bool { servers.withLock { $0[address]?.isPresent ?? false } }

    func note(_ server: KnownServer, at address: ServerAddress) {
        servers.withLock { servers in
            if servers[address] == nil, servers.count >= Self.maximumCount { servers.removeAll() }
            servers[address] = Entry(server: server)
        }
    }

    /// It could not be connected to, or has refused to greet.
    func noteAbsence(of address: ServerAddress) { servers.withLock { $0[address]?.isPresent = false } }
}
