internal import NIOCore
internal import NIOPosix
internal import Quorum
internal import Raft
internal import Synchronization

/// The store, on a thread of its own: what waits for the disk goes to it together, and is told when it is durable.
final class StoreWriter: Sendable {
    private struct Waiting {
        var stage: StoredStage?
        var writes: [RaftWrite] = []
        var isWorking = false
    }

    private let threads = NIOThreadPool(numberOfThreads: 1)
    private let inbox: QuorumInbox
    private let waiting = Mutex(Waiting())
    /// Of the one thread alone. Nil before it was opened, and where it cannot be used.
    private let store = Mutex<QuorumStore?>(nil)

    init(inbox: QuorumInbox) { self.inbox = inbox }

    /// Opens the store.
    ///
    /// - Returns: what it holds; a store that cannot be used is told to the inbox, and holds nothing.
    func open(_ configuration: QuorumConfiguration) async -> StoredQuorum {
        threads.start()
        return (try? await threads.runIfActive { self.openNow(configuration) }) ?? StoredQuorum()
    }

    private func openNow(_ configuration: QuorumConfiguration) -> StoredQuorum {
        do throws(StoreFailure) {
            return try store.withLock { (slot) throws(StoreFailure) in
                let (store, stored) = try QuorumStore.open(folder: configuration.folder, member: configuration.member)
                slot = store
                return stored
            }
        } catch {
            inbox.post(.storeFailed(reason: "\(error)"))
            return StoredQuorum()
        }
    }

    func save(_ stage: StoredStage) { add { $0.stage = stage } }

    func persist(_ write: RaftWrite) { add { $0.writes.append(write) } }

    func stop() async { try? await threads.shutdownGracefully() }

    private func add(_ change: (inout Waiting) -> Void) {
        let isFirst = waiting.withLock { waiting in
            change(&waiting)
            defer { waiting.isWorking = true }
            return !waiting.isWorking
        }
        guard isFirst else { return }
        threads.submit { [self] state in
            guard case .active = state else { return }
            work()
        }
    }

    private func work() {
        while true {
            let (stage, writes) = waiting.withLock { waiting in
                defer {
                    waiting.isWorking = waiting.stage != nil || !waiting.writes.isEmpty
                    waiting.stage = nil
                    waiting.writes = []
                }
                return (waiting.stage, waiting.writes)
            }
            guard stage != nil || !writes.isEmpty else { return }
            store.withLock { carryOut(stage, writes, $0) }
        }
    }

    /// A store that has failed takes nothing more, and says so each time: whoever wrote has been told.
    private func carryOut(_ stage: StoredStage?, _ writes: [RaftWrite], _ store: borrowing QuorumStore?) {
        guard let store = copy store else { return }
        do throws(StoreFailure) {
            if let stage {
                try store.save(stage)
                inbox.post(.saved(generation: store.generation))
            }
            if !writes.isEmpty {
                try store.carryOut(writes)
                inbox.post(.written(writes.map { $0.durable() }, generation: store.generation))
            }
        } catch {
            inbox.post(.storeFailed(reason: "\(error)"))
        }
    }
}
