import Glibc
import TestServers

/// Listens in mysqld's place and asks for a password by a method of its own choice.
final class Impostor: Sendable {
    let port: UInt16
    private let listener: Int32
    private let method: String

    init(asking method: String) throws {
        self.method = method
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        listener = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                bind(descriptor, place, length) | Glibc.listen(descriptor, 1) | getsockname(descriptor, place, &length)
            }
        }
        guard status == 0 else { throw TestServerError("cannot listen: errno \(errno)") }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(listener) }

    /// All that one client says.
    func heard() throws -> [UInt8] {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { throw TestServerError("accept: errno \(errno)") }
        defer { close(client) }
        let capabilities: UInt32 = 0x0008_8201
        var greeting: [UInt8] = [10] + Array("8.0.0\0".utf8) + [1, 0, 0, 0] + [UInt8](repeating: 65, count: 8) + [0]
        greeting += [UInt8(capabilities & 0xff), UInt8(capabilities >> 8 & 0xff), 45, 2, 0]
        greeting +=
            [UInt8(capabilities >> 16 & 0xff), UInt8(capabilities >> 24), 21] + [UInt8](repeating: 0, count: 10)
        greeting += [UInt8](repeating: 65, count: 12) + [0] + Array("mysql_native_password\0".utf8)
        say(greeting, 0, to: client)
        var bytes = hear(client)
        say([0xfe] + Array("\(method)\0".utf8) + [UInt8](repeating: 65, count: 20) + [0], 2, to: client)
        while true {
            let more = hear(client)
            if more.isEmpty { return bytes }
            bytes += more
            // Whatever is asked for, there is nothing to be had.
            say([0xff, 0x15, 0x04] + Array("#28000no".utf8), 4, to: client)
        }
    }

    private func say(_ payload: [UInt8], _ sequence: UInt8, to client: Int32) {
        let packet = [UInt8(payload.count & 0xff), UInt8(payload.count >> 8), 0, sequence] + payload
        _ = packet.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private func hear(_ client: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, recv(client, buffer.baseAddress, 4096, 0))
        }
    }
}
