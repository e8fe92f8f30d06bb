package import ClusterModel
internal import Glibc
internal import Synchronization
package import Threads

/// Wakes a thread that waits for a connection, from others: a pipe beside the connection in one `poll`.
package final class ThreadSignal: Sendable {
    package enum Wake: Equatable {
        case deadline
        /// `wake` or `requestStop`.
        case requested
        /// The connection can be read from or written to, or it has ended.
        case connectionReady
    }

    private struct State: Sendable {
        var isStopping = false
        /// Woken in the midst of a call on the connection: what there was to do is still to be done.
        var wasWokenInCall = false
    }

    private let readEnd: Int32
    private let writeEnd: Int32
    private let state = Mutex(State())

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

    package var isStopping: Bool { state.withLock(\.isStopping) }

    /// Asks the thread to end, and breaks off what it waits for.
    package func requestStop() {
        state.withLock { $0.isStopping = true }
        wake()
    }

    package func wake() {
        // A full pipe has a wake-up in it already.
        var byte: UInt8 = 0
        _ = write(writeEnd, &byte, 1)
    }

    /// Waits while nothing is under way.
    ///
    /// - Parameter connection: watched for what mysqld sends unasked, its end above all; nil while there is none.
    package func wait(until deadline: MonotonicTime, watching connection: ConnectionSocket?) -> Wake {
        let wasWoken = state.withLock { state in
            defer { state.wasWokenInCall = false }
            return state.wasWokenInCall
        }
        if wasWoken { return .requested }
        return Self.wait(until: deadline, for: POLLIN, on: connection?.descriptor ?? -1, wakeEnd: readEnd)
    }

    /// Waits in a call on a connection. A wake-up is kept for the next wait without one.
    func waitInCall(until deadline: MonotonicTime, for events: Int32, on descriptor: Int32) -> Wake {
        let wake = Self.wait(until: deadline, for: events, on: descriptor, wakeEnd: readEnd)
        if wake == .requested { state.withLock { $0.wasWokenInCall = true } }
        return wake
    }

    /// - Parameter wakeEnd: of the pipe; -1 where nobody wakes.
    static func wait(
        until deadline: MonotonicTime,
        for events: Int32,
        on descriptor: Int32,
        wakeEnd: Int32 = -1
    ) -> Wake {
        while true {
            var descriptors = [
                pollfd(fd: wakeEnd, events: Int16(POLLIN), revents: 0),
                pollfd(fd: descriptor, events: Int16(events), revents: 0),
            ]
            let milliseconds = millisecondsRoundedUp(from: .current, to: deadline)
            let ready = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
            if ready < 0, errno == EINTR { continue }
            if descriptors[0].revents != 0 {
                drain(wakeEnd)
                return .requested
            }
            if descriptors[1].revents != 0 { return .connectionReady }
            if ready <= 0, MonotonicTime.current >= deadline { return .deadline }
        }
    }

    private static func drain(_ readEnd: Int32) {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(readEnd, &bytes, bytes.count) > 0 {}
    }

    private static func millisecondsRoundedUp(from now: MonotonicTime, to deadline: MonotonicTime) -> Int32 {
        guard deadline > now else { return 0 }
        return Int32(clamping: (deadline.nanoseconds - now.nanoseconds) / 1_000_000 + 1)
    }
}
