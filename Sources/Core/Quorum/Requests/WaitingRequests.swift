internal import ClusterModel
internal import Raft

/// Requests of this member's own that have no answer yet.
struct WaitingRequests: Sendable {
    struct Entry: Sendable {
        var request: QuorumRequest
        var deadline: BootTime
        /// To whom it was sent last; nil while it is to be sent.
        var sentTo: MemberID?
        /// When it was sent first: what an answer says of the time left is no older.
        var sentAt: BootTime?
        /// Sent anew then, since it may be lost.
        var again: BootTime
    }

    private(set) var entries: [RequestNumber: Entry] = [:]
    /// Nobody has looked at them yet.
    private var new: [RequestNumber] = []
    private(set) var nextLook = BootTime(nanoseconds: .max)

    static let maximum = 20_000
    private static let againMilliseconds = 1_000

    mutating func add(_ number: RequestNumber, _ request: QuorumRequest, deadline: BootTime, now: BootTime) {
        entries[number] = Entry(request: request, deadline: deadline, sentTo: nil, again: now)
        new.append(number)
        look(at: deadline)
    }

    mutating func remove(_ number: RequestNumber) -> Entry? { entries.removeValue(forKey: number) }

    mutating func noteSent(_ number: RequestNumber, to member: MemberID, now: BootTime) {
        let again = now.adding(milliseconds: Self.againMilliseconds)
        let first = entries[number]?.sentAt ?? now
        entries[number]?.sentTo = member
        entries[number]?.sentAt = first
        entries[number]?.again = again
        look(at: again)
    }

    /// Not answered by who leads: to be sent again, after a while.
    mutating func putBack(_ number: RequestNumber, milliseconds: Int, now: BootTime) {
        let again = now.adding(milliseconds: milliseconds)
        entries[number]?.sentTo = nil
        entries[number]?.again = again
        look(at: again)
    }

    /// The answer is true no longer: it is asked anew, as if for the first time.
    mutating func begin(_ number: RequestNumber, now: BootTime) {
        entries[number]?.sentAt = nil
        putBack(number, milliseconds: 1, now: now)
    }

    /// Whoever they were sent to may not have them.
    mutating func lost(_ member: MemberID, now: BootTime) {
        for (number, entry) in entries where entry.sentTo == member { putBack(number, milliseconds: 0, now: now) }
    }

    mutating func leaderChanged(now: BootTime) { look(at: now) }

    private mutating func look(at time: BootTime) { nextLook = min(nextLook, time) }

    /// Those whose time is over, and those that are to be sent to `leader`.
    mutating func due(leader: MemberID?, now: BootTime) -> (expired: [RequestNumber], toSend: [RequestNumber]) {
        defer { new = [] }
        guard now >= nextLook else { return ([], leader == nil ? [] : new) }
        var (expired, toSend) = ([RequestNumber](), [RequestNumber]())
        nextLook = BootTime(nanoseconds: .max)
        for (number, entry) in entries {
            if now >= entry.deadline {
                expired.append(number)
            } else if let leader, now >= entry.again || entry.sentTo.map({ $0 != leader }) ?? false {
                toSend.append(number)
            } else {
                look(at: min(entry.deadline, entry.again > now ? entry.again : entry.deadline))
            }
        }
        return (expired.sorted { $0.rawValue < $1.rawValue }, toSend.sorted { $0.rawValue < $1.rawValue })
    }
}
