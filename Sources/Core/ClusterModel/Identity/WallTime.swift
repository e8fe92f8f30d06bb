/// A point in civil time, in microseconds since 1970-01-01T00:00:00Z. For people to read: it orders nothing.
package struct WallTime: Hashable, Comparable, Sendable {
    package let microsecondsSince1970: Int64

    package init(microsecondsSince1970: Int64) {
        self.microsecondsSince1970 = microsecondsSince1970
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.microsecondsSince1970 < right.microsecondsSince1970
    }
}

/// A point on a clock that never goes back, in nanoseconds since an origin that only this process knows.
package struct MonotonicTime: Hashable, Comparable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    package func adding(milliseconds: Int) -> Self {
        Self(nanoseconds: nanoseconds &+ UInt64(max(0, milliseconds)) &* 1_000_000)
    }

    /// Whole milliseconds from `earlier` to here; 0 if `earlier` is later.
    package func milliseconds(since earlier: Self) -> Int {
        nanoseconds <= earlier.nanoseconds ? 0 : Int(clamping: (nanoseconds - earlier.nanoseconds) / 1_000_000)
    }
}
