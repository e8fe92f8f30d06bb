import Testing
import WirePackets

@testable import MySQLSession

@Suite("WaitQueue")
struct WaitQueueTests {
    /// What changes the queue cannot stand inside `#expect`.
    private func equal<Value: Equatable>(_ value: Value, _ expected: Value, at place: SourceLocation = #_sourceLocation)
    {
        #expect(value == expected, sourceLocation: place)
    }

    @Test("ends waits in the order of their deadlines")
    func order() {
        var queue = WaitQueue<Int>()
        for id in [5, 3, 9, 1, 7] { queue.insert(id, deadline: UInt64(id * 10)) }
        equal(queue.nextDeadline(), 10)
        equal(queue.removeExpired(now: 9), [])
        equal(queue.removeExpired(now: 50), [1, 3, 5])
        #expect(queue.count == 2)
        equal(queue.nextDeadline(), 70)
        equal(queue.removeAll().sorted(), [7, 9])
        equal(queue.nextDeadline(), nil)
    }

    @Test("a wait that ended early does not end again at its deadline")
    func early() {
        var queue = WaitQueue<String>()
        queue.insert("a", deadline: 10)
        queue.insert("b", deadline: 20)
        equal(queue.remove("a"), true)
        equal(queue.remove("a"), false)
        equal(queue.nextDeadline(), 20)
        queue.insert("a", deadline: 30)
        equal(queue.removeExpired(now: 20), ["b"])
        equal(queue.removeExpired(now: 30), ["a"])
        #expect(queue.isEmpty)
    }

    @Test("agrees with a list that is searched, whatever comes", arguments: 0..<20 as Range<UInt64>)
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = WaitQueue<Int>()
        var model: [Int: UInt64] = [:]
        var now: UInt64 = 0
        for _ in 0..<2000 {
            let id = Int.random(in: 0..<200, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                let deadline = now + UInt64.random(in: 0..<100, using: &random)
                queue.insert(id, deadline: deadline)
                model[id] = deadline
            case 2:
                equal(queue.remove(id), model.removeValue(forKey: id) != nil)
            default:
                now += UInt64.random(in: 0..<10, using: &random)
                let expired = model.filter { $0.value <= now }.keys.sorted()
                for id in expired { model[id] = nil }
                equal(queue.removeExpired(now: now).sorted(), expired)
            }
            #expect(queue.count == model.count)
            equal(queue.nextDeadline(), model.values.min())
        }
    }
}
