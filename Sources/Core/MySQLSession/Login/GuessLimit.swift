/// How fast passwords of the sidecar's own accounts may be guessed.
///
/// Wrong ones are counted by account and client's address. The first few cost no more than the pause before a refusal.
/// Of an address that goes on, further passwords for that account are looked at one after the other, some time apart:
/// a right one gets in, though late, and other accounts and addresses notice nothing.
package struct GuessLimit: Sendable {
    /// How many wrong passwords are free.
    package static let freeGuesses = 10
    /// How long wrong passwords count, behind the last of them, in nanoseconds.
    package static let period: UInt64 = 60_000_000_000
    /// The time between two passwords beyond those, in nanoseconds.
    package static let pause: UInt64 = 200_000_000
    /// How long one may wait for its turn, in nanoseconds: less than what every refusal waits for, so that a wait does not
    /// show.
    package static let longestWait: UInt64 = 800_000_000
    /// Bounds the memory that clients of many addresses could fill.
    static let maximumCount = 10_000

    package enum Admission: Hashable, Sendable {
        case now
        /// In so many nanoseconds.
        case after(UInt64)
        /// Too many wait already: it counts as wrong without a look.
        case refused
    }

    private struct Key: Hashable {
        var account: String
        var host: String
    }

    private struct Entry {
        var count = 0
        var end: UInt64 = 0
        /// When the next password may be looked at.
        var nextTurn: UInt64 = 0
    }

    private var entries: [Key: Entry] = [:]

    package init() {}

    var count: Int { entries.count }

    /// A password has come.
    ///
    /// - Parameter now: of a clock that only goes on, in nanoseconds.
    package mutating func admit(account: String, host: String, now: UInt64) -> Admission {
        let key = Key(account: account, host: host)
        guard var entry = entries[key], now < entry.end, entry.count >= Self.freeGuesses else { return .now }
        let turn = max(now, entry.nextTurn)
        guard turn - now <= Self.longestWait else { return .refused }
        entry.nextTurn = turn + Self.pause
        entries[key] = entry
        return turn == now ? .now : .after(turn - now)
    }

    package mutating func noteWrongPassword(account: String, host: String, now: UInt64) {
        let key = Key(account: account, host: host)
        var entry = entries[key] ?? Entry()
        if now >= entry.end { entry = Entry() }
        entry.count += 1
        entry.end = now + Self.period
        if entries[key] == nil, entries.count >= Self.maximumCount {
            entries = entries.filter { now < $0.value.end }
            if entries.count >= Self.maximumCount { entries.removeAll() }
        }
        entries[key] = entry
    }
}
