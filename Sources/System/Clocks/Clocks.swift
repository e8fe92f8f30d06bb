package import ClusterModel
internal import Glibc

/// The machine's clocks, as the cores are given them.
package enum Clocks {
    /// For people to read.
    package static var wall: WallTime {
        WallTime(microsecondsSince1970: Int64(clamping: nanoseconds(CLOCK_REALTIME) / 1000))
    }

    /// The clock that SwiftNIO schedules by. It stands still while the machine is suspended.
    package static var monotonic: MonotonicTime { MonotonicTime(nanoseconds: nanoseconds(CLOCK_MONOTONIC)) }

    /// The clock of decisions: it goes on while the machine is suspended.
    package static var boot: BootTime { BootTime(nanoseconds: nanoseconds(CLOCK_BOOTTIME)) }

    private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return UInt64(clamping: now.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: now.tv_nsec)
    }
}
