internal import Clocks
package import ClusterModel
internal import Dispatch
internal import Glibc
internal import Metrics
internal import Synchronization
package import Threads

/// Writes lines to a descriptor that may block, on a thread of its own: whoever logs never waits for who reads the log.
///
/// What there is no room for is lost, and counted; the line behind the lost ones says how many they were.
package final class LogWriter: MetricSource {
    /// What may wait to be written, in bytes: some 2,000 lines.
    package static let capacity = 256 * 1024

    private struct State {
        var waiting: [UInt8] = []
        /// Lost since the last line that said so.
        var untold = 0
        var isWriting = false
        /// Who waits until all is written.
        var finishing: [AsyncStream<Never>.Continuation] = []
    }

    private let descriptor: Int32
    private let lossLine: @Sendable (Int) -> String
    private let state = Mutex(State())
    private let limits = Mutex(LineLimits())
    private let lost = Atomic<Int>(0)
    private let hasLines = DispatchSemaphore(value: 0)

    private init(_ descriptor: Int32, lossLine: @escaping @Sendable (Int) -> String) {
        self.descriptor = descriptor
        self.lossLine = lossLine
    }

    /// - Parameters:
    ///   - descriptor: stays open as long as the process runs, as does the thread.
    ///   - lossLine: the line that tells of so many lost ones, with its end.
    /// - Throws: `SystemCallError` if the system has no thread left.
    package static func start(
        on descriptor: Int32,
        lossLine: @escaping @Sendable (Int) -> String
    ) throws(SystemCallError) -> LogWriter {
        let writer = LogWriter(descriptor, lossLine: lossLine)
        _ = try DedicatedThread.start(name: "log") { writer.run() }
        return writer
    }

    /// How many lines were lost since the start.
    package var lostCount: Int { lost.load(ordering: .relaxed) }

    package var metrics: [Metric] {
        [.counter("LOG_LINES_LOST", lostCount, "Lines of the log that there was no room for.")]
    }

    /// Takes a line with its end. Never waits.
    package func append(_ line: String) {
        let isFirst = state.withLock { state in
            guard state.waiting.count + line.utf8.count <= Self.capacity else {
                state.untold += 1
                lost.add(1, ordering: .relaxed)
                return false
            }
            defer { state.waiting += line.utf8 }
            return state.waiting.isEmpty
        }
        if isFirst { hasLines.signal() }
    }

    /// See `LineLimits`.
    package func admit(_ message: String) -> Int? {
        limits.withLock { $0.admit(message, now: Clocks.monotonic) }
    }

    /// Waits until all is written, but not for long if nobody reads.
    package func finish(within limit: Duration) async {
        let (end, hasEnded) = AsyncStream<Never>.makeStream()
        state.withLock { state in
            if state.isWriting || !state.waiting.isEmpty {
                state.finishing.append(hasEnded)
            } else {
                hasEnded.finish()
            }
        }
        let deadline = Task {
            try? await Task.sleep(for: limit)
            hasEnded.finish()
        }
        for await _ in end {}
        deadline.cancel()
    }

    private func run() {
        while true {
            hasLines.wait()
            let (lines, losses) = state.withLock { state in
                defer { (state.waiting, state.untold, state.isWriting) = ([], 0, true) }
                return (state.waiting, state.untold)
            }
            write(lines[...])
            if losses > 0 { write(Array(lossLine(losses).utf8)[...]) }
            let told = state.withLock { state -> [AsyncStream<Never>.Continuation] in
                state.isWriting = false
                guard state.waiting.isEmpty else { return [] }
                defer { state.finishing = [] }
                return state.finishing
            }
            for waiter in told { waiter.finish() }
        }
    }

    private func write(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Whoever gave us the descriptor has made it non-blocking.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&ready, 1, -1)
            default:
                // Nowhere to say it.
                lost.add(rest.count { $0 == UInt8(ascii: "\n") }, ordering: .relaxed)
                return
            }
        }
    }
}
