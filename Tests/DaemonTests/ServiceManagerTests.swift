import Glibc
import Testing

@testable import Daemon

@Suite("systemd is told")
struct ServiceManagerTests {
    /// A unix socket for datagrams, closed with it.
    private final class Listener {
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)

        init(_ path: String) {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { buffer in
                buffer.copyBytes(from: path.utf8)
                if path.hasPrefix("@") { buffer[0] = 0 }
            }
            let length = socklen_t(2 + path.utf8.count)
            let status = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
            }
            #expect(status == 0)
        }

        deinit { close(descriptor) }

        func next() -> String {
            var buffer = [UInt8](repeating: 0, count: 100)
            let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        }
    }

    @Test("that clients are let in, and that it stops, by a path or an abstract name", arguments: ["/tmp/", "@"])
    func states(prefix: String) {
        let path = "\(prefix)pilotfish-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let listener = Listener(path)
        defer { unlink(path) }
        ServiceManager.tell(.ready, at: path)
        #expect(listener.next() == "READY=1")
        ServiceManager.tell(.stopping, at: path)
        #expect(listener.next() == "STOPPING=1")
    }

    @Test(
        "nothing where nobody listens, or no socket can be",
        arguments: ["", "/nowhere/socket", String(repeating: "x", count: 500)]
    )
    func nobody(path: String) {
        ServiceManager.tell(.ready, at: path)
    }
}
