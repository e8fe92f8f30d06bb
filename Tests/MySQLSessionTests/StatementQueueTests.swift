import MySQLSession
import MySQLWire
import Testing

@Suite("Statements that take long")
struct StatementQueueTests {
    private func queue(ofUser: Int = 32, ofAll: Int = 256) -> StatementQueue<Int> {
        var limits = StatementQueue<Int>.Limits()
        limits.waitingOfUser = ofUser
        limits.waiting = ofAll
        return StatementQueue(limits: limits)
    }

    @Test("are carried out in their order, one of a user at a time")
    func order() throws {
        var queue = queue()
        for (job, user) in [(1, "a"), (2, "a"), (3, "b"), (4, "a"), (5, "c")] { _ = try queue.add(job, of: user) }
        #expect(queue.next()?.job == 1)
        #expect(queue.next()?.job == 3)
        #expect(queue.next()?.job == 5)
        #expect(!queue.hasNext && queue.next() == nil)
        queue.finish("b")
        #expect(!queue.hasNext)
        queue.finish("a")
        #expect(queue.hasNext)
        let next = queue.next()
        #expect(next?.job == 2 && next?.user == "a")
        #expect(queue.removeAll() == [4])
        #expect(!queue.hasNext)
    }

    @Test("take their turns by users, however many one of them has")
    func turns() throws {
        var queue = queue()
        for job in 1...20 { _ = try queue.add(job, of: "a") }
        #expect(queue.next()?.job == 1)
        _ = try queue.add(100, of: "b")
        let left = try queue.add(200, of: "c")
        _ = try queue.add(101, of: "b")
        queue.remove(left)
        queue.finish("a")
        // One thread: b has waited for one of a's, and not for twenty.
        #expect(queue.next()?.job == 100)
        queue.finish("b")
        #expect(queue.next()?.job == 2)
        queue.finish("a")
        #expect(queue.next()?.job == 101)
    }

    @Test("are never refused where there are no limits")
    func noLimits() throws {
        var queue = StatementQueue<Int>(limits: nil)
        for job in 0..<2_000 { _ = try queue.add(job, of: "a") }
        #expect(queue.next()?.job == 0)
    }

    @Test("nobody waits for are not carried out")
    func removed() throws {
        var queue = queue()
        let first = try queue.add(1, of: "a")
        _ = try queue.add(2, of: "a")
        queue.remove(first)
        #expect(queue.next()?.job == 2)
        queue.remove(first)
        queue.finish("a")
        #expect(queue.next() == nil)
    }

    @Test("are refused when too many of the user, or of all, wait")
    func limits() throws {
        var queue = queue(ofUser: 2, ofAll: 3)
        _ = try queue.add(1, of: "a")
        #expect(queue.next()?.job == 1)
        _ = try queue.add(2, of: "a")
        _ = try queue.add(3, of: "a")
        func refusal(_ user: String) -> SQLError? {
            do throws(SQLError) {
                _ = try queue.add(0, of: user)
                return nil
            } catch {
                return error
            }
        }
        let ofUser = try #require(refusal("a"))
        #expect(ofUser.errno == 1226 && ofUser.message.contains("'a'"))
        _ = try queue.add(4, of: "b")
        let ofAll = try #require(refusal("c"))
        #expect(ofAll.errno == 1226 && ofAll.message.contains("All users"))
    }
}
