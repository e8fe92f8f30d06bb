import ClusterModel
import Glibc
import TestServers

/// Takes connections, for the kernel does, and says nothing.
final class DeafListener {
    private let descriptor: CInt
    let address: HostPort
    private var connections: [CInt] = []

    init() throws {
        let descriptor = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { socketAddress in
                bind(descriptor, socketAddress, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, socketAddress, &length) == 0
            }
        }
        guard isListening else { throw TestServerError("no listener: errno \(errno)") }
        self.descriptor = descriptor
        self.address = HostPort(host: "127.0.0.1", port: UInt16(bigEndian: address.sin_port))
    }

    deinit { for descriptor in connections + [descriptor] { Glibc.close(descriptor) } }

    /// Until then nobody sees what becomes of a connection.
    func accept() {
        while case let connection = Glibc.accept(descriptor, nil, nil), connection >= 0 {
            connections.append(connection)
        }
    }

    /// Accepted ones.
    var count: Int { connections.count }

    /// Accepted ones whose other end has gone.
    var ended: Int {
        connections.count { connection in
            // The kind of the stream is all that comes before.
            var bytes = [UInt8](repeating: 0, count: 16)
            while recv(connection, &bytes, bytes.count, CInt(MSG_DONTWAIT)) > 0 {}
            return recv(connection, &bytes, bytes.count, CInt(MSG_DONTWAIT)) == 0
        }
    }
}
