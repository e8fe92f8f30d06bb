internal import ClusterModel
internal import Glibc
internal import NIOCore

/// The two clocks that the cores are given.
enum Clocks {
    static var wall: WallTime {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return WallTime(microsecondsSince1970: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000)
    }

    /// The same clock that SwiftNIO schedules by.
    static var monotonic: MonotonicTime {
        MonotonicTime(nanoseconds: NIODeadline.now().uptimeNanoseconds)
    }
}
