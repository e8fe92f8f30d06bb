internal import ClusterModel
internal import Glibc
internal import MySQLClient
internal import MySQLWire
internal import NIOCore
internal import Threads

/// A blocking connection that packets are read from one by one. Closed when the last reference goes.
///
/// Unsafe calls: `connect` is given addresses that live on this stack, with their own sizes; `send` and `recv` get the
/// buffers' own sizes.
final class PacketSocket {
    private let descriptor: Int32
    private var stream = ByteBuffer()

    /// - Parameters:
    ///   - address: a unix socket, or a literal address.
    ///   - limit: for connecting, and for each read and write.
    init(_ address: ServerAddress, limit: Duration) throws(SystemCallError) {
        let family =
            switch address {
            case .unixSocket: AF_UNIX
            case .tcp(let address): address.host.contains(":") ? AF_INET6 : AF_INET
            }
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemCallError(call: "socket", number: errno) }
        var time = timeval(tv_sec: Int(limit.wholeSecondsForClientLibrary), tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
        try Self.connect(descriptor, to: address)
    }

    /// Also of one that `init` has failed with: Swift ends an object whose properties all have values by it.
    deinit { if descriptor >= 0 { close(descriptor) } }

    func send(_ bytes: ByteBuffer) throws(SystemCallError) {
        var rest = Array(bytes.readableBytesView)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemCallError(call: "send", number: errno) }
            rest = rest.dropFirst(count)
        }
    }

    func next() throws -> PacketReader.Packet {
        while true {
            if let packet = try PacketReader.next(from: &stream, limit: UnprovenLogin.maximumPacketBytes) {
                return packet
            }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemCallError(call: "recv", number: count == 0 ? ECONNRESET : errno) }
            stream.writeBytes(bytes.prefix(count))
        }
    }

    private static func connect(_ descriptor: Int32, to address: ServerAddress) throws(SystemCallError) {
        var status: Int32 = -1
        switch address {
        case .unixSocket(let path):
            var place = sockaddr_un()
            place.sun_family = sa_family_t(AF_UNIX)
            let capacity = MemoryLayout.size(ofValue: place.sun_path)
            guard path.utf8.count < capacity else { throw SystemCallError(call: "connect", number: ENAMETOOLONG) }
            withUnsafeMutableBytes(of: &place.sun_path) { $0.copyBytes(from: path.utf8) }
            status = withUnsafePointer(to: &place) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        case .tcp(let address) where address.host.contains(":"):
            var place = sockaddr_in6()
            place.sin6_family = sa_family_t(AF_INET6)
            place.sin6_port = address.port.bigEndian
            guard inet_pton(AF_INET6, address.host, &place.sin6_addr) == 1 else {
                throw SystemCallError(call: "inet_pton", number: EINVAL)
            }
            status = withUnsafePointer(to: &place) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        case .tcp(let address):
            var place = sockaddr_in()
            place.sin_family = sa_family_t(AF_INET)
            place.sin_port = address.port.bigEndian
            guard inet_pton(AF_INET, address.host, &place.sin_addr) == 1 else {
                throw SystemCallError(call: "inet_pton", number: EINVAL)
            }
            status = withUnsafePointer(to: &place) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        guard status == 0 else { throw SystemCallError(call: "connect", number: errno) }
    }
}
