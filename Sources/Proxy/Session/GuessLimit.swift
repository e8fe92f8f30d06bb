internal import NIOCore

/// How many wrong passwords for the sidecar's accounts one client's address may send while mysqld is down.
///
/// A refusal comes at once then, as it does for every other name. With too many of them the accounts are nobody for that
/// address until the period is over.
struct GuessLimit {
    static let guesses = 10
    static let period: TimeAmount = .seconds(60)
    /// Bounds the memory that clients of many addresses could fill.
    private static let maximumHosts = 10_000

    private struct Entry {
        var count: Int
        let end: NIODeadline
    }

    private var hosts: [String: Entry] = [:]

    mutating func noteWrongPassword(from host: String, now: NIODeadline) {
        if let entry = hosts[host], now < entry.end {
            hosts[host]?.count = entry.count + 1
            return
        }
        if hosts.count >= Self.maximumHosts { hosts = hosts.filter { now < $0.value.end } }
        if hosts.count >= Self.maximumHosts { hosts.removeAll() }
        hosts[host] = Entry(count: 1, end: now + Self.period)
    }

    func allows(_ host: String, now: NIODeadline) -> Bool {
        guard let entry = hosts[host] else { return true }
        return entry.count < Self.guesses || now >= entry.end
    }
}
