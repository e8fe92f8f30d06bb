/// Where the local mysqld listens.
package enum ServerAddress: Hashable, Sendable, CustomStringConvertible {
    case unixSocket(path: String)
    case tcp(HostPort)

    /// - Parameter text: `unix:/path/to/socket` or `host:port`; nil for anything else.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = text.dropFirst("unix:".count)
            guard path.hasPrefix("/"), path.utf8.count <= Self.greatestPathLength else { return nil }
            self = .unixSocket(path: String(path))
        } else {
            guard let address = HostPort(text) else { return nil }
            self = .tcp(address)
        }
    }

    package var description: String {
        switch self {
        case .unixSocket(let path): "unix:\(path)"
        case .tcp(let address): address.description
        }
    }

    /// `sockaddr_un.sun_path` has 108 bytes on Linux, the last of them a NUL.
    private static let greatestPathLength = 107
}
