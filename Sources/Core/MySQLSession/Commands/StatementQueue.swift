package import MySQLWire

/// Which of the statements that take long is carried out next: those that came first before others, one of a user at a
/// time, so that nobody waits for what one user alone asks.
package struct StatementQueue<Job> {
    package struct Limits: Sendable {
        /// How many of one user's may wait behind the one that is carried out.
        package var waitingOfUser = 128
        package var waiting = 512

        package init() {}
    }

    /// What `remove` takes.
    package struct Ticket: Hashable, Sendable {
        fileprivate var number: UInt64
    }

    private struct Entry {
        var user: String
        var ticket: Ticket
        var job: Job
    }

    private let limits: Limits
    private var waiting: [Entry] = []
    private var busyUsers: Set<String> = []
    private var lastNumber: UInt64 = 0

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// - Throws: `SQLError` 1226 if too many wait already.
    package mutating func add(_ job: Job, of user: String) throws(SQLError) -> Ticket {
        guard waiting.count < limits.waiting else {
            throw Self.exceeded("All users together have", limits.waiting)
        }
        guard waiting.count(where: { $0.user == user }) < limits.waitingOfUser else {
            throw Self.exceeded("User '\(user)' has", limits.waitingOfUser)
        }
        lastNumber += 1
        let ticket = Ticket(number: lastNumber)
        waiting.append(Entry(user: user, ticket: ticket, job: job))
        return ticket
    }

    private static func exceeded(_ who: String, _ limit: Int) -> SQLError {
        SQLError(
            errno: 1226,
            sqlState: "42000",
            message: "\(who) exceeded the 'long statements on cluster_schema' resource (current value: \(limit))"
        )
    }

    /// Nobody waits for the job any more. Nothing happens to one that is being carried out.
    package mutating func remove(_ ticket: Ticket) {
        waiting.removeAll { $0.ticket == ticket }
    }

    /// Takes out the next one that may be carried out; `finish` is to be called when it has been.
    package mutating func next() -> (job: Job, user: String)? {
        guard let index = waiting.firstIndex(where: { !busyUsers.contains($0.user) }) else { return nil }
        let entry = waiting.remove(at: index)
        busyUsers.insert(entry.user)
        return (entry.job, entry.user)
    }

    package mutating func finish(_ user: String) {
        busyUsers.remove(user)
    }

    package var hasNext: Bool { waiting.contains { !busyUsers.contains($0.user) } }

    package mutating func removeAll() -> [Job] {
        defer { waiting = [] }
        return waiting.map(\.job)
    }
}
