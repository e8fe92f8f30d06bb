internal import Glibc
package import NIOCore

/// Turns names into addresses with the system's resolver.
package enum NameLookup {
    package struct Failure: Error, CustomStringConvertible {
        package let host: String
        package let reason: String

        package var description: String { "\(host) has no address: \(reason)" }
    }

    /// Blocks for names, but not for literal addresses.
    ///
    /// - Returns: at least one address, the preferred one first.
    /// - Throws: `Failure`.
    package static func addresses(of host: String, port: UInt16) throws -> [SocketAddress] {
        if let literal = literal(host, port: port) { return [literal] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, "\(port)", &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        var addresses: [SocketAddress] = []
        var next = status == 0 ? list : nil
        while let info = next?.pointee {
            var storage = sockaddr_storage()
            let count = min(Int(info.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
            if let address = info.ai_addr {
                withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: .init(start: address, count: count)) }
                if let address = SocketAddress(storage) { addresses.append(address) }
            }
            next = info.ai_next
        }
        guard !addresses.isEmpty else {
            throw Failure(host: host, reason: gai_strerror(status).map { String(cString: $0) } ?? "no address")
        }
        return addresses
    }

    /// An address that needs no lookup.
    package static func literal(_ host: String, port: UInt16) -> SocketAddress? {
        try? SocketAddress(ipAddress: host, port: Int(port))
    }
}
