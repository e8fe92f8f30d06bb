package import Dispatch
internal import Glibc
package import NIOCore
internal import Synchronization
package import Threads

/// An event loop on one thread over epoll, for connections that are mostly relayed.
///
/// It is an `EventLoop` of SwiftNIO's, so that futures, timers and channel handlers work on it. What it adds is
/// `Connection`: bytes go from the socket to its handler and from there to another socket without a pipeline, a buffer
/// or a count of references between them.
///
/// `@unchecked Sendable`: `poll`, `timers`, `closed` and `scratch` belong to the loop's thread; the rest is constant or
/// locked.
package final class SocketLoop: EventLoop, @unchecked Sendable {
    /// How much one read takes at most, in bytes.
    package static let readByteCount = 64 * 1024

    private let inbox: TaskInbox
    private let lastTimerNumber = Atomic<UInt64>(0)
    private let state = Mutex(State())

    private struct State {
        var thread: DedicatedThread?
        var isStopping = false
        var whenStopped: [@Sendable () -> Void] = []
    }

    // The thread's own.
    private var identity: pthread_t?
    var poll: EventPoll
    private var timers = TimerHeap()
    private var isStopping = false
    /// Connections whose handlers are still to hear that they are closed.
    private var closed: [Connection] = []
    /// What every read of the loop reads into.
    let scratch: UnsafeMutableRawBufferPointer

    /// - Throws: `SystemCallError` if the system has no descriptors or threads left.
    package static func start(name: StaticString) throws(SystemCallError) -> SocketLoop {
        let loop = try SocketLoop()
        let isReady = DispatchSemaphore(value: 0)
        let thread = try DedicatedThread.start(name: name) {
            loop.identity = pthread_self()
            isReady.signal()
            loop.run()
        }
        isReady.wait()
        loop.state.withLock { $0.thread = thread }
        return loop
    }

    private init() throws(SystemCallError) {
        inbox = try TaskInbox()
        poll = try EventPoll()
        scratch = .allocate(byteCount: Self.readByteCount, alignment: 64)
        wakeUp = WakeUp(inbox)
        _ = try poll.add(inbox.descriptor, wakeUp, for: .readable)
    }

    deinit { scratch.deallocate() }

    private let wakeUp: WakeUp

    private final class WakeUp: EventSource {
        private let inbox: TaskInbox
        init(_ inbox: TaskInbox) { self.inbox = inbox }
        func ready(_ events: PollEvents) { inbox.drain() }
    }

    // MARK: - The thread

    private func run() {
        while !isStopping {
            let count = poll.wait(milliseconds: patience)
            for index in 0..<count {
                if let (source, events) = poll.source(at: index) { source.ready(events) }
            }
            settle()
        }
        for job in inbox.close() { job() }
        settle()
        while let timer = timers.next {
            timers.remove(timer)
            timer.abandon()
        }
        for job in state.withLock({ $0.whenStopped }) { job() }
    }

    /// What the events have left to do, and what is due.
    private func settle() {
        tellClosed()
        if timers.next != nil {
            let now = NIODeadline.now()
            while let timer = timers.popDue(now) { timer.fire() }
        }
        if !inbox.isEmpty {
            for job in inbox.takeAll() { job() }
        }
        tellClosed()
    }

    private func tellClosed() {
        while let connection = closed.popLast() { connection.tellClosed() }
    }

    /// Until the next timer, rounded up, so that it is due when the wait ends.
    private var patience: Int32 {
        guard inbox.isEmpty, closed.isEmpty else { return 0 }
        guard let next = timers.next else { return -1 }
        let nanoseconds = (next.deadline - .now()).nanoseconds
        return nanoseconds <= 0 ? 0 : Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
    }

    /// Its handler hears of it when the event at hand has been dealt with.
    func noteClosed(_ connection: Connection) { closed.append(connection) }

    // MARK: - EventLoop

    package var inEventLoop: Bool {
        guard let identity else { return false }
        return pthread_equal(identity, pthread_self()) != 0
    }

    package func execute(_ task: @escaping @Sendable () -> Void) {
        _ = inbox.append(task, wake: !inEventLoop)
    }

    package func submit<T>(_ task: @escaping @Sendable () throws -> T) -> EventLoopFuture<T> {
        let promise = makePromise(of: T.self)
        let isTaken = inbox.append(
            {
                do {
                    promise.assumeIsolatedUnsafeUnchecked().succeed(try task())
                } catch {
                    promise.fail(error)
                }
            },
            wake: !inEventLoop
        )
        if !isTaken { promise.fail(EventLoopError.shutdown) }
        return promise.futureResult
    }

    @discardableResult
    package func scheduleTask<T>(
        deadline: NIODeadline,
        _ task: @escaping @Sendable () throws -> T
    ) -> Scheduled<T> {
        let promise = makePromise(of: T.self)
        let timer = LoopTimer(
            deadline: deadline,
            number: lastTimerNumber.wrappingAdd(1, ordering: .relaxed).newValue,
            fire: {
                do {
                    promise.assumeIsolatedUnsafeUnchecked().succeed(try task())
                } catch {
                    promise.fail(error)
                }
            },
            abandon: { promise.fail(EventLoopError.shutdown) }
        )
        guard onThread({ self.timers.insert(timer) }) else {
            promise.fail(EventLoopError.shutdown)
            return Scheduled(promise: promise) {}
        }
        return Scheduled(promise: promise) {
            _ = self.onThread {
                self.timers.remove(timer)
                timer.forget()
            }
        }
    }

    /// - Returns: false if the loop has ended: the job will never run.
    private func onThread(_ job: @escaping @Sendable () -> Void) -> Bool {
        guard inEventLoop else { return inbox.append(job, wake: true) }
        job()
        return true
    }

    @discardableResult
    package func scheduleTask<T>(
        in delay: TimeAmount,
        _ task: @escaping @Sendable () throws -> T
    ) -> Scheduled<T> {
        scheduleTask(deadline: .now() + delay, task)
    }

    /// Ends the thread. What is scheduled fails; connections must have been closed before.
    package func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        let report: @Sendable () -> Void = { queue.async { callback(nil) } }
        let isFirst = state.withLock { state in
            defer { state.isStopping = true }
            if !state.isStopping { state.whenStopped.append(report) }
            return !state.isStopping
        }
        guard isFirst else { return report() }
        if !inbox.append({ self.isStopping = true }, wake: true) { report() }
    }
}

extension SocketLoop {
    package func next() -> any EventLoop { self }
    package func any() -> any EventLoop { self }
    package func makeIterator() -> EventLoopIterator { EventLoopIterator([self]) }
}
