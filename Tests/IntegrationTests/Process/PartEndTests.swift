import Foundation
import Glibc
import TestServers
import Testing

/// Parts of a running sidecar are taken away from under it, as a fault of the system might.
@Suite struct PartEndTests {
    @Test(arguments: [("proxy", "127.0.0.1"), ("gossip", "TCP listener")])
    func `a dead part ends the process with status 1 and the reason in its log`(
        part: String,
        reason: String
    )
        async throws
    {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            let pid = try #require(await sidecar.pid)
            let port = part == "proxy" ? sidecar.sqlPort : sidecar.configuration.gossipPort
            try OthersSocket.shutDown(of: pid) { $0.isListening && $0.port == port }
            try await waitUntil("it has ended") { await sidecar.exit != nil }
            #expect(await sidecar.exit == .code(1))
            let log = try contents(of: sidecar.log)
            let line = log.split(separator: "\n").first { $0.contains("a part has ended") } ?? ""
            #expect(line.contains(part) && line.contains(reason), "\(log)")
            #expect(log.contains("pilotfish: \(part) has ended"), "\(log)")
            // The other parts end in good order.
            #expect(log.contains("left the cluster") == (part == "proxy"), "\(log)")
        }
    }
}

/// A socket of another process, by pidfd_getfd(2).
private struct OthersSocket {
    let isListening: Bool
    let port: UInt16

    struct Missing: Error {}

    /// - Throws: `Missing` if the process has no such socket.
    static func shutDown(of pid: Int32, where matches: (OthersSocket) -> Bool) throws {
        let process = try call(434, Int(pid), 0, 0)
        defer { close(process) }
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd") {
            guard let number = Int(name), let copy = try? call(438, Int(process), number, 0) else { continue }
            defer { close(copy) }
            guard let socket = OthersSocket(copy), matches(socket) else { continue }
            _ = shutdown(copy, Int32(SHUT_RDWR))
            return
        }
        throw Missing()
    }

    private init?(_ descriptor: Int32) {
        isListening = Self.option(SO_ACCEPTCONN, of: descriptor) == 1
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard status == 0 else { return nil }
        port = UInt16(bigEndian: address.sin_port)
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }

    /// `syscall(2)`, which Swift does not import since it takes any number of arguments.
    private static func call(_ number: Int, _ first: Int, _ second: Int, _ third: Int) throws -> Int32 {
        typealias Call = @convention(c) (Int, Int, Int, Int) -> Int
        guard let symbol = dlsym(nil, "syscall") else { throw Missing() }
        let result = unsafeBitCast(symbol, to: Call.self)(number, first, second, third)
        guard result >= 0 else { throw Missing() }
        return Int32(result)
    }
}
