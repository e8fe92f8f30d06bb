internal import Glibc
internal import NIOCore

extension SocketAddress {
    /// The number of the address family (socket(2)).
    var family: Int32 {
        switch self {
        case .v4: AF_INET
        case .v6: AF_INET6
        case .unixDomainSocket: AF_UNIX
        }
    }

    /// As the kernel gives it; nil for families other than those of TCP and unix sockets.
    init?(_ storage: sockaddr_storage) {
        let address: SocketAddress? = withUnsafePointer(to: storage) { pointer in
            let raw = UnsafeRawPointer(pointer)
            switch Int32(storage.ss_family) {
            case AF_INET: return SocketAddress(raw.loadUnaligned(as: sockaddr_in.self))
            case AF_INET6: return SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self))
            case AF_UNIX: return SocketAddress(raw.loadUnaligned(as: sockaddr_un.self))
            default: return nil
            }
        }
        guard let address else { return nil }
        self = address
    }

    /// Calls getsockname(2) or getpeername(2).
    static func read(
        _ descriptor: Int32,
        by call: (Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { call(descriptor, $0, &length) }
        }
        return result == 0 ? SocketAddress(storage) : nil
    }
}
