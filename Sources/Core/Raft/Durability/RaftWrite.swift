internal import ClusterModel

/// One change of the store. Writes are carried out whole and in the order of their numbers, each durable before its receipt
/// is handed back; those that wait may go to the disk together.
///
/// What depends on a write is not in anybody's hands before its receipt has come back: the peer keeps such messages
/// itself. A receipt is had from the write alone.
package struct RaftWrite: Equatable, Sendable {
    package let number: WriteNumber
    /// Of the peer's life that wrote it: what is durable of an earlier one's is nothing to this one.
    let life: UInt64
    /// Nil if it has not changed.
    package internal(set) var hardState: HardState?
    /// Takes the place of any snapshot before.
    package internal(set) var snapshot: Snapshot?
    /// Entries from here on are removed, before `entries` are added.
    package internal(set) var removedFrom: LogIndex?
    /// Entries before this one are removed.
    package internal(set) var keptFrom: LogIndex?
    /// One after another.
    package internal(set) var entries: [LogEntry] = []
    /// What the log ends with then.
    package internal(set) var last = EntryID.origin

    init(number: WriteNumber, life: UInt64) {
        self.number = number
        self.life = life
    }

    /// Says that this write, and with it all before, is durable.
    package struct Receipt: Equatable, Sendable {
        let number: WriteNumber
        let life: UInt64
        let last: EntryID
    }

    /// To be called when it is, and not before.
    package func durable() -> Receipt { Receipt(number: number, life: life, last: last) }
}

package struct WriteNumber: MonotonicCounter {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}
