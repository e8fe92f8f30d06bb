/// What applications elect a leader for: a name and who leads it, by their words. Both have 1 to 255 characters without
/// control characters, as a column of the table SERVICES takes.
package struct ServiceText: Hashable, Comparable, Sendable {
    package let text: String

    /// - Returns: nil for a text that is empty, too long, or has control characters.
    package init?(_ text: String) {
        guard !text.isEmpty, text.unicodeScalars.count <= 255, text.utf8.count <= 1020,
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return nil }
        self.text = text
    }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// Rises with each leader of a service: what a resource can tell a late one by. Zero while there never was a leader.
package struct ServiceTerm: MonotonicCounter {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// What a candidate asks for.
package struct ServiceTerms: Hashable, Sendable {
    /// The lease lasts so long after the last renewal. Of a leader in office: the longest that it has asked for.
    package var leaseMilliseconds: Int
    /// After a lease that ran out nobody leads for so long: who held it may not have noticed yet.
    package var lockDelayMilliseconds: Int
    /// While a candidate of a higher one asks, the present lease is not renewed, so that the place is free when it ends.
    package var priority: Int32

    /// 1 second to 24 hours.
    package static let leases = 1_000...86_400_000
    /// Up to a minute.
    package static let lockDelays = 0...60_000

    /// - Returns: nil for times out of bounds.
    package init?(leaseMilliseconds: Int, lockDelayMilliseconds: Int = 0, priority: Int32 = 0) {
        guard Self.leases.contains(leaseMilliseconds), Self.lockDelays.contains(lockDelayMilliseconds) else {
            return nil
        }
        self.leaseMilliseconds = leaseMilliseconds
        self.lockDelayMilliseconds = lockDelayMilliseconds
        self.priority = priority
    }
}

/// A service as the quorum has decided it. How long its lease still runs is known to the quorum's leader (`ServiceLeases`).
package struct ElectedService: Hashable, Sendable {
    package struct Leader: Hashable, Sendable {
        package var id: ServiceText
        package var terms: ServiceTerms
        package var since: WallTime
    }

    package enum Vacancy: UInt8, Hashable, Sendable {
        /// The leader gave it up, or was made to: free at once.
        case resigned = 1
        /// The lease ran out: free after the lock delay.
        case expired = 2
    }

    package enum Seat: Hashable, Sendable {
        case taken(Leader)
        case vacant(Vacancy, lockDelayMilliseconds: Int)
    }

    /// Of the present leader, or of the last one.
    package var term: ServiceTerm
    package var seat: Seat

    package var leader: Leader? { if case .taken(let leader) = seat { leader } else { nil } }
}
