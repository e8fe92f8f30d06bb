/// Who waits until when: a heap of deadlines in which those that end early are passed over later.
///
/// Thousands may wait for the cost of one timer, which the owner sets to `nextDeadline`.
package struct WaitQueue<ID: Hashable> {
    private struct Entry {
        var deadline: UInt64
        var id: ID
    }

    /// In nanoseconds of the owner's clock.
    private var deadlines: [ID: UInt64] = [:]
    /// A binary heap, the earliest first; entries whose deadline is not that of `deadlines` are of the past.
    private var heap: [Entry] = []

    package init() {}

    package var count: Int { deadlines.count }
    package var isEmpty: Bool { deadlines.isEmpty }
    package var ids: some Collection<ID> { deadlines.keys }

    /// Begins a wait, or moves its deadline.
    package mutating func insert(_ id: ID, deadline: UInt64) {
        deadlines[id] = deadline
        heap.append(Entry(deadline: deadline, id: id))
        var child = heap.count - 1
        while child > 0, heap[child].deadline < heap[(child - 1) / 2].deadline {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Ends a wait.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    package mutating func remove(_ id: ID) -> Bool {
        guard deadlines.removeValue(forKey: id) != nil else { return false }
        // Those of the past never outnumber the others by much.
        if heap.count > 2 * deadlines.count + 64 { rebuild() }
        return true
    }

    /// Ends all waits.
    package mutating func removeAll() -> [ID] {
        let ids = Array(deadlines.keys)
        self = WaitQueue()
        return ids
    }

    /// Ends the waits whose deadline has come.
    package mutating func removeExpired(now: UInt64) -> [ID] {
        var expired: [ID] = []
        while let first = heap.first, first.deadline <= now {
            removeFirst()
            if deadlines[first.id] == first.deadline {
                deadlines[first.id] = nil
                expired.append(first.id)
            }
        }
        return expired
    }

    /// The earliest deadline of a wait; nil if nobody waits.
    package mutating func nextDeadline() -> UInt64? {
        while let first = heap.first {
            if deadlines[first.id] == first.deadline { return first.deadline }
            removeFirst()
        }
        return nil
    }

    private mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].deadline < heap[smallest].deadline {
                smallest = child
            }
            guard smallest != parent else { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }

    private mutating func rebuild() {
        // What is sorted is a heap.
        heap = deadlines.map { Entry(deadline: $0.value, id: $0.key) }.sorted { $0.deadline < $1.deadline }
    }
}
