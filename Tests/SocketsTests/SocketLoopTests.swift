import NIOCore
import Sockets
import Synchronization
import TestServers
import Testing

@Suite("The loop")
struct SocketLoopTests {
    @Test func `jobs of other threads run on its own, in their order`() async throws {
        try await withLoop { loop in
            #expect(!loop.inEventLoop)
            let seen = Mutex<[Int]>([])
            for number in 0..<1_000 { loop.execute { seen.withLock { $0.append(number) } } }
            let isInside = try await loop.submit { loop.inEventLoop }.get()
            #expect(isInside)
            #expect(seen.withLock { $0 } == Array(0..<1_000))
        }
    }

    @Test func `a job that jobs ask for runs without another wake-up from outside`() async throws {
        try await withLoop { loop in
            let isDone = loop.makePromise(of: Int.self)
            loop.execute { loop.execute { loop.execute { isDone.succeed(3) } } }
            let number = try await isDone.futureResult.get()
            #expect(number == 3)
        }
    }

    @Test func `timers fire in their order, also those set from another thread, and not when cancelled`() async throws {
        try await withLoop { loop in
            let seen = Mutex<[String]>([])
            let cancelled = loop.scheduleTask(in: .milliseconds(15)) { seen.withLock { $0.append("cancelled") } }
            let last = loop.scheduleTask(in: .milliseconds(30)) { seen.withLock { $0.append("last") } }
            loop.execute { loop.scheduleTask(in: .milliseconds(5)) { seen.withLock { $0.append("first") } } }
            cancelled.cancel()
            try await last.futureResult.get()
            #expect(seen.withLock { $0 } == ["first", "last"])
            await #expect(throws: EventLoopError.cancelled) { try await cancelled.futureResult.get() }
        }
    }

    @Test func `a cancelled timer lets go of what it holds`() async throws {
        try await withLoop { loop in
            final class Held: Sendable {}
            weak var held: Held?
            let timer: Scheduled<Void>
            do {
                let value = Held()
                held = value
                timer = loop.scheduleTask(in: .hours(1)) { _ = value }
            }
            timer.cancel()
            try await loop.submit {}.get()
            try await waitUntil("it lets go") { held == nil }
        }
    }

    @Test func `the end fails what is scheduled, and comes once`() async throws {
        let loop = try SocketLoop.start(name: "test-loop")
        let failure = Mutex<(any Error)?>(nil)
        loop.scheduleTask(in: .hours(1)) {}.futureResult.whenFailure { error in failure.withLock { $0 = error } }
        try await loop.shutdownGracefully()
        #expect(failure.withLock { $0 } as? EventLoopError == .shutdown)
        try await loop.shutdownGracefully()
    }
}

/// A loop for one test.
func withLoop<Result>(_ body: (SocketLoop) async throws -> Result) async throws -> Result {
    let loop = try SocketLoop.start(name: "test-loop")
    do {
        let result = try await body(loop)
        try await loop.shutdownGracefully()
        return result
    } catch {
        try await loop.shutdownGracefully()
        throw error
    }
}
