import Glibc
import NIOCore

/// A socket that this process has open.
struct OpenSocket {
    /// Its own and its peer's.
    let ports: [UInt16]
    /// By what the process starts.
    let isInherited: Bool

    static var all: [OpenSocket] {
        (0..<4_096).compactMap { (descriptor: CInt) in
            guard let own = port(descriptor, getsockname) else { return nil }
            return OpenSocket(
                ports: [own] + [port(descriptor, getpeername)].compactMap(\.self),
                isInherited: fcntl(descriptor, F_GETFD) & FD_CLOEXEC == 0
            )
        }
    }

    private typealias Name = (CInt, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt

    private static func port(_ descriptor: CInt, _ name: Name) -> UInt16? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { name(descriptor, $0, &length) }
        }
        guard status == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
        return UInt16(bigEndian: address.sin_port)
    }
}
