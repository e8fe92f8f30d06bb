internal import ClusterModel
internal import Glibc
internal import MySQLClient
internal import Synchronization
package import Threads

/// Wakes the probe's thread from others: a pipe beside the connection in one `poll`.
package final class ProbeSignal: Sendable {
    enum Wake: Equatable {
        case deadline
        /// `probeNow` or `stop`.
        case requested
        /// The server closed the connection, or sent something that nobody asked for.
        case connectionEnded
    }

    private let readEnd: Int32
    private let writeEnd: Int32
    private let stopping = Mutex(false)

    package init() throws(SystemCallError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemCallError(call: "pipe", number: errno) }
        (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    var isStopping: Bool { stopping.withLock { $0 } }

    /// Ends the thread.
    package func requestStop() {
        stopping.withLock { $0 = true }
        requestProbe()
    }

    /// Looks now rather than at the next interval.
    package func requestProbe() {
        // A full pipe has a wake-up in it already.
        var byte: UInt8 = 0
        _ = write(writeEnd, &byte, 1)
    }

    /// - Parameter connection: watched for its end; nil while there is none.
    func wait(until deadline: MonotonicTime, watching connection: ConnectionSocket?) -> Wake {
        while true {
            let milliseconds = Self.millisecondsRoundedUp(from: .current, to: deadline)
            var descriptors = [
                pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
                pollfd(fd: connection?.pollable ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
            if ready < 0, errno == EINTR { continue }
            if descriptors[0].revents != 0 {
                drain()
                return .requested
            }
            if descriptors[1].revents != 0 { return .connectionEnded }
            if ready <= 0, MonotonicTime.current >= deadline { return .deadline }
        }
    }

    private func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(readEnd, &bytes, bytes.count) > 0 {}
    }

    private static func millisecondsRoundedUp(from now: MonotonicTime, to deadline: MonotonicTime) -> Int32 {
        guard deadline > now else { return 0 }
        return Int32(clamping: (deadline.nanoseconds - now.nanoseconds) / 1_000_000 + 1)
    }
}

extension MonotonicTime {
    static var current: MonotonicTime {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return MonotonicTime(
            nanoseconds: UInt64(clamping: now.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: now.tv_nsec)
        )
    }
}
