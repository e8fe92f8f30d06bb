internal import ClusterModel
internal import MySQLSession
internal import Probe
internal import Proxy

extension ClientPath {
    init(_ identity: SocketIdentity) {
        switch identity {
        case .unknown: self = .unknown
        case .opensNothing: self = .configured
        case .opens(_, let loopback?): self = .loopback(loopback)
        case .opens(_, nil): self = .closed(reason: identity.notice ?? "")
        }
    }

    /// In STATUS.
    var statusText: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .configured: "CONFIGURED"
        case .loopback(let address): "LOOPBACK \(address)"
        case .closed: "CLOSED"
        case .nowhere: "NONE"
        }
    }
}

extension SocketIdentity {
    /// Why clients do not come by the unix socket; nil if they do, or that is not known.
    var notice: String? {
        guard case .opens(let users, let loopback) = self else { return nil }
        let names = users.map { "'\($0)'" }.joined(separator: ", ")
        let consequence =
            loopback.map { "clients are forwarded to \($0) instead" }
            ?? "mysqld does not listen on TCP at this host, so that clients are not forwarded at all"
        return
            "mysqld's unix socket lets the sidecar's operating system account in as \(names) without a password, and "
            + "would so let in every client; \(consequence)"
    }

    /// Accounts that mysqld might take this process for: those that are named like somebody who often runs it, and the one
    /// without a name.
    static func candidates(probeUser: String) -> [String] {
        var users: [String] = []
        for user in [OperatingSystemUser.name, "mysql", "root", probeUser, ""] where !users.contains(user) {
            users.append(user)
        }
        return users
    }
}
