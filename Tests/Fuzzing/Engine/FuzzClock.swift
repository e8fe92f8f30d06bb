internal import Foundation

/// Clocks that never go back, in nanoseconds.
package enum FuzzClock {
    package static var nanoseconds: UInt64 { read(CLOCK_MONOTONIC) }

    /// For how long this thread has had a processor.
    static var processorNanoseconds: UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
