internal import ClusterModel
internal import PeerTransport

/// Packets of others that this node cannot use, counted, and told from time to time with what is most likely wrong.
struct PeerTroubles {
    enum Cause: String, CaseIterable {
        case otherKey = """
            gossip sealed with a key that this node does not have: compare gossip.key_file here and there
            """
        case otherCluster = """
            gossip sealed with a key of this node for another cluster, or damaged: cluster.name differs there, or the \
            seeds of one of the two lead to the other by mistake
            """
        case notEncrypted = """
            gossip that is not encrypted, while this node has a key: gossip.key_file is missing there
            """
        case unreadable = """
            bytes that are no gossip: encrypted, while gossip.key_file is missing here, or another program's
            """

        init(_ failure: SealFailure) {
            self =
                switch failure {
                case .notSealed: .notEncrypted
                case .unknownKey: .otherKey
                case .notAuthentic: .otherCluster
                }
        }
    }

    struct Warning: Equatable {
        var cause: Cause
        /// Since the last warning of this cause.
        var count: Int
        /// Some of the hosts that they came from.
        var hosts: [String]
    }

    static let pauseMilliseconds = 30_000
    private static let maximumHosts = 4

    private var untold: [Cause: Warning] = [:]
    private var lastTold: [Cause: MonotonicTime] = [:]

    /// - Parameter host: where it came from, if that is known.
    mutating func note(_ cause: Cause, from host: String?) {
        var warning = untold[cause] ?? Warning(cause: cause, count: 0, hosts: [])
        warning.count += 1
        if let host, !warning.hosts.contains(host), warning.hosts.count < Self.maximumHosts {
            warning.hosts.append(host)
        }
        untold[cause] = warning
    }

    /// What is to be told now; the first time at once.
    mutating func takeWarnings(now: MonotonicTime) -> [Warning] {
        guard !untold.isEmpty else { return [] }
        return Cause.allCases.compactMap { cause in
            if let last = lastTold[cause], now.milliseconds(since: last) < Self.pauseMilliseconds { return nil }
            guard let warning = untold.removeValue(forKey: cause) else { return nil }
            lastTold[cause] = now
            return warning
        }
    }
}
