internal import ClusterModel

/// What is to be written, what is being written, and the messages that wait for it.
struct Durability: Sendable {
    /// What a message says is true only when this is durable.
    enum Need {
        /// Term and vote.
        case hardState
        /// The log as it is, too.
        case log
    }

    private struct Held {
        var message: RaftMessage
        var after: WriteNumber
    }

    private struct UnderWay {
        var number: WriteNumber
        var since: BootTime
    }

    /// What the present event changes; carried out at its end.
    private(set) var next: RaftWrite
    private var isWanted = false
    private var hardStateWrite = WriteNumber.zero
    private var lastWrite = WriteNumber.zero
    private var confirmed = WriteNumber.zero
    private var underWay: [UnderWay] = []
    private var outgoing: [(message: RaftMessage, need: Need)] = []
    private var held: [Held] = []
    /// The disk took what was given to it at this moment.
    private(set) var proven: BootTime

    /// More than these are dropped, the oldest first: as if they were lost on the way.
    private static let maximumHeld = 4096

    /// - Parameter life: drawn at random.
    init(life: UInt64, now: BootTime) {
        next = RaftWrite(number: WriteNumber(rawValue: 1), life: life)
        proven = now
    }

    /// Everything that was asked for is durable.
    var isIdle: Bool { underWay.isEmpty && !isWanted }

    /// When the oldest write that the disk has not confirmed was given to it.
    var waitsSince: BootTime? { underWay.first?.since }

    /// The write that will have the term and the vote as they are now.
    var pendingHardState: WriteNumber { next.hardState == nil ? hardStateWrite : next.number }

    func isDurable(_ number: WriteNumber) -> Bool { number <= confirmed }

    // MARK: What is to be written

    mutating func write(_ hardState: HardState) {
        next.hardState = hardState
        isWanted = true
    }

    mutating func write(_ entry: LogEntry) {
        next.entries.append(entry)
        isWanted = true
    }

    mutating func removeEntries(from index: LogIndex) {
        next.entries.removeAll { $0.index >= index }
        next.removedFrom = min(next.removedFrom ?? index, index)
        isWanted = true
    }

    /// - Parameter keptFrom: the first entry that stays.
    mutating func write(_ snapshot: Snapshot, keptFrom: LogIndex) {
        next.snapshot = snapshot
        next.keptFrom = keptFrom
        isWanted = true
    }

    /// Nothing, to see that the disk takes it.
    mutating func writeTrial() { isWanted = true }

    // MARK: Messages

    mutating func send(_ message: RaftMessage, after need: Need) {
        outgoing.append((message, need))
    }

    /// Ends an event: what is written, and what may be sent already.
    mutating func flush(last: EntryID, now: BootTime, into actions: inout [RaftAction]) {
        if isWanted {
            next.last = last
            lastWrite = next.number
            if next.hardState != nil { hardStateWrite = next.number }
            underWay.append(UnderWay(number: next.number, since: now))
            actions.append(.persist(next))
            next = RaftWrite(number: next.number.next, life: next.life)
            isWanted = false
        }
        for (message, need) in outgoing {
            let number = need == .hardState ? hardStateWrite : lastWrite
            if number <= confirmed {
                actions.append(.send(message))
            } else {
                held.append(Held(message: message, after: number))
            }
        }
        outgoing.removeAll(keepingCapacity: true)
        if held.count > Self.maximumHeld { held.removeFirst(held.count - Self.maximumHeld) }
    }

    /// - Returns: whether it is news.
    mutating func confirm(_ receipt: RaftWrite.Receipt, into actions: inout [RaftAction]) -> Bool {
        guard receipt.life == next.life, receipt.number > confirmed, receipt.number <= lastWrite else { return false }
        confirmed = receipt.number
        for write in underWay where write.number <= confirmed { proven = max(proven, write.since) }
        underWay.removeAll { $0.number <= confirmed }
        for message in held where message.after <= confirmed { actions.append(.send(message.message)) }
        held.removeAll { $0.after <= confirmed }
        return true
    }
}
