internal import ClusterModel
package import Quorum
internal import Raft

/// A member's store: what is on the disk, and what a crash would lose.
package struct QuorumDisk {
    package private(set) var stage = StoredStage.nothing
    package private(set) var generation: UInt64 = 0
    private var log = RaftDisk()
    private var saving: StoredStage?
    package var isStalled = false

    package init() {}

    package var isWaiting: Bool { saving != nil || !log.waiting.isEmpty }

    package var stored: StoredQuorum {
        StoredQuorum(
            stage: stage,
            hardState: log.hardState,
            snapshot: log.snapshot,
            base: log.base,
            entries: log.entries,
            generation: generation
        )
    }

    mutating func save(_ stage: StoredStage) { saving = stage }

    mutating func give(_ write: RaftWrite) { log.give(write) }

    /// Makes what is oldest durable.
    mutating func sync() -> QuorumEvent? {
        guard !isStalled, isWaiting else { return nil }
        generation += 1
        if let saving {
            stage = saving
            self.saving = nil
            return .saved(generation: generation)
        }
        return log.sync().map { .written([$0], generation: generation) }
    }

    /// The power goes: what was not durable may have reached the disk, from the oldest on.
    mutating func lose(keeping count: Int) {
        if count > 0, let saving {
            stage = saving
            generation += 1
        }
        if count > 0, !log.waiting.isEmpty { generation += 1 }
        saving = nil
        log.lose(keeping: count)
        isStalled = false
    }
}
