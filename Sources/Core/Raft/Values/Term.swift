internal import ClusterModel

/// The number of an election: at most one leader in each (Raft, section 5.1).
package struct Term: MonotonicCounter {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A place in the log; the first entry is at 1.
package struct LogIndex: MonotonicCounter {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The place before this one; zero has none before it.
    package var previous: Self { Self(rawValue: rawValue == 0 ? 0 : rawValue - 1) }

    /// How many places this one lies behind `other`; zero if it does not.
    package func distance(after other: Self) -> Int {
        rawValue > other.rawValue ? Int(clamping: rawValue - other.rawValue) : 0
    }
}

/// Which entry it is: two logs that hold an entry of this name are alike up to it (Raft, section 5.3).
package struct EntryID: Hashable, Sendable {
    package let term: Term
    package let index: LogIndex

    package init(term: Term, index: LogIndex) {
        self.term = term
        self.index = index
    }

    /// Before the first entry.
    package static let origin = Self(term: .zero, index: .zero)

    /// Whether a log that ends here has all that is committed, as far as one that ends at `other` can tell (Raft, section
    /// 5.4.1).
    package func isUpToDate(with other: Self) -> Bool {
        (term, index) >= (other.term, other.index)
    }
}

/// Counts a leader's heartbeats within its term.
package struct RoundNumber: MonotonicCounter {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}
