internal import Clocks
package import ClusterModel

extension MonotonicTime {
    package static var current: MonotonicTime { Clocks.monotonic }

    /// At most a day later.
    package func adding(_ duration: Duration) -> MonotonicTime {
        adding(milliseconds: duration.wholeMilliseconds)
    }
}

extension Duration {
    /// At least 0, at most a day.
    package var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(min(max(seconds, 0), 86_400) * 1_000 + max(attoseconds, 0) / 1_000_000_000_000_000)
    }
}
