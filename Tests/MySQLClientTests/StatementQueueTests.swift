import Synchronization
import TestServers
import Testing

@testable import MySQLClient

@Suite struct StatementQueueTests {
    private let queue: StatementQueue
    private let outcomes = Outcomes()

    init() throws {
        queue = StatementQueue(signal: try ThreadSignal())
    }

    /// Adds statements of these names, with an hour's time unless told otherwise.
    private func add(_ statements: String..., milliseconds: Int = 3_600_000) -> [UInt64] {
        statements.map { statement in
            let id = queue.nextID()
            queue.add(id, statement, milliseconds: milliseconds) { [outcomes] in outcomes.note(statement, $0) }
            return id
        }
    }

    @Test func `statements come in the order in which they were asked for`() throws {
        let ids = add("a", "b", "c", "d")
        queue.giveUp(ids[1], .cancelled)
        for (id, statement) in [(ids[0], "a"), (ids[2], "c"), (ids[3], "d")] {
            #expect(try #require(queue.next()).statement == statement)
            #expect(queue.markSent(id))
            queue.finish(id, .success(QueryResult(columns: [statement])))
            #expect(!queue.isWanted(id))
        }
        #expect(queue.next() == nil)
        #expect(outcomes.of("b") == .failure(.notSent(.cancelled)))
        #expect(outcomes.of("d") == .success(QueryResult(columns: ["d"])))
    }

    @Test func `what was given up before it was sent is not sent, and what was sent is unknown`() throws {
        let ids = add("a", "b")
        _ = queue.next()
        queue.giveUp(ids[0], .cancelled)
        #expect(!queue.markSent(ids[0]))
        #expect(outcomes.of("a") == .failure(.notSent(.cancelled)))
        _ = queue.next()
        #expect(queue.markSent(ids[1]))
        queue.giveUp(ids[1], .cancelled)
        #expect(!queue.isWanted(ids[1]))
        #expect(outcomes.of("b") == .failure(.outcomeUnknown(.cancelled)))
        // An answer that comes after all is nobody's.
        queue.finish(ids[1], .success(QueryResult()))
        #expect(outcomes.count == 2)
    }

    @Test(arguments: [-1, 0, 20])
    func `a deadline passes whatever the thread is at`(milliseconds: Int) async throws {
        let id = add("a", milliseconds: max(0, milliseconds))[0]
        try await waitUntil("its end") { outcomes.count == 1 }
        #expect(outcomes.of("a") == .failure(.notSent(.deadline(milliseconds: max(0, milliseconds)))))
        #expect(queue.next() == nil)
        #expect(!queue.isWanted(id))
    }

    @Test func `what is late when its turn has come is not sent`() throws {
        let id = add("a", milliseconds: 0)[0]
        _ = queue.next()
        #expect(!queue.markSent(id))
        #expect(outcomes.of("a") == .failure(.notSent(.deadline(milliseconds: 0))))
    }

    @Test func `nothing is left without a result when the queue is closed`() throws {
        let ids = add("sent", "waits")
        _ = queue.next()
        #expect(queue.markSent(ids[0]))
        queue.close()
        _ = add("late")
        #expect(outcomes.of("sent") == .failure(.outcomeUnknown(.stopped)))
        #expect(outcomes.of("waits") == .failure(.notSent(.stopped)))
        #expect(outcomes.of("late") == .failure(.notSent(.stopped)))
        #expect(queue.next() == nil)
    }

    @Test(arguments: [
        (
            StatementFailure.notSent(.deadline(milliseconds: 300)),
            "the statement was not sent to mysqld: its time of 300 ms is over"
        ),
        (
            .outcomeUnknown(.connection(.brokenOff)),
            "the statement was sent to mysqld, and it is unknown whether it was carried out: The call was broken off"
                + " (2013, HY000)"
        ),
        (
            .refused(AdminError(code: 1290, sqlState: "HY000", text: "read-only")),
            "mysqld refused the statement: read-only (1290, HY000)"
        ),
    ])
    func `a failure says whether the statement may have been carried out`(failure: StatementFailure, text: String) {
        #expect("\(failure)" == text)
    }
}

private final class Outcomes: Sendable {
    private let noted = Mutex<[String: StatementQueue.Outcome]>([:])

    var count: Int { noted.withLock(\.count) }

    func of(_ statement: String) -> StatementQueue.Outcome? { noted.withLock { $0[statement] } }

    func note(_ statement: String, _ outcome: StatementQueue.Outcome) {
        noted.withLock { noted in
            if noted.updateValue(outcome, forKey: statement) != nil { Issue.record("\(statement) has two results") }
        }
    }
}
