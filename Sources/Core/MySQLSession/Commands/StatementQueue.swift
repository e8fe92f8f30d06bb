package import MySQLWire
internal import NIOCore

/// Which of the statements that take long is carried out next: one of a user at a time, and users by turns, so that nobody
/// waits for what one user alone asks. Those of one user go in their order.
package struct StatementQueue<Job> {
    package struct Limits: Sendable {
        /// How many of one user's may wait behind the one that is carried out.
        package var waitingOfUser = 128
        package var waiting = 512

        package init() {}
    }

    /// What `remove` takes.
    package struct Ticket: Hashable, Sendable {
        fileprivate var user: String
        fileprivate var number: UInt64
    }

    private struct Entry {
        var number: UInt64
        var job: Job
    }

    private let limits: Limits?
    /// Of each user that has any.
    private var waiting: [String: CircularBuffer<Entry>] = [:]
    private var waitingCount = 0
    /// Users with something that may be carried out.
    private var turns = CircularBuffer<String>()
    private var busyUsers: Set<String> = []
    private var lastNumber: UInt64 = 0

    /// - Parameter limits: nil for none.
    package init(limits: Limits? = Limits()) {
        self.limits = limits
    }

    /// - Throws: `SQLError` 1226 if too many wait already.
    package mutating func add(_ job: Job, of user: String) throws(SQLError) -> Ticket {
        if let limits {
            guard waitingCount < limits.waiting else { throw Self.exceeded("All users together have", limits.waiting) }
            guard waiting[user]?.count ?? 0 < limits.waitingOfUser else {
                throw Self.exceeded("User '\(user)' has", limits.waitingOfUser)
            }
        }
        lastNumber += 1
        if waiting[user] == nil, !busyUsers.contains(user) { turns.append(user) }
        waiting[user, default: CircularBuffer()].append(Entry(number: lastNumber, job: job))
        waitingCount += 1
        return Ticket(user: user, number: lastNumber)
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
        guard let index = waiting[ticket.user]?.firstIndex(where: { $0.number == ticket.number }) else { return }
        waiting[ticket.user]?.remove(at: index)
        noteTaken(from: ticket.user)
        if waiting[ticket.user] == nil { turns.removeAll { $0 == ticket.user } }
    }

    /// Takes out the next one that may be carried out; `finish` is to be called when it has been.
    package mutating func next() -> (job: Job, user: String)? {
        guard let user = turns.popFirst(), let entry = waiting[user]?.popFirst() else { return nil }
        noteTaken(from: user)
        busyUsers.insert(user)
        return (entry.job, user)
    }

    private mutating func noteTaken(from user: String) {
        waitingCount -= 1
        if waiting[user]?.isEmpty ?? false { waiting[user] = nil }
    }

    package mutating func finish(_ user: String) {
        busyUsers.remove(user)
        if waiting[user] != nil { turns.append(user) }
    }

    package var hasNext: Bool { !turns.isEmpty }

    package mutating func removeAll() -> [Job] {
        defer {
            waiting = [:]
            turns.removeAll()
            waitingCount = 0
        }
        return waiting.values.flatMap { $0.map(\.job) }
    }
}
