import ClusterModel
import Foundation
import Quorum
import Raft
import RaftHost
import Simulator
import TestServers
import Testing

/// On a file system of their own that is full, or read-only.
@Suite(.enabled(if: SmallDisk.isPossible, "only root can mount one"))
struct StoreDiskTests {
    @Test func `a full disk fails the write, and what was durable before stays`() async throws {
        try await SmallDisk.with(kilobytes: 256) { disk in
            let generation = try fill(disk)
            try await disk.remount("size=8m")
            let (store, stored) = try QuorumStore.open(folder: disk.path)
            #expect(stored.generation == generation)
            try store.carryOut([])
        }
    }

    /// - Returns: the generation of what was durable before the disk was full.
    private func fill(_ disk: SmallDisk) throws -> UInt64 {
        let store = try QuorumStore.open(folder: disk.path).store
        try store.begin()
        var generation: UInt64 = 0
        var failure: StoreFailure?
        // Each write takes room in the write-ahead log.
        for _ in 1...10_000 where failure == nil {
            do throws(StoreFailure) {
                try store.carryOut([])
                generation = store.generation
            } catch {
                failure = error
            }
        }
        #expect(failure == .full)
        // Nothing is taken behind a hole.
        #expect(throws: StoreFailure.full) { try store.carryOut([]) }
        return generation
    }

    @Test func `a disk that is read-only is refused, and used when it is writable`() async throws {
        try await SmallDisk.with(kilobytes: 1_024) { disk in
            try QuorumStore.open(folder: disk.path).store.begin()
            try await disk.remount("ro")
            #expect(throws: StoreFailure.self) { try QuorumStore.open(folder: disk.path) }
            try await disk.remount("rw")
            #expect(try QuorumStore.open(folder: disk.path).stored.membership != nil)
        }
    }

    @Test func `a folder that is not there is told, not made`() throws {
        let folder = try TemporaryRoot.makeDirectory("parent") + "/missing"
        #expect(throws: StoreFailure.self) { try QuorumStore.open(folder: folder) }
    }
}

/// A file system in memory.
private struct SmallDisk {
    let path: String

    static var isPossible: Bool { geteuid() == 0 }

    /// It is gone after the body, however that ends.
    static func with(kilobytes: Int, _ body: (SmallDisk) async throws -> Void) async throws {
        let disk = SmallDisk(path: try TemporaryRoot.makeDirectory("disk"))
        try await run("mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "pilotfish-test", disk.path])
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(disk))
        } catch {
            result = .failure(error)
        }
        // What the body leaves open keeps it alive, but not in sight.
        try await run("umount", ["--lazy", disk.path])
        try result.get()
    }

    func remount(_ option: String) async throws {
        try await Self.run("mount", ["-o", "remount,\(option)", path])
    }

    private static func run(_ command: String, _ arguments: [String]) async throws {
        let log = try TemporaryRoot.makeDirectory("mount") + "/log"
        let child = try await ChildProcess.start(command, arguments, outputFile: log)
        guard await child.waitForExit() == .code(0) else { throw TestServerError(tail(of: log)) }
    }
}
