internal import CLinux
internal import Glibc
internal import Synchronization
internal import Threads

/// Tasks that come from any thread, and the descriptor that wakes the loop for them.
final class TaskInbox: Sendable {
    typealias Job = @Sendable () -> Void

    private struct State {
        var jobs: [Job] = []
        var isClosed = false
    }

    /// Readable when there is something new.
    let descriptor: Int32
    private let state = Mutex(State())
    private let hasJobs = Atomic(false)

    init() throws(SystemCallError) {
        descriptor = pilotfish_eventfd()
        guard descriptor >= 0 else { throw SystemCallError(call: "eventfd", number: errno) }
    }

    deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

    /// Whether `takeAll` would find something. Costs no lock.
    var isEmpty: Bool { !hasJobs.load(ordering: .acquiring) }

    /// - Returns: false if the loop has ended: the job will never run.
    func append(_ job: @escaping Job, wake: Bool) -> Bool {
        let (isTaken, isFirst) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.jobs.append(job)
            hasJobs.store(true, ordering: .releasing)
            return (true, state.jobs.count == 1)
        }
        if isTaken, isFirst, wake { self.wake() }
        return isTaken
    }

    func wake() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// The loop has been woken.
    func drain() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }

    func takeAll() -> [Job] {
        state.withLock { state in
            hasJobs.store(false, ordering: .relaxed)
            defer { state.jobs = [] }
            return state.jobs
        }
    }

    /// Nothing is taken any more.
    func close() -> [Job] {
        state.withLock { state in
            state.isClosed = true
            defer { state.jobs = [] }
            return state.jobs
        }
    }
}
