internal import ClusterModel
internal import MySQLClient
internal import MySQLWire
internal import NIOCore

/// Finds out by trying, and not by a rule about names, whether this process's end of mysqld's unix socket opens an
/// account without any proof: then every client of the proxy would have it, too.
struct SocketIdentityCheck {
    private let path: String
    private let users: [String]
    private let limit: Duration

    /// - Parameters:
    ///   - users: accounts that might be this process's, as far as mysqld is concerned; the empty name for one without.
    ///   - limit: for each read and write.
    init(path: String, users: [String], limit: Duration) {
        self.path = path
        self.users = users
        self.limit = limit
    }

    /// Nil where mysqld is not reached by a unix socket.
    init?(_ settings: ServerProbe.Settings) {
        guard case .unixSocket(let path) = settings.connection.address else { return nil }
        self.init(path: path, users: settings.socketUsers, limit: settings.connection.queryTimeout)
    }

    /// - Parameter connection: asked where mysqld listens over TCP, if that matters.
    func run(using connection: AdminConnection?) -> SocketIdentity {
        var opened: [String] = []
        do {
            for user in users {
                switch try verdict(for: user) {
                case .opens: opened.append(user)
                case .isClosed: break
                case .isUnknown(let error): return .unknown(reason: "\(error.message) (\(error.errno))")
                }
            }
        } catch {
            return .unknown(reason: "\(error)")
        }
        return opened.isEmpty ? .opensNothing : .opens(users: opened, loopback: loopback(using: connection))
    }

    private func verdict(for user: String) throws -> UnprovenLogin.Verdict {
        let socket = try PacketSocket(.unixSocket(path: path), limit: limit)
        var login = UnprovenLogin(user: user)
        while true {
            switch try login.serverSent(try socket.next()) {
            case .send(let bytes): try socket.send(bytes)
            case .verdict(let verdict):
                if verdict == .opens { try? socket.send(Self.quit) }
                return verdict
            }
        }
    }

    /// COM_QUIT: mysqld does not count the connection among the aborted.
    private static let quit = ByteBuffer(bytes: [1, 0, 0, 0, Command.quit])

    // MARK: TCP

    private func loopback(using connection: AdminConnection?) -> HostPort? {
        let result = try? connection?.query("SELECT @@port")
        guard let port = result?.rows.first?.first.flatMap({ $0 }).flatMap({ UInt16($0) }), port > 0 else { return nil }
        for host in ["127.0.0.1", "::1"] {
            let address = HostPort(host: host, port: port)
            if (try? isSameServer(at: address)) == true { return address }
        }
        return nil
    }

    /// Another mysqld may have that port on this host, when the socket comes out of a container. Servers number their
    /// connections: the same one gives this connection a number between those of two at its socket.
    private func isSameServer(at address: HostPort) throws -> Bool {
        let before = try greeting(of: .unixSocket(path: path))
        let between = try greeting(of: .tcp(address))
        let after = try greeting(of: .unixSocket(path: path))
        let (span, distance) = (after.connectionID &- before.connectionID, between.connectionID &- before.connectionID)
        return before.serverVersion == between.serverVersion && distance > 0 && distance < span && span < 1000
    }

    private func greeting(of address: ServerAddress) throws -> ServerGreeting {
        switch try ServerGreeting.parse(try PacketSocket(address, limit: limit).next().payload) {
        case .greeting(let greeting): return greeting
        case .refusal(let error):
            throw AdminError(code: UInt32(error.errno), sqlState: error.sqlState, text: error.message)
        }
    }
}
