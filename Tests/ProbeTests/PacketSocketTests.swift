import ClusterModel
import Glibc
import Synchronization
import TestServers
import Testing

@testable import Probe

@Suite struct PacketSocketTests {
    /// A number that is closed twice belongs to somebody else by the second time, be it a client's connection.
    @Test func `a connection that cannot be made closes no descriptor but its own`() async throws {
        let isOver = Atomic(false)
        async let lost = onThread {
            var lost = 0
            while !isOver.load(ordering: .acquiring) {
                let own = (0..<16).map { _ in dup(2) }
                sched_yield()
                lost += own.count { fcntl($0, F_GETFD) < 0 }
                for descriptor in own { close(descriptor) }
            }
            return lost
        }
        var failures = 0
        for _ in 0..<20_000 {
            do {
                _ = try PacketSocket(.unixSocket(path: "/nonexistent/mysqld.sock"), limit: .seconds(1))
            } catch {
                failures += 1
            }
        }
        isOver.store(true, ordering: .releasing)
        #expect(failures == 20_000)
        #expect(try await lost == 0)
    }
}
