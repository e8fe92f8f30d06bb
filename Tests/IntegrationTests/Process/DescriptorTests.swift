import Foundation
import TestServers
import Testing

@Suite struct DescriptorTests {
    /// The runtime starts a program when the process crashes. A port that was open in it, too, would be taken for as long
    /// as that runs, and the sidecar could not be started again.
    @Test func `no socket of a sidecar's stays open in a program that is started by it`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            let session = try await onThread {
                let session = try RawSession(port: sidecar.sqlPort)
                try session.logIn()
                return SendableBox(session)
            }
            let pid = try #require(await sidecar.pid)
            let sockets = try Self.sockets(of: pid)
            withExtendedLifetime(session) {
                // Two listeners for clients or more, gossip's two, the probe's connection, the session's two.
                #expect(sockets.count >= 6, "\(sockets)")
                #expect(sockets.filter { !$0.closesOnExec } == [])
            }
        }
    }

    private struct Socket: Equatable {
        let descriptor: String
        let closesOnExec: Bool
    }

    private static func sockets(of pid: Int32) throws -> [Socket] {
        let files = FileManager.default
        return try files.contentsOfDirectory(atPath: "/proc/\(pid)/fd").compactMap { name in
            guard let target = try? files.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(name)"),
                target.hasPrefix("socket:"), let info = try? contents(of: "/proc/\(pid)/fdinfo/\(name)")
            else { return nil }
            // proc(5): octal, with O_CLOEXEC.
            let flags = info.split(separator: "\n").first { $0.hasPrefix("flags:") }?.split(separator: "\t").last
            let value = flags.flatMap { Int32($0, radix: 8) } ?? 0
            return Socket(descriptor: name, closesOnExec: value & O_CLOEXEC != 0)
        }
    }
}
