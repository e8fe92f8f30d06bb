import ClusterModel
import Foundation
import Quorum
import Raft
import RaftHost
import Simulator
import TestServers
import Testing

/// On real files.
struct QuorumStoreTests {
    private let founders = Configuration([
        PeerID(high: 0, low: 1): Configuration.Peer(member: StoreExamples.member, part: .voter)
    ])

    private func folder() throws -> String { try TemporaryRoot.makeDirectory("quorum") }

    /// What was written by peers in a run with crashes, changes of the leader and snapshots.
    private func histories(seed: UInt64) -> [RaftDisk] {
        var chaos = RaftChaos(seed: seed)
        chaos.disturbedMilliseconds = 12_000
        return chaos.runKeepingDisks().filter { !$0.history.isEmpty }
    }

    /// Writes all of them, so many at a time.
    private func fill(_ folder: String, _ writes: [RaftWrite], batch: Int) throws {
        let store = try QuorumStore.open(folder: folder).store
        try store.begin(founders: founders)
        for start in stride(from: 0, to: writes.count, by: batch) {
            try store.carryOut(Array(writes[start..<min(writes.count, start + batch)]))
        }
    }

    // MARK: What was written is read

    @Test(arguments: [UInt64(1), 2, 5, 7])
    func `a store holds what was written, whatever came before`(seed: UInt64) throws {
        let disks = histories(seed: seed)
        #expect(disks.contains { $0.snapshot != nil })
        for (number, disk) in disks.enumerated() {
            let folder = try folder()
            try fill(folder, disk.history, batch: 1 + number)
            let stored = try QuorumStore.open(folder: folder).stored
            #expect(stored.membership == StoreExamples.membership(founders: founders))
            #expect(stored.hardState == disk.hardState)
            #expect(stored.snapshot == disk.snapshot)
            #expect(stored.base == disk.base)
            #expect(stored.entries == disk.entries)
        }
    }

    @Test func `a new store belongs to no quorum, and to one for good`() throws {
        let folder = try folder()
        let (store, stored) = try QuorumStore.open(folder: folder)
        #expect(stored.stage == .nothing)
        #expect(stored.entries.isEmpty)
        #expect(throws: StoreFailure.self) { try store.carryOut([]) }
        let other = try QuorumStore.open(folder: try self.folder()).store
        try other.begin()
        #expect(throws: StoreFailure.self) { try other.begin() }
        #expect(throws: StoreFailure.self) { try other.save(.nothing) }
    }

    @Test func `a promise is kept until it is taken back, or kept`() throws {
        let folder = try folder()
        func stage(after stage: StoredStage) throws -> StoredStage {
            try QuorumStore.open(folder: folder).store.save(stage)
            return try QuorumStore.open(folder: folder).stored.stage
        }
        for promised in [StoredStage.promised(StoreExamples.promise), .nothing, .promised(StoreExamples.promise)] {
            #expect(try stage(after: promised) == promised)
        }
        let belongs = StoredStage.belongs(StoreExamples.membership(founders: StoreExamples.promise.founders))
        #expect(try stage(after: belongs) == belongs)
    }

    @Test func `a promise that was changed is missed`() async throws {
        let folder = try folder()
        try QuorumStore.open(folder: folder).store.save(.promised(StoreExamples.promise))
        try await sqlite(folder, "UPDATE promise SET promise = x'00'")
        #expect(throws: StoreFailure.corrupt("the promise")) { try QuorumStore.open(folder: folder) }
    }

    @Test func `another node's store is refused`() throws {
        let folder = try folder()
        try QuorumStore.open(folder: folder).store.begin()
        #expect(throws: StoreFailure.otherMember) {
            try QuorumStore.open(folder: folder, member: MemberID(high: 9, low: 9))
        }
    }

    @Test func `each write raises the generation, so that an old copy is known for one`() throws {
        let folder = try folder()
        let writes = try #require(histories(seed: 2).first).history
        try fill(folder, [], batch: 1)
        let before = try QuorumStore.open(folder: folder).stored.generation
        let copy = try self.folder()
        try FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: folder, toPath: copy)
        try QuorumStore.open(folder: folder).store.carryOut(writes)
        let after = try QuorumStore.open(folder: folder).stored.generation
        #expect(after > before)
        #expect(try QuorumStore.open(folder: copy).stored.generation == before)
    }

    // MARK: Refusals

    @Test func `two processes do not write one store`() throws {
        let folder = try folder()
        let first = try QuorumStore.open(folder: folder).store
        #expect(throws: StoreFailure.inUse) { try QuorumStore.open(folder: folder) }
        try first.begin()
    }

    @Test(arguments: ["PRAGMA user_version = 2", "PRAGMA application_id = 7", "DROP TABLE log"])
    func `a file that this version did not write is refused`(change: String) async throws {
        let folder = try folder()
        try fill(folder, [], batch: 1)
        try await sqlite(folder, change)
        #expect(throws: StoreFailure.self) { try QuorumStore.open(folder: folder) }
    }

    @Test(
        arguments: [
            "UPDATE peer SET term = term - 1", "UPDATE peer SET vote = x''", "DELETE FROM peer",
            "UPDATE peer SET committed = committed + 1", "UPDATE peer SET generation = generation + 1",
            "UPDATE log SET term = term + 1 WHERE place = (SELECT max(place) FROM log)",
            "UPDATE log SET content = x'01' WHERE place = (SELECT min(place) FROM log)",
            "DELETE FROM log WHERE place = (SELECT max(place) FROM log)",
            "DELETE FROM log WHERE place = (SELECT min(place) + 1 FROM log)",
            "DELETE FROM log", "DELETE FROM snapshot", "UPDATE snapshot SET state = x''",
            "UPDATE snapshot SET place = place + 1",
        ]
    )
    func `a row that was changed or is gone is missed`(change: String) async throws {
        let disks = (1...40 as ClosedRange<UInt64>).lazy.flatMap { histories(seed: $0) }
        let disk = try #require(disks.first { $0.snapshot != nil && $0.entries.count > 2 && $0.hardState.vote != nil })
        let folder = try folder()
        try fill(folder, disk.history, batch: 100)
        try await sqlite(folder, change)
        guard case .corrupt = failure(folder) else {
            Issue.record("\(String(describing: failure(folder)))")
            return
        }
    }

    private func failure(_ folder: String) -> StoreFailure? {
        do throws(StoreFailure) {
            _ = try QuorumStore.open(folder: folder)
            return nil
        } catch {
            return error
        }
    }

    /// By SQLite's own shell, as somebody would who knows better.
    private func sqlite(_ folder: String, _ statement: String) async throws {
        let python = """
            import sqlite3, sys
            c = sqlite3.connect(sys.argv[1], isolation_level=None)
            c.execute(sys.argv[2]); c.close()
            """
        let child = try await ChildProcess.start(
            "python3",
            ["-c", python, folder + "/" + QuorumStore.fileName, statement],
            outputFile: folder + "/sqlite.log"
        )
        #expect(await child.waitForExit() == .code(0), "\(tail(of: folder + "/sqlite.log"))")
    }
}
