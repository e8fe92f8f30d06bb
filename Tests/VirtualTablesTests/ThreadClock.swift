import Glibc

/// How long the calling thread has had a processor: limits on time hold by it however busy the machine is.
enum ThreadClock {
    static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static func seconds(since start: UInt64) -> UInt64 { (nanoseconds - start) / 1_000_000_000 }
}
