package import ClusterModel

/// How often each message may be logged, for lines that strangers can cause: so many at once, then one a second.
///
/// What is held back is counted, and the next line of that message tells it.
package struct LineLimits {
    package static let burst = 20

    private struct Bucket {
        var tokens = LineLimits.burst
        var filledAt: MonotonicTime
        var heldBack = 0
    }

    private var buckets: [String: Bucket] = [:]

    package init() {}

    /// - Parameter message: one of a few: they are kept for ever.
    /// - Returns: how many lines of the message were held back since its last; nil if this one is, too.
    package mutating func admit(_ message: String, now: MonotonicTime) -> Int? {
        var bucket = buckets[message] ?? Bucket(filledAt: now)
        defer { buckets[message] = bucket }
        let seconds = now.milliseconds(since: bucket.filledAt) / 1_000
        if seconds > 0 {
            bucket.tokens = min(Self.burst, bucket.tokens + min(seconds, Self.burst))
            bucket.filledAt = bucket.filledAt.adding(milliseconds: seconds * 1_000)
        }
        guard bucket.tokens > 0 else {
            bucket.heldBack += 1
            return nil
        }
        bucket.tokens -= 1
        defer { bucket.heldBack = 0 }
        return bucket.heldBack
    }
}
