internal import Glibc
internal import Synchronization

/// Hands out TCP ports (free for UDP, too) of the loopback address, each once in the life of the process.
///
/// They lie below the range from which the kernel takes the ports of outgoing connections, so that a server that is
/// killed finds its port free when it comes back.
package enum PortAllocator {
    private static let range: Range<UInt16> = 10_000..<32_000
    private static let next = Mutex(UInt16.random(in: range))

    package static func allocate() throws -> UInt16 {
        for _ in range {
            let candidate = next.withLock { next in
                defer { next = next + 1 < range.upperBound ? next + 1 : range.lowerBound }
                return next
            }
            if isFree(candidate, SOCK_STREAM), isFree(candidate, SOCK_DGRAM) { return candidate }
        }
        throw TestServerError("no free port between \(range.lowerBound) and \(range.upperBound)")
    }

    private static func isFree(_ port: UInt16, _ type: __socket_type) -> Bool {
        let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = loopbackAddress(port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// Whether something listens on a TCP port of the loopback address.
    package static func accepts(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = loopbackAddress(port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopbackAddress(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
