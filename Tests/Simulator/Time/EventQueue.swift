package import ClusterModel

/// What will happen, earliest first; at equal times in the order in which it was put in. A binary heap of small keys;
/// the payloads stand aside and are not moved.
package struct EventQueue<Payload> {
    private struct Key {
        var at: UInt64
        var order: UInt64
        var place: Int32
    }

    private var heap: [Key] = []
    private var payloads: [Payload?] = []
    private var free: [Int32] = []
    private var order: UInt64 = 0

    package init() {}

    package var count: Int { heap.count }
    package var nextTime: MonotonicTime? { heap.first.map { MonotonicTime(nanoseconds: $0.at) } }

    package mutating func push(_ payload: Payload, at time: MonotonicTime) {
        let place: Int32
        if let reused = free.popLast() {
            place = reused
            payloads[Int(place)] = payload
        } else {
            place = Int32(payloads.count)
            payloads.append(payload)
        }
        order += 1
        heap.append(Key(at: time.nanoseconds, order: order, place: place))
        var child = heap.count - 1
        let key = heap[child]
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(key, heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = key
    }

    package mutating func pop() -> (at: MonotonicTime, payload: Payload)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty { sink(last) }
        let place = Int(first.place)
        guard let payload = payloads[place].take() else { return nil }
        free.append(first.place)
        return (MonotonicTime(nanoseconds: first.at), payload)
    }

    /// Puts a key where the first one was, and down to its place.
    private mutating func sink(_ key: Key) {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, Self.precedes(heap[child + 1], heap[child]) { child += 1 }
            guard Self.precedes(heap[child], key) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = key
    }

    private static func precedes(_ one: Key, _ other: Key) -> Bool {
        one.at != other.at ? one.at < other.at : one.order < other.order
    }
}
