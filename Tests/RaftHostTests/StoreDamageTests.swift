import ClusterModel
import Foundation
import Quorum
import Raft
import RaftHost
import Simulator
import TestServers
import Testing

/// Bytes of the files themselves are lost or changed, as a crash or a bad disk would.
struct StoreDamageTests {
    /// A store whose write-ahead log has not been taken over into the file: the state after each commit.
    private struct Crashed {
        var file: [UInt8]
        var log: [UInt8]
        /// After each commit, the generation and the log's last entry.
        var states: [UInt64: EntryID] = [:]
        /// The length of the log after each commit.
        var lengths: [UInt64: Int] = [:]
    }

    private func crashed(commits: Int) throws -> Crashed {
        let disks = (0...40 as ClosedRange<UInt64>).lazy.flatMap { seed in
            var chaos = RaftChaos(seed: seed)
            chaos.disturbedMilliseconds = 60_000
            return chaos.runKeepingDisks()
        }
        let disk = try #require(disks.first { $0.history.count >= commits })
        let folder = try TemporaryRoot.makeDirectory("crashed")
        let path = folder + "/" + QuorumStore.fileName
        let store = try QuorumStore.open(folder: folder).store
        try store.begin()
        var crashed = Crashed(file: [], log: [])
        for write in disk.history.prefix(commits) {
            try store.carryOut([write])
            crashed.states[store.generation] = write.last
            crashed.lengths[store.generation] = try size(path + "-wal")
        }
        // As if the process were killed at this moment: a store that is let go of tidies up.
        try withExtendedLifetime(store) {
            crashed.file = try read(path)
            crashed.log = try read(path + "-wal")
        }
        return crashed
    }

    private func read(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func size(_ path: String) throws -> Int { try read(path).count }

    private enum Outcome: Equatable {
        case read(generation: UInt64)
        case refused
    }

    /// Opens a store of these bytes. One that is read has to be as it was after one of the commits.
    private func open(_ file: [UInt8], _ log: [UInt8], of crashed: Crashed) throws -> Outcome {
        let folder = try TemporaryRoot.makeDirectory("damaged")
        defer { removeTree(folder) }
        let path = folder + "/" + QuorumStore.fileName
        try Data(file).write(to: URL(fileURLWithPath: path))
        try Data(log).write(to: URL(fileURLWithPath: path + "-wal"))
        do throws(StoreFailure) {
            let stored = try QuorumStore.open(folder: folder).stored
            guard stored.membership != nil else { return .read(generation: 0) }
            let last = stored.entries.last?.id ?? stored.base
            #expect(stored.generation == 1 || crashed.states[stored.generation] == last)
            return .read(generation: stored.generation)
        } catch {
            return .refused
        }
    }

    @Test func `a store whose process was killed is read as it was after its last commit`() throws {
        let crashed = try crashed(commits: 30)
        let last = try #require(crashed.states.keys.max())
        #expect(try open(crashed.file, crashed.log, of: crashed) == .read(generation: last))
    }

    @Test func `of a log that ends early what was committed whole is there, and nothing of the rest`() throws {
        let crashed = try crashed(commits: 30)
        #expect(crashed.lengths.count > 5)
        for (generation, length) in crashed.lengths {
            #expect(
                try open(crashed.file, Array(crashed.log.prefix(length)), of: crashed) == .read(generation: generation)
            )
            let before = crashed.lengths.filter { $0.value < length }.keys.max()
            for missing in [1, 500, 4_096] where before.map({ length - missing > crashed.lengths[$0] ?? 0 }) ?? false {
                let outcome = try open(crashed.file, Array(crashed.log.prefix(length - missing)), of: crashed)
                #expect(outcome == .read(generation: before ?? 0))
            }
        }
    }

    @Test func `of a last commit that was torn the one before is there`() throws {
        let crashed = try crashed(commits: 30)
        let last = try #require(crashed.states.keys.max())
        let start = try #require(crashed.lengths[last - 1])
        #expect(start < crashed.log.count)
        for place in stride(from: start, to: crashed.log.count, by: 501) {
            var log = crashed.log
            // Some of its pages reached the disk and others did not, in whatever order.
            for byte in place..<min(place + 512, log.count) { log[byte] ^= 0xff }
            #expect(try open(crashed.file, log, of: crashed) == .read(generation: last - 1))
        }
    }

    @Test func `a log that was damaged in its middle is refused, and does not end there`() throws {
        let crashed = try crashed(commits: 30)
        let last = try #require(crashed.states.keys.max())
        let lengths = crashed.lengths.values.sorted()
        let end = lengths[lengths.count - 3]
        let begin = lengths[0]
        #expect(begin < end)
        for place in stride(from: begin, to: end, by: 397) {
            var log = crashed.log
            log[place] ^= 0x10
            let outcome = try open(crashed.file, log, of: crashed)
            // The salts of a frame are no part of what is read; a frame without them ends the log as SQLite sees it.
            #expect(outcome == .refused || outcome == .read(generation: last), "byte \(place)")
        }
    }

    @Test func `a file that was damaged is refused, or what was changed is no part of what it holds`() throws {
        let folder = try TemporaryRoot.makeDirectory("closed")
        let path = folder + "/" + QuorumStore.fileName
        var crashed = try crashed(commits: 60)
        try Data(crashed.file).write(to: URL(fileURLWithPath: path))
        try Data(crashed.log).write(to: URL(fileURLWithPath: path + "-wal"))
        // Opened and closed in order, all is in the file.
        _ = try QuorumStore.open(folder: folder)
        crashed.file = try read(path)
        let last = try #require(crashed.states.keys.max())
        #expect(try open(crashed.file, [], of: crashed) == .read(generation: last))
        var refused = 0
        for place in stride(from: 100, to: crashed.file.count, by: 211) {
            var file = crashed.file
            file[place] ^= 0x40
            let outcome = try open(file, [], of: crashed)
            #expect(outcome == .refused || outcome == .read(generation: last), "byte \(place)")
            if outcome == .refused { refused += 1 }
        }
        #expect(refused > 3)
    }
}
