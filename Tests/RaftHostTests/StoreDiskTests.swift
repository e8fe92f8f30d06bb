import ClusterModel
import Foundation
import Raft
import RaftHost
import Simulator
import TestServers
import Testing

/// On a file system of their own that is full, or read-only.
@Suite(.enabled(if: SmallDisk.isPossible, "only root can mount one"))
struct StoreDiskTests {
    private let identity = StoreIdentity(
        peer: PeerID(high: 0, low: 1),
        quorum: RaftWorld.quorum,
        member: MemberID(high: 1, low: 1)
    )

    @Test func `a full disk fails the write, and what was durable before stays`() async throws {
        let disk = try await SmallDisk(kilobytes: 256)
        var generation: UInt64 = 0
        do {
            let store = try QuorumStore.open(folder: disk.path).store
            try store.found(identity, founders: Configuration())
            var failure: StoreFailure?
            // Each write takes room in the write-ahead log.
            for _ in 1...10_000 where failure == nil {
                do throws(StoreFailure) {
                    try store.carryOut([])
                    generation = store.peer?.generation ?? 0
                } catch {
                    failure = error
                }
            }
            #expect(failure == .full)
            // Nothing is taken behind a hole.
            #expect(throws: StoreFailure.full) { try store.carryOut([]) }
        }
        try await disk.resize(kilobytes: 8_192)
        do {
            let (store, _) = try QuorumStore.open(folder: disk.path)
            #expect(store.peer?.generation == generation)
            try store.carryOut([])
        }
        try await disk.remove()
    }

    @Test func `a disk that is read-only is refused, and one that becomes so fails the write`() async throws {
        let disk = try await SmallDisk(kilobytes: 1_024)
        do {
            let store = try QuorumStore.open(folder: disk.path).store
            try store.found(identity, founders: Configuration())
        }
        try await disk.remount("ro")
        #expect(throws: StoreFailure.self) { try QuorumStore.open(folder: disk.path) }
        try await disk.remount("rw")
        #expect(try QuorumStore.open(folder: disk.path).store.peer != nil)
        try await disk.remove()
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

    init(kilobytes: Int) async throws {
        path = try TemporaryRoot.makeDirectory("disk")
        try await Self.run("mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "pilotfish-test", path])
    }

    func resize(kilobytes: Int) async throws {
        try await Self.run("mount", ["-o", "remount,size=\(kilobytes)k", path])
    }

    func remount(_ mode: String) async throws { try await Self.run("mount", ["-o", "remount,\(mode)", path]) }

    func remove() async throws { try await Self.run("umount", [path]) }

    private static func run(_ command: String, _ arguments: [String]) async throws {
        let log = try TemporaryRoot.makeDirectory("mount") + "/log"
        let child = try await ChildProcess.start(command, arguments, outputFile: log)
        guard await child.waitForExit() == .code(0) else { throw TestServerError(tail(of: log)) }
    }
}
