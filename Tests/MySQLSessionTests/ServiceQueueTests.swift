import ClusterModel
import Testing

@testable import MySQLSession

@Suite struct ServiceQueueTests {
    @Test func `who waits is found by the service, and each wait ends once`() throws {
        let (one, two) = (try #require(ServiceText("one")), try #require(ServiceText("two")))
        var queue = ServiceQueue<Int>()
        queue.insert(1, service: one, deadline: 30)
        queue.insert(2, service: one, deadline: 10)
        queue.insert(3, service: two, deadline: 20)
        #expect(queue.ids(of: one).sorted() == [1, 2] && queue.ids(of: two).sorted() == [3] && queue.count == 3)
        let (first, again) = (queue.remove(1), queue.remove(1))
        #expect(first && !again && Array(queue.ids(of: one)) == [2])
        let (next, expired, last) = (queue.nextDeadline(), queue.expired(now: 20), queue.nextDeadline())
        #expect(next == 10 && expired == [2, 3] && last == nil)
        let (second, third) = (queue.remove(2), queue.remove(3))
        #expect(second && third && queue.ids(of: one).isEmpty && queue.ids(of: two).isEmpty && queue.ids.isEmpty)
    }

    @Test func `who waits anew waits for that alone`() throws {
        let (one, two) = (try #require(ServiceText("one")), try #require(ServiceText("two")))
        var queue = ServiceQueue<Int>()
        queue.insert(1, service: one, deadline: 10)
        queue.insert(1, service: two, deadline: 20)
        #expect(queue.ids(of: one).isEmpty && Array(queue.ids(of: two)) == [1] && queue.count == 1)
    }
}
