package import ClusterModel
internal import Glibc
package import NIOCore

/// Turns names of other members into addresses with the system's resolver. The only user of `getaddrinfo` here: the list
/// it returns is read and freed within one call.
package enum NameLookup {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// An address that needs no lookup; nil for names and for literals of the other family.
    package static func literal(_ host: HostPort, family: AddressFamily) -> SocketAddress? {
        guard let address = try? SocketAddress(ipAddress: host.host, port: Int(host.port)) else { return nil }
        switch (family, address) {
        case (.any, _), (.v4, .v4), (.v6, .v6): return address
        default: return nil
        }
    }

    /// Blocks: call it on a thread of its own.
    ///
    /// - Returns: at least one, the preferred one first.
    /// - Throws: `Failure`.
    package static func addresses(of host: HostPort, family: AddressFamily) throws -> [SocketAddress] {
        var hints = addrinfo()
        // Each address once, and not again for each kind of socket.
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        switch family {
        case .any: hints.ai_family = AF_UNSPEC
        case .v4: hints.ai_family = AF_INET
        case .v6:
            hints.ai_family = AF_INET6
            hints.ai_flags = AI_V4MAPPED
        }
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host.host, nil, &hints, &list)
        guard status == 0 else {
            throw Failure(description: gai_strerror(status).map { String(cString: $0) } ?? "error \(status)")
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let info = next?.pointee {
            if let address = address(of: info, port: host.port) { addresses.append(address) }
            next = info.ai_next
        }
        guard !addresses.isEmpty else { throw Failure(description: "no address") }
        return addresses
    }

    /// The preferred one; otherwise like `addresses`.
    package static func first(of host: HostPort, family: AddressFamily) throws -> SocketAddress {
        guard let first = try addresses(of: host, family: family).first else {
            throw Failure(description: "no address")
        }
        return first
    }

    private static func address(of info: addrinfo, port: UInt16) -> SocketAddress? {
        guard let socketAddress = info.ai_addr else { return nil }
        var text = [CChar](repeating: 0, count: 256)
        let length = socklen_t(text.count)
        guard getnameinfo(socketAddress, info.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST) == 0 else {
            return nil
        }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return try? SocketAddress(ipAddress: String(decoding: bytes, as: UTF8.self), port: Int(port))
    }
}
