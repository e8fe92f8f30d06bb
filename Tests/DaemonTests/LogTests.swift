import ClusterModel
import Daemon
import Glibc
import TestServers
import Testing

@Suite("The log")
struct LogTests {
    @Test func `nobody waits for a log that is not read; what is lost is counted, and told when it flows again`()
        async throws
    {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let readEnd = ends[0]
        let writer = try LogWriter.start(on: ends[1]) { "lost \($0)\n" }
        let line = "one of many lines of the log\n"
        let count = 4 * LogWriter.capacity / line.utf8.count
        for _ in 0..<count { writer.append(line) }
        let lost = writer.lostCount
        #expect(lost > 0)
        // On a busy machine the writer may take lines, and tell of losses, more than once.
        let lines = try await onThread {
            var text = ""
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let taken = read(readEnd, &chunk, chunk.count)
                guard taken > 0 else { break }
                text += String(decoding: chunk.prefix(taken), as: UTF8.self)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                if lines.last == "", Self.losses(lines) >= lost { break }
            }
            return text.split(separator: "\n")
        }
        #expect(Self.losses(lines) == lost)
        #expect(lines.count { $0 + "\n" == line } == count - lost)
        writer.append("after it\n")
        await writer.finish(within: .seconds(30))
        #expect(writer.lostCount == lost)
        close(readEnd)
    }

    @Test(.timeLimit(.minutes(2)))
    func `the end is waited for until all is written, and no longer`() async throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let readEnd = ends[0]
        defer { close(readEnd) }
        let writer = try LogWriter.start(on: ends[1]) { "lost \($0)\n" }
        // Nothing is to be written.
        await writer.finish(within: .seconds(86_400))
        // More than the pipe holds: nobody has taken it all before it is read.
        let line = String(repeating: "x", count: 999) + "\n"
        let count = 200
        for _ in 0..<count { writer.append(line) }
        async let bytes = onThread {
            var bytes = 0
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while bytes < count * line.utf8.count {
                let taken = read(readEnd, &chunk, chunk.count)
                guard taken > 0 else { break }
                bytes += taken
            }
            return bytes
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { await writer.finish(within: .seconds(86_400)) } }
        }
        #expect(try await bytes == count * line.utf8.count)
        #expect(writer.lostCount == 0)
    }

    @Test(.timeLimit(.minutes(2)))
    func `the end is not waited for beyond its limit where nobody reads`() async throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let writer = try LogWriter.start(on: ends[1]) { "lost \($0)\n" }
        for _ in 0..<200 { writer.append(String(repeating: "x", count: 999) + "\n") }
        await writer.finish(within: .milliseconds(20))
        // What is written later is still told to who waits then.
        let readEnd = ends[0]
        async let isRead: Void = onThread {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            var bytes = 0
            while bytes < 200_000 {
                let taken = read(readEnd, &chunk, chunk.count)
                guard taken > 0 else { break }
                bytes += taken
            }
        }
        await writer.finish(within: .seconds(86_400))
        try await isRead
        close(readEnd)
    }

    /// How many lost lines these tell of.
    private static func losses(_ lines: [Substring]) -> Int {
        lines.reduce(0) { sum, line in
            let words = line.split(separator: " ")
            return words.first == "lost" ? sum + (words.last.flatMap { Int($0) } ?? 0) : sum
        }
    }

    @Test
    func `a message that strangers cause is held back beyond twenty at once and one a second, and the next says it`() {
        var limits = LineLimits()
        let start = MonotonicTime(nanoseconds: 5_000_000_000)
        for _ in 0..<LineLimits.burst { #expect(limits.admit("login refused", now: start) == 0) }
        for _ in 0..<3 { #expect(limits.admit("login refused", now: start.adding(milliseconds: 999)) == nil) }
        // Another message has its own turn.
        #expect(limits.admit("session ended", now: start) == 0)
        #expect(limits.admit("login refused", now: start.adding(milliseconds: 1_000)) == 3)
        #expect(limits.admit("login refused", now: start.adding(milliseconds: 1_000)) == nil)
        let later = start.adding(milliseconds: 3_600_000)
        #expect(limits.admit("login refused", now: later) == 1)
        for _ in 1..<LineLimits.burst { #expect(limits.admit("login refused", now: later) == 0) }
        #expect(limits.admit("login refused", now: later) == nil)
    }
}
