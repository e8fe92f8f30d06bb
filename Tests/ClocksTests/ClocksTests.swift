import Clocks
import ClusterModel
import Glibc
import Testing

@Suite struct ClocksTests {
    @Test func `boot time is the clock that counts suspension, too`() {
        func read() -> UInt64 {
            var now = timespec()
            clock_gettime(CLOCK_BOOTTIME, &now)
            return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
        }
        let before = read()
        let time = Clocks.boot
        #expect((before...read()).contains(time.nanoseconds))
    }
}
