internal import ClusterModel
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import PeerTransport

/// Seeds that do not answer: told from time to time, each with what became of the last try.
struct SilentSeeds {
    /// Long enough for others that start at the same time.
    private static let firstMilliseconds = 5_000

    private var since: MonotonicTime?
    private var lastTold: MonotonicTime?
    private var failures: [HostPort: String] = [:]
    private static let maximumFailures = 64

    /// A stream to the address has brought nothing.
    mutating func failed(_ address: HostPort, _ reason: String) {
        if failures.count >= Self.maximumFailures { failures.removeAll() }
        failures[address] = reason
    }

    mutating func answered(_ address: HostPort) { failures[address] = nil }

    /// - Parameter seeds: those that are asked, while none has answered.
    /// - Returns: a line for each of them; nil if nothing is to be told now.
    mutating func takeWarning(_ seeds: [HostPort], now: MonotonicTime) -> [String]? {
        guard !seeds.isEmpty else {
            since = nil
            return nil
        }
        let start = since ?? now
        since = start
        guard now.milliseconds(since: start) >= Self.firstMilliseconds,
            lastTold.map({ now.milliseconds(since: $0) >= PeerTroubles.pauseMilliseconds }) ?? true
        else { return nil }
        lastTold = now
        return seeds.map { "\($0): \(failures[$0] ?? "no answer")" }
    }

    static let closed = "closed without an answer; it may have another key, cluster.name or gossip version"

    /// What an error of a connection means.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NameLookup.Failure: "cannot be resolved: \(error)"
        case let error as NIOConnectionError: error.connectionErrors.first.map { reason($0.error) } ?? "not reached"
        case let error as IOError: strerror(error.errnoCode).map { String(cString: $0) } ?? "error \(error.errnoCode)"
        case ChannelError.connectTimeout: "no answer"
        default: "\(error)"
        }
    }
}
