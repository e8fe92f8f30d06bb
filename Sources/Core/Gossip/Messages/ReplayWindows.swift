/// Which datagrams of each process have come, so that one that somebody has recorded and sends again is known for old.
///
/// As IPsec does it (RFC 4303, section 3.4.3): a number above the greatest so far is new, one far below it is old, and
/// of those between each is taken once. No clock is needed, and none of two nodes has to agree.
struct ReplayWindows: Sendable {
    private struct Window {
        var greatest: UInt64
        /// Bit n: the number `greatest − n` has come.
        var seen: UInt64
    }

    /// Each restart of a member adds one. To forget all costs that old ones are taken once more.
    private static let maximumCount = 32_768
    private var windows: [BootID: Window] = [:]

    /// Takes note of a datagram.
    ///
    /// - Returns: false for one that has come before, or is too far behind to tell.
    mutating func accept(_ number: UInt64, of bootID: BootID) -> Bool {
        guard var window = windows[bootID] else {
            if windows.count >= Self.maximumCount { windows.removeAll() }
            windows[bootID] = Window(greatest: number, seen: 1)
            return true
        }
        if number > window.greatest {
            // Swift's shifts by the whole width give zero.
            window.seen = window.seen << (number - window.greatest) | 1
            window.greatest = number
        } else {
            let behind = window.greatest - number
            guard behind < UInt64(UInt64.bitWidth), window.seen & 1 << behind == 0 else { return false }
            window.seen |= 1 << behind
        }
        windows[bootID] = window
        return true
    }

    /// Begins anew: somebody may have sent numbers in the name of this process that it will not reach.
    mutating func forget(_ bootID: BootID) { windows[bootID] = nil }
}
