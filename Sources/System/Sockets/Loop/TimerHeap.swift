internal import NIOCore

/// A job for a moment to come.
///
/// `@unchecked Sendable`: all that varies belongs to the thread of the loop whose heap the timer is in.
final class LoopTimer: @unchecked Sendable {
    let deadline: NIODeadline
    /// Orders timers of one moment.
    fileprivate let number: UInt64
    fileprivate var index = -1
    private var jobs: Jobs?

    private struct Jobs {
        var fire: @Sendable () -> Void
        var abandon: @Sendable () -> Void
    }

    init(
        deadline: NIODeadline,
        number: UInt64,
        fire: @escaping @Sendable () -> Void,
        abandon: @escaping @Sendable () -> Void
    ) {
        self.deadline = deadline
        self.number = number
        jobs = Jobs(fire: fire, abandon: abandon)
    }

    /// The moment has come.
    func fire() { takeJobs()?.fire() }

    /// The loop has ended before.
    func abandon() { takeJobs()?.abandon() }

    /// Lets go of what the job holds, which may be what holds the timer.
    func forget() { jobs = nil }

    private func takeJobs() -> Jobs? {
        defer { jobs = nil }
        return jobs
    }

    fileprivate static func precedes(_ one: LoopTimer, _ other: LoopTimer) -> Bool {
        (one.deadline, one.number) < (other.deadline, other.number)
    }
}

/// The timers of a loop, the next one first. One that is cancelled leaves at once: sessions that come and go leave
/// nothing behind. A binary heap in which each timer knows its place.
struct TimerHeap {
    private var timers: [LoopTimer] = []

    var next: LoopTimer? { timers.first }

    mutating func insert(_ timer: LoopTimer) {
        timer.index = timers.count
        timers.append(timer)
        rise(from: timer.index)
    }

    /// Does nothing for a timer that is not there any more.
    mutating func remove(_ timer: LoopTimer) {
        let index = timer.index
        guard timers.indices.contains(index), timers[index] === timer else { return }
        timer.index = -1
        guard let last = timers.popLast(), last !== timer else { return }
        timers[index] = last
        last.index = index
        rise(from: index)
        sink(from: last.index)
    }

    /// - Returns: the next timer, removed, if its moment has come.
    mutating func popDue(_ now: NIODeadline) -> LoopTimer? {
        guard let first = timers.first, first.deadline <= now else { return nil }
        remove(first)
        return first
    }

    private mutating func rise(from start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard LoopTimer.precedes(timers[index], timers[parent]) else { return }
            swap(index, parent)
            index = parent
        }
    }

    private mutating func sink(from start: Int) {
        var index = start
        while true {
            let left = 2 * index + 1
            guard left < timers.count else { return }
            let right = left + 1
            let child = right < timers.count && LoopTimer.precedes(timers[right], timers[left]) ? right : left
            guard LoopTimer.precedes(timers[child], timers[index]) else { return }
            swap(index, child)
            index = child
        }
    }

    private mutating func swap(_ one: Int, _ other: Int) {
        timers.swapAt(one, other)
        timers[one].index = one
        timers[other].index = other
    }
}
