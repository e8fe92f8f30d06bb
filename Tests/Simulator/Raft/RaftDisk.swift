internal import ClusterModel
package import Raft

/// A peer's store: what is on the disk, and what a crash would lose.
package struct RaftDisk {
    package private(set) var hardState = HardState()
    package private(set) var snapshot: Snapshot?
    package private(set) var base = EntryID.origin
    package private(set) var entries: [LogEntry] = []
    /// Given to it and not durable, in order.
    package private(set) var waiting: [RaftWrite] = []
    /// What has become durable, in order, if it is to be remembered.
    package private(set) var history: [RaftWrite] = []
    package var isHistoryKept = false
    /// Takes nothing at the moment.
    package var isStalled = false

    package init() {}

    package mutating func give(_ write: RaftWrite) { waiting.append(write) }

    /// Makes the oldest write that waits durable.
    package mutating func sync() -> RaftWrite.Receipt? {
        guard !isStalled, !waiting.isEmpty else { return nil }
        let write = waiting.removeFirst()
        carryOut(write)
        return write.durable()
    }

    /// The power goes: what was not durable may have reached the disk, from the oldest on.
    package mutating func lose(keeping count: Int) {
        for write in waiting.prefix(count) { carryOut(write) }
        waiting = []
        isStalled = false
    }

    private mutating func carryOut(_ write: RaftWrite) {
        if isHistoryKept { history.append(write) }
        if let changed = write.hardState { hardState = changed }
        if let from = write.removedFrom { entries.removeAll { $0.index >= from } }
        if let taken = write.snapshot { snapshot = taken }
        if let kept = write.keptFrom {
            let before = entries.last { $0.index < kept }?.id
            entries.removeAll { $0.index < kept }
            if let before { base = before }
            if entries.isEmpty, let snapshot, kept == snapshot.last.index.next { base = snapshot.last }
        }
        entries += write.entries
    }
}
