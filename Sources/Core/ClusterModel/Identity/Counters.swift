/// A number that only its owner raises. Each counter below is a type of its own so that none is taken for another.
package protocol MonotonicCounter: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible
where RawValue == UInt64 {
    init(rawValue: UInt64)
}

extension MonotonicCounter {
    package static var zero: Self { Self(rawValue: 0) }

    /// The greatest number that is believed of anybody: from there on a member could count for ages without an end.
    package static var greatestTold: Self { Self(rawValue: 1 << 62) }

    /// How far a number may lie beyond what is known. Nobody counts so far between two pieces of news, were it a
    /// thousand times a second for a month.
    private static var greatestLeap: UInt64 { 1 << 32 }

    /// Whether somebody may have counted from `known` to here since that was heard, or is lying, or broken.
    package func isCredible(after known: Self) -> Bool {
        rawValue <= known.rawValue || rawValue - known.rawValue <= Self.greatestLeap
    }

    /// The value after this one; stays at the greatest value rather than trap.
    package var next: Self { Self(rawValue: rawValue == .max ? .max : rawValue + 1) }

    /// The value so much greater, or the greatest.
    package func advanced(by count: UInt64) -> Self {
        let (sum, overflow) = rawValue.addingReportingOverflow(count)
        return Self(rawValue: overflow ? .max : sum)
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}

/// Raised by a member to refute a rumour of its own death (SWIM, section 4.2).
package struct Incarnation: MonotonicCounter {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// The version of a member's record; raised by that member alone.
package struct RecordVersion: MonotonicCounter {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// The number of a primary's reign. Zero while no quorum has decided one.
package struct Epoch: MonotonicCounter {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// Rises with every change that a driver should act on: members, roles, states, epoch, primary, addresses, zones
/// (`TopologyFacts`).
///
/// It is a Lamport clock over the cluster: a node that learns of a greater version takes it over, so the versions of
/// different nodes agree once the same changes have reached them.
package struct TopologyVersion: MonotonicCounter {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}
