internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Sockets
internal import Synchronization

/// Threads for work of one kind that an event loop cannot spare the time for, and a queue before them that is bounded.
final class BoundedThreads: Sendable {
    private let threads: NIOThreadPool
    private let niceness: Int32
    private let longestQueue: Int
    private let queued = Atomic<Int>(0)

    /// - Parameter niceness: of the threads; above 0, what the event loops do comes first.
    init(count: Int, niceness: Int32, longestQueue: Int) {
        self.niceness = niceness
        self.longestQueue = longestQueue
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    /// Begins nothing any more, and waits for what is under way.
    func stop() async { try? await threads.shutdownGracefully() }

    /// - Returns: nil at once if too much waits already. The future fails when the threads have been stopped.
    func run<Outcome: Sendable>(
        on loop: SocketLoop,
        _ work: @escaping @Sendable () -> Outcome
    ) -> EventLoopFuture<Outcome>? {
        guard queued.add(1, ordering: .relaxed).newValue <= longestQueue else {
            queued.subtract(1, ordering: .relaxed)
            return nil
        }
        return threads.runIfActive(eventLoop: loop) {
            defer { self.queued.subtract(1, ordering: .relaxed) }
            // Of this thread alone (setpriority(2), "C library/kernel differences").
            if self.niceness > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, self.niceness) }
            return work()
        }
    }
}
